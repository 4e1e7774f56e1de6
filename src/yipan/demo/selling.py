"""Where the demo retailer sells: an own web shop, an app and a marketplace, and some orders."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta

from yipan.channels import tasks
from yipan.channels.documents import publication
from yipan.channels.documents.publication import Manner
from yipan.demo import goods
from yipan.demo.places import COORDINATES, STORES, WAREHOUSE
from yipan.demo.trading import make_id
from yipan.ledger.moves import Trace
from yipan.oms.documents import order
from yipan.oms.documents.order import Bought, BoughtLine
from yipan.pool.policy import channels, opening_hours, selling_rules
from yipan.pool.policy.channels import Carrier, Service
from yipan.pool.policy.opening_hours import Opening
from yipan.pool.policy.selling_rules import NewRule

PLANNER = Trace(actor="planner", device="office-2", reason="demo")
SHOP = "shop"
NO_LAG = timedelta(0)
ROUNDS_MAX = 20

#: Code, fields, how it is told.
CHANNELS = (
    (
        SHOP,
        {"name": "Yipan Market", "name_zh": "一盘鲜选", "kind": "web_shop", "few_below": 6},
        Manner(methods=("ship", "pickup"), has_shop=True),
    ),
    (
        "app",
        {"name": "Member app", "name_zh": "会员 App", "kind": "app", "few_below": 6},
        Manner(methods=("ship", "pickup"), step_quantity=5),
    ),
    (
        "tmall",
        {"name": "Flagship on Tmall", "name_zh": "天猫旗舰店", "kind": "marketplace"},
        Manner(form="level", step_quantity=10, due_seconds=900),
    ),
)

#: What is withheld.
RULES = (
    NewRule(kind="buffer", channel="tmall", percent=20, reason="Counts of stores are not exact."),
    NewRule(kind="safety_stock", site="S1", quantity=2, reason="For whoever walks in."),
    NewRule(kind="safety_stock", site="S12", quantity=2, reason="For whoever walks in."),
)

#: Channel, number, method and store, who, lines.
ORDERS = (
    (SHOP, "M-10231", "ship", "", "Li Na", (("TEA-JAS-200", 2), ("MUG-1", 1))),
    (SHOP, "M-10232", "pickup", "S1", "Wang Fang", (("TEA-100", 1), ("COOKIE-300", 2))),
    ("app", "A-5520", "pickup", "S12", "Zhang Wei", (("NUT-SUN-260", 3),)),
    ("tmall", "T-88120031", "ship", "", "Chen Jie", (("SHAMPOO-500", 1), ("SOAP-1", 4))),
)


def sell(*, now: datetime) -> None:
    """Take in some orders of this hour, and tell the channels what they may sell."""
    at = now - timedelta(minutes=35)
    for place, (channel, number, method, store, name, lines) in enumerate(ORDERS):
        prices = {good.code: good.price_minor for good in goods.GOODS}
        bought = Bought(
            channel=channel,
            external_id=number,
            lines=tuple(
                BoughtLine(sku=sku, quantity=quantity, amount_minor=prices[sku] * quantity)
                for sku, quantity in lines
            ),
            method=method,
            pickup_site=store,
            customer_name=name,
            address="" if store else "杭州市拱墅区莫干山路 100 号",
            region="杭州",
        )
        taken_at = at + timedelta(minutes=5 * place + 2)
        order.take(
            bought=bought,
            by=Trace(actor=f"channel:{channel}"),
            at=taken_at,
            message_id=make_id(f"order {number}"),
        )
    for _ in range(ROUNDS_MAX):
        if not tasks.publish(clock=lambda: now, lag=NO_LAG):
            break


def open_channels(*, at: datetime) -> None:
    """Open the channels, and say what sites can do and what is withheld."""
    channels.save_group(
        code="EAST",
        name="East China",
        name_zh="华东一盘货",
        sites=[WAREHOUSE, *STORES],
        by=PLANNER,
        at=at,
    )
    for code, fields, manner in CHANNELS:
        channels.save_channel(code=code, fields={**fields, "group": "EAST"}, by=PLANNER, at=at)
        publication.save(channel=code, manner=manner, by=PLANNER, at=at)
    services = [
        Service(
            site=WAREHOUSE,
            method="ship",
            cutoff_at=time(17),
            transit_days=1,
            carriers=(
                Carrier(name="SF", cutoff_at=time(18), transit_days=1),
                Carrier(name="ZTO", cutoff_at=time(20), transit_days=2),
            ),
        ),
        *(
            Service(site=site, method="pickup", transit_days=0, capacity=40, handling_minutes=90)
            for site in STORES
        ),
        Service(site="S1", method="ship", transit_days=1, capacity=20, parcel_cost_minor=900),
        Service(site="S12", method="ship", is_open=False),
        Service(site=WAREHOUSE, method="ship_to_store", cutoff_at=time(14), transit_days=2),
    ]
    for service in services:
        latitude, longitude = COORDINATES[service.site]
        placed = replace(service, latitude=latitude, longitude=longitude)
        channels.save_service(service=placed, by=PLANNER, at=at)
    for site in STORES:
        week = [Opening(weekday=day, opens_at=time(9, 30), closes_at=time(22)) for day in range(7)]
        opening_hours.save_week(site=site, week=week, by=PLANNER, at=at)
    for rule in RULES:
        selling_rules.add(rule=rule, by=PLANNER, at=at)
