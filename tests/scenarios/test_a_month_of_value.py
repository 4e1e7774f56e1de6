"""
A month of tea, and what it was worth: with a return, and sales below zero.

The same story is valued by moving average and by first in, first out. Every figure is worked
out by hand beside the step that it belongs to; amounts are in fen.
"""

from __future__ import annotations

from datetime import date

import pytest

from tests import retailer
from tests.erp.valuing import (
    ENTITY,
    TODAY,
    buy,
    move,
    on,
    sell,
    use_method,
    value_all,
    worth,
)
from tests.retailer import BUYER
from yipan.erp.documents.value import landed_cost
from yipan.erp.documents.value.landed_cost import Cost
from yipan.erp.models import TrueUp
from yipan.erp.models.valuation import CostBasis, CostType
from yipan.erp.rules.costing import Method
from yipan.ledger import values
from yipan.ledger.values import ValueScope

pytestmark = pytest.mark.django_db

AVERAGE, FIFO = Method.MOVING_AVERAGE, Method.FIFO


@pytest.fixture(autouse=True)
def _retailer() -> None:
    retailer.open_retailer()


def get_cost_of_goods_sold() -> int:
    """Return what the goods cost that customers took in March, less those they brought back."""
    scope = ValueScope(as_of=date(2026, 3, 31))
    flows = values.sum_flows(scope, since=date(2026, 3, 1), by="month")
    return -sum(flow.amount for flow in flows if flow.cause == "customer")


@pytest.mark.parametrize("method", [AVERAGE, FIFO])
def test_a_month_with_a_return_and_sales_below_zero(method: Method) -> None:
    use_method(method)
    is_average = method is AVERAGE

    # 100 packs come at 30.00: 100 x 3,000 = 300,000.
    buy(100, 3_000, at=on(3, 2))
    # 40 of them go to a store. Goods keep their cost on the way, and are worth as much there.
    move(40, "on_hand/W1/available", "in_transit/T1/available", at=on(3, 4), origin="t/1/ship")
    value_all()
    assert worth() == [("", 40, 120_000), ("W1", 60, 180_000)]
    move(40, "in_transit/T1/available", "on_hand/S12/available", at=on(3, 5), origin="t/1/receive")

    # 30 are sold: 30 x 3,000 = 90,000. 70 are left, worth 210,000.
    sell(30, at=on(3, 6))
    value_all()
    assert worth() == [("S12", 10, 30_000), ("W1", 60, 180_000)]

    # 50 more come at 36.00 = 180,000. Together 120, worth 390,000: 3,250 each on average.
    buy(50, 3_600, at=on(3, 10))
    # 2 come back from a customer: at the average, 2 x 3,250; or at the cost that would leave
    # next, 2 x 3,000.
    sell(-2, at=on(3, 12))
    value_all()
    assert sum(amount for _, _, amount in worth()) == (396_500 if is_average else 396_000)

    # 100 are sold. Average: 100 x 3,250 = 325,000, leaves 22 worth 71,500.
    # First in, first out: 70 x 3,000 + 30 x 3,600 = 318,000, leaves 20 at 3,600 and the 2 that
    # came back at 3,000: 78,000.
    sell(100, at=on(3, 15))
    value_all()
    assert sum(amount for _, _, amount in worth()) == (71_500 if is_average else 78_000)

    # 30 are sold, although only 22 are there. 8 leave at the last cost anybody knows:
    # 8 x 3,250 = 26,000 on average; 8 x 3,000 = 24,000 after the two that came back.
    sell(30, at=on(3, 20))
    value_all()
    assert sum(amount for _, _, amount in worth()) == (-26_000 if is_average else -24_000)
    assert TrueUp.objects.exists() is False

    # 20 come at 40.00 = 80,000. 8 of them pay what was owed, and cost 32,000: a true-up says
    # that the sale cost 6,000 (or 8,000) more than was thought. 12 are left: 48,000.
    buy(20, 4_000, at=on(3, 25))
    value_all()
    true_up = TrueUp.objects.get()
    assert true_up.amount_minor == (-6_000 if is_average else -8_000)
    assert [
        (line["sku"], line["site"], line["quantity"], line["actual_minor"])
        for line in true_up.lines
    ] == [("TEA-250", "S12", 8, 32_000)]
    assert sum(amount for _, _, amount in worth()) == 48_000

    # One is missing when they are counted: 4,000. 11 are left: 44,000.
    move(1, "on_hand/W1/available", "stocktake_difference", at=on(3, 28), origin="c/1/post")
    # The freight of the last receipt was 10.00 for 20 packs. 11 of them are there and carry
    # 5.50; 4.50 went with the 9 that are gone.
    receipt = "GR-W1-0003"
    value_all()
    cost = Cost(
        entity=ENTITY,
        cost_type=CostType.FREIGHT,
        basis=CostBasis.QUANTITY,
        amount_minor=1_000,
        occurred_on=date(2026, 3, 30),
        receipts=(receipt,),
    )
    number = landed_cost.create(cost=cost, by=BUYER, at=TODAY).number
    landed = landed_cost.post(number=number, by=BUYER, at=TODAY)
    assert [(line["carried_minor"], line["spent_minor"]) for line in landed.lines] == [(550, 450)]

    # At the end of March: 11 packs, worth 44,550. By either method the sales of the month cost
    # the same, since both began and ended with the same goods:
    # 300,000 + 180,000 + 80,000 bought, less 48,000 that were left before the count.
    assert sum(amount for _, _, amount in worth(day=on(3, 31))) == 44_550
    assert get_cost_of_goods_sold() == 512_000
    assert worth(day=on(2, 28)) == []
