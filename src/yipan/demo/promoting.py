"""Promotions of the demo retailer: one of each kind a register reckons by itself."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from yipan.erp.documents.master.master_record import Author
from yipan.erp.documents.sales import promotion
from yipan.foundation.promotions import Promotion

DAYS = 28


def list_rules(first_day: date) -> list[Promotion]:
    """Return the rules that hold from a day on for four weeks."""
    last_day = first_day + timedelta(days=DAYS)
    return [
        Promotion(
            code="TEA-10",
            kind="percent",
            name="Ten percent off tea",
            name_zh="茶叶九折",
            categories=("food/tea",),
            percent=10,
            valid_from=first_day,
            valid_to=last_day,
        ),
        Promotion(
            code="COOKIE-3-2",
            kind="n_for_m",
            name="Three packs of cookies for two",
            name_zh="饼干买三付二",
            skus=("COOKIE-300",),
            buy_quantity=3,
            pay_quantity=2,
            valid_from=first_day,
            valid_to=last_day,
        ),
        Promotion(
            code="BOWL-GIFT",
            kind="gift",
            name="Chocolate with two sets of bowls",
            name_zh="买两套碗送巧克力",
            skus=("BOWL-6",),
            buy_quantity=2,
            gift_sku="CHOC-100",
            gift_quantity=1,
            valid_from=first_day,
            valid_to=last_day,
        ),
    ]


def promote(*, now: datetime) -> None:
    """Make the promotions, as a planner does; stores are told."""
    by = Author(name="planner", at=now, reason="demo", device="demo")
    for rule in list_rules(now.date() - timedelta(days=1)):
        promotion.edit(rule, by=by)
