"""How much work waits for somebody in stores: one count per kind of work."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from django.db.models import Model, Q

from yipan.pos.models import StoreCount, StoreDay, StoreDifference, StoreFulfillment, StoreOrder
from yipan.pos.models.store_order import STATES_OPEN

_TO_DO = Q(state__in=["waiting", "accepted", "picked", "expired"]) | Q(is_to_put_back=True)

#: What waits, in which table, under which condition.
KINDS: Final[Mapping[str, tuple[type[Model], Q]]] = {
    "orders": (StoreFulfillment, _TO_DO),
    "to_receive": (StoreOrder, Q(order_type="inbound", state__in=STATES_OPEN)),
    "to_send": (StoreOrder, Q(order_type="outbound", state__in=STATES_OPEN)),
    "to_count": (StoreCount, Q(state="open")),
    "differences": (StoreDifference, ~Q(state="closed")),
    "days": (StoreDay, ~Q(state__in=["closed", "open"])),
}


def count_waiting(kind: str, *, sites: Collection[str] | None) -> int:
    """Return how many tasks of one kind wait for somebody, at some stores or at all."""
    table, condition = KINDS[kind]
    of_sites = Q() if sites is None else Q(site__in=sites)
    return table._default_manager.filter(of_sites, condition).count()
