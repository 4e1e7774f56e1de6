"""Goal: of orders that wait, those are tried again for which there is something, and no other."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import retailer
from tests.oms.ordering import buy, list_parts, look, open_shop, prove
from tests.retailer import CLERK, NOON, make_id
from yipan.oms.models import SourcingDecision
from yipan.oms.queries import orders
from yipan.oms.queries.hopeful import list_hopeful
from yipan.oms.queries.orders import OrderDetail
from yipan.oms.tasks import source_backorders
from yipan.pos.documents import fulfillment as store

pytestmark = pytest.mark.django_db


def refuse_at_store(external_id: str) -> OrderDetail:
    """Let a customer order two for a store that then refuses: goods lie there, but not for them."""
    order = buy(("TEA-250", 2), external_id=external_id, method="pickup", pickup_site="S1")
    retailer.deliver()
    store.reject(
        number=order.fulfillments[0].number,
        reason="damaged",
        by=replace(CLERK, reason="shelf empty"),
        at=NOON,
        message_id=make_id(f"refused {external_id}"),
    )
    return look(order.number)


def test_what_lies_where_an_order_was_refused_is_no_hope_for_it() -> None:
    open_shop(w1=0, s1=4)
    refused = refuse_at_store("web-1")
    before = SourcingDecision.objects.count()
    assert orders.list_waiting(limit=10) == [refused.number]

    assert list_hopeful([refused.number], at=NOON) == []
    assert source_backorders(at=NOON) == 0

    assert SourcingDecision.objects.count() == before
    prove()


def test_who_has_hope_is_tried_behind_any_number_of_those_who_have_none() -> None:
    open_shop(w1=0, s1=6)
    hopeless = [refuse_at_store(f"web-{place}") for place in range(3)]
    for_s12 = buy(("TEA-250", 1), external_id="web-9", method="pickup", pickup_site="S12")
    retailer.open_store("S12", ("TEA-250", 2))
    retailer.deliver()

    numbers = [order.number for order in (*hopeless, for_s12)]
    assert list_hopeful(numbers, at=NOON) == [for_s12.number]
    assert source_backorders(at=NOON) == 1
    assert list_parts(look(for_s12.number)) == [("S12", "released")]
    prove()


def test_ten_more_that_wait_cost_no_more_statements() -> None:
    open_shop(w1=0, s1=30)
    numbers = [refuse_at_store(f"web-{place}").number for place in range(12)]

    def count(numbers: list[str]) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert list_hopeful(numbers, at=NOON) == []
        return len(asked)

    assert count(numbers) == count(numbers[:2])
