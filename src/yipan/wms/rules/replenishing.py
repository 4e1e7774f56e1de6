"""When a pick face (拣货位) is filled up, and with how much. Quantities in smallest units."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Face:
    """
    A pick face and what is known of it.

    `free` and `reserved` lie in it, `incoming` is on its way by open tasks; `wanted` is what
    open picks want from bulk bins instead, though a picker would rather take it here.
    """

    quantity_min: int
    quantity_max: int
    free: int
    reserved: int = 0
    incoming: int = 0
    wanted: int = 0


def get_quantity_needed(face: Face) -> int:
    """
    Return how much a pick face should get now: nothing, or up to its maximum.

    It is due when no more than its minimum is free, what is on its way counted in, or when
    picks wait that it could serve. What waits in bulk comes on top: it leaves again at once.
    """
    assert 0 <= face.quantity_min < face.quantity_max
    if face.free + face.incoming > face.quantity_min and not face.wanted:
        return 0
    room = face.quantity_max - face.free - face.reserved
    return max(0, room + face.wanted - face.incoming)
