"""
What an order may have where it is worked on: what is there, what is free, and what is its own.

A reservation never stands in the way of its own order. Staff who see goods on a shelf and nothing
available are told here why, and what this order may take all the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from yipan.oms.models.fulfillment import STATES_OPEN
from yipan.oms.queries.orders import OrderDetail
from yipan.pool.queries.availability import list_availability


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnStock:
    """
    One SKU at a site an order waits for, in its smallest unit.

    `reserved_here` is what the order has set aside there; `available_to_order` is that and what
    is free for anybody.
    """

    sku: str
    site: str
    on_hand: int
    available_to_promise: int
    reserved_here: int

    @property
    def available_to_order(self) -> int:
        """Return what this order may take: its own, and what nobody has."""
        return self.available_to_promise + self.reserved_here


def list_own_stock(order: OrderDetail, *, at: datetime) -> list[OwnStock]:
    """Return what an order may have at each site that works on it, by site and SKU."""
    reserved: dict[tuple[str, str], int] = {}
    for part in order.fulfillments:
        if part.state not in STATES_OPEN:
            continue
        site = part.from_site or part.site
        for sku, quantity, shipped, short in part.lines:
            rest = quantity - shipped - short
            if rest > 0:
                reserved[site, sku] = reserved.get((site, sku), 0) + rest
    found = {
        (it.site, it.sku): it
        for it in list_availability(
            skus={sku for _, sku in reserved}, at=at, sites={site for site, _ in reserved}
        )
    }
    return [
        OwnStock(
            sku=sku,
            site=site,
            on_hand=found[site, sku].on_hand if (site, sku) in found else 0,
            available_to_promise=(
                found[site, sku].available_to_promise if (site, sku) in found else 0
            ),
            reserved_here=quantity,
        )
        for (site, sku), quantity in sorted(reserved.items())
    ]
