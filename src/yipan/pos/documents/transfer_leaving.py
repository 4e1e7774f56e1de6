"""From where in a store the goods of a transfer leave: the places where the book says they lie."""

from __future__ import annotations

from collections.abc import Sequence

from yipan.pos import queries, rules
from yipan.pos.models import StoreTransfer
from yipan.pos.rules import Leaving, Moved
from yipan.pos.rules.places import share_out


def list_leaving(transfer: StoreTransfer, moved: Sequence[Moved]) -> list[Leaving]:
    """
    Return what leaves, by place and status.

    From the place somebody named, whatever the book says of it; else from where it lies, as
    `share_out` says: nobody at a handheld names a place.
    """
    parts = [
        (line.sku, status, quantity) for line in moved for status, quantity in line.list_parts()
    ]
    if transfer.place:
        return [
            Leaving(sku=sku, status=status, quantity=quantity, place=transfer.place)
            for sku, status, quantity in parts
        ]
    lying = queries.find_lying(
        site=transfer.site,
        wanted={(sku, str(status)) for sku, status, _quantity in parts},
        places=rules.PLACES,
    )
    return [
        Leaving(sku=sku, status=status, quantity=share, place=place)
        for sku, status, quantity in parts
        for place, share in share_out(quantity, lying=lying[sku, str(status)])
    ]


def find_place(leaving: Sequence[Leaving]) -> str:
    """Return the one place all of it leaves from; empty where there are several."""
    places = {each.place for each in leaving}
    return places.pop() if len(places) == 1 else ""
