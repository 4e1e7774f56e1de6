"""What a store scraps, shows and finds damaged arrives in the hub's book the same way."""

from __future__ import annotations

import pytest

from tests import retailer
from tests.retailer import CLERK, NOON, deliver, make_id, stock
from yipan.pos.documents import adjustment
from yipan.pos.documents.adjustment import AdjustedGoods, Wanted

pytestmark = pytest.mark.django_db


def test_scrap_display_and_damage_reach_the_hub() -> None:
    retailer.open_retailer()
    retailer.open_store("S12", ("TEA-250", 10))
    for adjustment_type, to_status in (
        ("scrap", ""),
        ("display_issue", ""),
        ("status_change", "damaged"),
    ):
        goods = AdjustedGoods(sku="TEA-250", quantity=2, to_status=to_status)
        wanted = Wanted(site="S12", adjustment_type=adjustment_type, goods=[goods])
        adjustment.post(wanted=wanted, by=CLERK, at=NOON, message_id=make_id(adjustment_type))

    deliver()
    deliver()

    # Both books: four free, two on display, two damaged, two gone.
    assert stock("pos:S12", "on_hand/shop_floor/available") == 4
    assert stock("erp", "on_hand/S12/available") == 4
    assert stock("pos:S12", "on_hand/display/blocked") == stock("erp", "on_hand/S12/blocked") == 2
    assert stock("pos:S12", "on_hand/shop_floor/damaged") == 2
    assert stock("erp", "on_hand/S12/damaged") == 2
    assert stock("erp", "scrap") == 2
