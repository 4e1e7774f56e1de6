"""
How large a simulated retailer is, and who works there.

Whoever runs a world makes these log-ins and keys; the sites, goods, bins and first stock the
world then makes by itself, through the doors.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True, slots=True)
class Scale:
    """
    A retailer's size, and how much happens there.

    `assortment` is how many SKUs a store keeps, `tickets` how many it rings up on an ordinary day,
    `orders` how many come from online in a day for all. A site counts `count_lines` positions every
    `count_days` days, and a store is supplied every `delivery_days` days.
    """

    name: str
    warehouses: int
    stores: int
    skus: int
    assortment: int
    tickets: int
    orders: int
    count_lines: int
    delivery_days: int = 3
    count_days: int = 1
    #: The number of the first warehouse and the first store.
    first: int = 1


SCALES: Final = {
    scale.name: scale
    for scale in (
        Scale(
            name="tiny", warehouses=1, stores=2, skus=60, assortment=40, tickets=20, orders=6,
            count_lines=20, delivery_days=2,
        ),
        # The history of the demo: sites beside those of its own.
        Scale(
            name="demo", warehouses=1, stores=2, skus=40, assortment=32, tickets=14, orders=3,
            count_lines=6, delivery_days=2, first=2,
        ),
        Scale(
            name="small", warehouses=1, stores=4, skus=200, assortment=120, tickets=40, orders=20,
            count_lines=30,
        ),
        Scale(
            name="medium", warehouses=2, stores=8, skus=600, assortment=250, tickets=50, orders=40,
            count_lines=40,
        ),
        Scale(
            name="large",
            warehouses=2,
            stores=20,
            skus=2_000,
            assortment=400,
            tickets=50,
            orders=40,
            count_lines=40,
            count_days=3,
        ),
    )
}  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """
    Somebody who may call the systems: a log-in, or the key of a machine.

    `role` is the name of a role, `sites` the sites it is given for (none: all). The key of a till
    speaks for `source` alone.
    """

    name: str
    role: str
    sites: tuple[str, ...] = ()
    source: str = ""


def list_warehouses(scale: Scale) -> list[str]:
    """Return the codes of the warehouses: W1, W2, …"""
    return [f"W{scale.first + number}" for number in range(scale.warehouses)]


def list_stores(scale: Scale) -> list[str]:
    """Return the codes of the stores: S1, S2, …"""
    return [f"S{scale.first + number}" for number in range(scale.stores)]


def name_till(store: str) -> str:
    """Return the code of the till of a store; each has one."""
    return f"{store}-1"


def list_members(scale: Scale) -> list[Member]:
    """Return everybody the world calls as; `Systems.call(by=…)` takes their names."""
    members = [
        Member(name="retailer.setup", role="integration"),
        Member(name="shop.web", role="integration"),
        Member(name="buyer", role="purchaser"),
        Member(name="finance", role="finance"),
        Member(name="controller", role="inventory_controller"),
        Member(name="planner", role="planner"),
        Member(name="orderdesk", role="order_desk"),
    ]
    for site in list_warehouses(scale):
        members += [
            Member(name=f"worker.{site}", role="warehouse_worker", sites=(site,)),
            Member(name=f"lead.{site}", role="warehouse_lead", sites=(site,)),
        ]
    for site in list_stores(scale):
        source = f"till:{name_till(site)}"
        members += [
            Member(name=f"clerk.{site}", role="store_clerk", sites=(site,)),
            Member(name=f"manager.{site}", role="store_manager", sites=(site,)),
            Member(name=source, role="integration", sites=(site,), source=source),
        ]
    return members
