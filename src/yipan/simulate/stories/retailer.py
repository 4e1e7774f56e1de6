"""The small retailer all stories play at: one warehouse, two stores, a few goods, its people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

TEA, GREEN, LAMP, SOAP = "TEA-250", "TEA-500", "LAMP-1", "SOAP-1"
DOCK, BIN, BIN2 = "W1/RECV-01", "W1/A-01-01", "W1/A-01-02"
CHANNELS = ("web", "app", "mini", "market", "store")


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Somebody of the retailer: a role as the systems name it; no site named means all."""

    role: str
    sites: tuple[str, ...] = ()


SETTER = "setup"
BUYER = "lin.purchaser"
CONTROLLER = "zhao.controller"
FINANCE = "he.finance"
DESK = "mei.desk"
PLANNER = "fang.planner"
WORKER = "wang.worker"
SECOND_WORKER = "qian.worker"
LEAD = "wu.lead"

#: Who acts, by user name. Each is given these roles and no more.
PEOPLE: Mapping[str, Person] = {
    SETTER: Person(role="integration"),
    BUYER: Person(role="purchaser"),
    CONTROLLER: Person(role="inventory_controller"),
    FINANCE: Person(role="finance"),
    PLANNER: Person(role="planner"),
    DESK: Person(role="order_desk"),
    WORKER: Person(role="warehouse_worker", sites=("W1",)),
    SECOND_WORKER: Person(role="warehouse_worker", sites=("W1",)),
    LEAD: Person(role="warehouse_lead", sites=("W1",)),
    "chen.clerk": Person(role="store_clerk", sites=("S1",)),
    "song.clerk": Person(role="store_clerk", sites=("S1",)),
    "sun.manager": Person(role="store_manager", sites=("S1",)),
    "guo.clerk": Person(role="store_clerk", sites=("S2",)),
    "fan.manager": Person(role="store_manager", sites=("S2",)),
}

CLERKS: Mapping[str, str] = {"S1": "chen.clerk", "S2": "guo.clerk"}
SECOND_CLERK = "song.clerk"
MANAGERS: Mapping[str, str] = {"S1": "sun.manager", "S2": "fan.manager"}

SITES: Mapping[str, Mapping[str, object]] = {
    "W1": {"site_type": "warehouse", "name": "Hangzhou DC", "name_zh": "杭州中心仓"},
    "S1": {"site_type": "store", "name": "West Lake", "name_zh": "西湖店"},
    "S2": {"site_type": "store", "name": "Binjiang", "name_zh": "滨江店"},
}

BINS = (
    {"code": "RECV-01", "zone": "RECV", "zone_type": "receiving"},
    {"code": "PACK-01", "zone": "PACK", "zone_type": "packing"},
    {"code": "SHIP-01", "zone": "SHIP", "zone_type": "shipping"},
    {"code": "A-01-01", "zone": "A", "zone_type": "picking"},
    {"code": "A-01-02", "zone": "A", "zone_type": "picking"},
)

SKUS = (
    {
        "code": TEA, "name": "Longjing tea 250 g", "name_zh": "龙井茶 250 克", "category": "TEA",
        "case_size": 24, "cost_minor": 3_000, "price_minor": 6_800,
    },
    {
        "code": GREEN, "name": "Biluochun tea 250 g", "name_zh": "碧螺春 250 克", "category": "TEA",
        "case_size": 24, "cost_minor": 3_000, "price_minor": 6_800,
    },
    {
        "code": SOAP, "name": "Olive soap", "name_zh": "橄榄皂", "category": "CARE",
        "case_size": 24, "cost_minor": 600, "price_minor": 1_500,
    },
    {
        "code": LAMP, "name": "Reading lamp", "name_zh": "阅读灯", "category": "HOME",
        "case_size": 4, "cost_minor": 16_000, "price_minor": 39_900,
    },
)  # fmt: skip

SUPPLIER = {"code": "SUP-01", "name": "West Lake Tea", "name_zh": "西湖茶业"}
