"""How much work waits for somebody in warehouses: one count per kind of work."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from django.db.models import Model, Q

from yipan.wms.models import Inspection, MoveTask, OutboundOrder, Parcel, SpotCount

#: What waits, in which table, in which states.
KINDS: Final[Mapping[str, tuple[type[Model], tuple[str, ...]]]] = {
    "to_pick": (OutboundOrder, ("released", "picking")),
    "to_pack": (OutboundOrder, ("picked",)),
    "to_load": (Parcel, ("packed",)),
    "to_move": (MoveTask, ("open",)),
    "to_inspect": (Inspection, ("open", "held")),
    "to_count": (SpotCount, ("open",)),
}


def count_waiting(kind: str, *, sites: Collection[str] | None) -> int:
    """Return how many tasks of one kind wait for somebody, at some sites or at all."""
    table, states = KINDS[kind]
    of_sites = Q() if sites is None else Q(site__in=sites)
    return table._default_manager.filter(of_sites, state__in=states).count()
