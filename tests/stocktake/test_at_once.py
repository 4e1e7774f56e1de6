"""Goal: two people who end a count at the same moment end it, as one after the other would."""

from __future__ import annotations

import pytest

from tests import retailer
from tests.meanwhile import meanwhile
from tests.retailer import NOON
from tests.stocktake.counting import ANN, BEN, MANAGER, POS, close, minutes, see
from yipan.exchange.models import OutboxMessage
from yipan.stocktake.documents import stocktake as plans
from yipan.stocktake.documents.stocktake import Plan, Planned
from yipan.stocktake.models import CountResult, Stocktake


@pytest.mark.django_db(transaction=True)
def test_the_last_two_shelves_of_a_place_closed_at_once_end_its_count() -> None:
    retailer.open_retailer()
    retailer.open_store("S12", ("TEA-250", 10))
    wanted = Plan(
        site="S12",
        kind="full",
        sheets=[Planned(place="shop_floor", shelf="A"), Planned(place="shop_floor", shelf="B")],
    )
    number = plans.plan(wanted=wanted, system=POS, by=MANAGER, at=NOON).number
    plans.start(number=number, by=MANAGER, at=NOON)
    first, second = Stocktake.objects.get(number=number).sheets.order_by("id")
    see(first, ("TEA-250", 4), by=ANN, at=minutes(1), closes=False)
    see(second, ("TEA-250", 5), by=BEN, at=minutes(2), closes=False)

    with meanwhile(lambda: close(second, by=BEN, at=minutes(4))) as other:
        close(first, by=ANN, at=minutes(3))

    assert other.fault is None
    assert Stocktake.objects.get(number=number).state in ("explained", "recounting")
    result = CountResult.objects.get(stocktake__number=number)
    assert (result.quantity, result.difference) == (9, -1)
    told = OutboxMessage.objects.filter(kind__startswith="pos.count_recorded")
    assert told.count() == 1
