"""Counts and differences of a store: opened by work, counted blind, settled by a document."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests import retailer
from tests.retailer import CLERK, NOON, make_id, sell, stock
from yipan.documents.states import WrongState
from yipan.documents.told import QuantityNotPlausible
from yipan.foundation.limits import Limit, Purpose
from yipan.ledger.moves import Trace
from yipan.masterdata.limits import apply_limit
from yipan.masterdata.refusals import SkuUnknown
from yipan.pos import queries, tasks
from yipan.pos.documents import below_zero, difference, store_count
from yipan.pos.documents.difference import CountMissing
from yipan.pos.documents.store_count import CountPlaceUnknown, Seen
from yipan.pos.models import StoreCount, StoreDifference
from yipan.pos.queries import DifferenceFilter

pytestmark = pytest.mark.django_db

FLOOR = "on_hand/shop_floor/available"
MANAGER = Trace(actor="fang.manager", device="S12-office")


@pytest.fixture(autouse=True)
def _retailer() -> None:
    retailer.open_retailer()
    retailer.open_store("S12", ("TEA-250", 2))


def look(quantity: int, *, sku: str = "TEA-250", place: str = "shop_floor") -> StoreCount:
    return store_count.look(
        seen=Seen(site="S12", sku=sku, place=place, quantity=quantity),
        by=CLERK,
        at=NOON,
        message_id=make_id(f"look {StoreCount.objects.count()} {quantity}"),
    )


def settle(number: str, *, at: datetime = NOON) -> StoreDifference:
    return difference.settle(
        number=number,
        by=MANAGER,
        roles=("store_manager",),
        at=at,
        message_id=make_id(f"{number} settled"),
    )


def list_open() -> list[tuple[str, str, int]]:
    rows = queries.list_differences(DifferenceFilter(states=("open",), site="S12"))
    return [(row.difference_type, row.sku.code, row.quantity_book) for row in rows]


def ask_below_zero() -> int:
    return tasks.doubt_below_zero(sites=["S12"], at=NOON)


def list_told(stream: str) -> list[str]:
    return [each.kind.split(".")[1] for each in retailer.list_envelopes(f"pos:S12/{stream}")]


def test_a_sale_below_zero_is_booked_and_opens_one_difference_and_one_count() -> None:
    sell(("TEA-250", 2))
    assert (ask_below_zero(), list_open()) == (0, [])

    sell(("TEA-250", 1))
    ticket = sell(("TEA-250", 1))

    assert stock("pos:S12", FLOOR) == -2
    assert [ask_below_zero(), ask_below_zero()] == [1, 0]
    assert list_open() == [("negative_book", "TEA-250", -2)]
    [count] = queries.list_counts(site="S12")
    assert (count.reason, count.partner_number) == ("negative_book", ticket.number)
    assert list_told("tasks") == ["difference_opened"]


def test_only_the_sites_served_here_are_asked() -> None:
    sell(("TEA-250", 3))

    assert tasks.doubt_below_zero(sites=["S1"], at=NOON) == 0
    assert tasks.doubt_below_zero(sites=[], at=NOON) == 1


def test_stores_are_asked_together_each_in_its_own_series_and_stream() -> None:
    retailer.open_store("S1", ("TEA-250", 1))
    sell(("TEA-250", 3), ("SOAP-1", 2))
    sell(("TEA-250", 2), till="S1-1")

    with CaptureQueriesContext(connection) as of_two_stores:
        assert tasks.doubt_below_zero(sites=[], at=NOON) == 3

    found = {
        (row.site, row.sku): (row.number, row.quantity_book, row.count and row.count.number)
        for row in StoreDifference.objects.select_related("count")
    }
    assert found == {
        ("S1", "TEA-250"): ("DF-S1-2026-000001", -1, "CT-S1-2026-000001"),
        ("S12", "SOAP-1"): ("DF-S12-2026-000001", -2, "CT-S12-2026-000001"),
        ("S12", "TEA-250"): ("DF-S12-2026-000002", -1, "CT-S12-2026-000002"),
    }
    assert [each.sequence for each in retailer.list_envelopes("pos:S12/tasks")] == [1, 2]
    assert [each.sequence for each in retailer.list_envelopes("pos:S1/tasks")] == [1]

    StoreDifference.objects.all().delete()
    StoreCount.objects.all().delete()
    with CaptureQueriesContext(connection) as of_one_store:
        assert tasks.doubt_below_zero(sites=["S12"], at=NOON) == 2

    # However many stores there are, the same statements ask.
    assert len(of_two_stores) == len(of_one_store)


def test_a_long_list_is_asked_portion_by_portion(monkeypatch: pytest.MonkeyPatch) -> None:
    # A store that opened without stock: each of its goods goes below zero by its first sale.
    monkeypatch.setattr(below_zero, "PORTION", 1)
    sell(("TEA-250", 3), ("SOAP-1", 99), ("MUG-1", 99))

    assert ask_below_zero() == 3
    assert [sku for _, sku, _ in sorted(list_open())] == ["MUG-1", "SOAP-1", "TEA-250"]
    assert ask_below_zero() == 0


def test_what_was_settled_is_asked_again_only_when_more_was_sold() -> None:
    apply_limit(Limit(purpose=Purpose.POST, role="store_manager", value_max_minor=0, version=1))
    sell(("TEA-250", 3))
    ask_below_zero()
    look(4)
    # The hub has to approve: until then the book stays below zero.
    settle(StoreDifference.objects.get().number, at=timezone.now())
    assert stock("pos:S12", FLOOR) == -1

    assert ask_below_zero() == 0
    # Each test is one transaction, and the clock of the database stands still in it.
    StoreDifference.objects.update(closed_at=NOON)
    sell(("TEA-250", 1))

    assert ask_below_zero() == 1


def test_the_count_is_compared_with_the_book_of_its_moment_and_settled_by_an_adjustment() -> None:
    sell(("TEA-250", 3))
    ask_below_zero()
    [open_count] = queries.list_counts(site="S12")
    row = StoreDifference.objects.get()
    with pytest.raises(CountMissing):
        settle(row.number)

    counted = look(4)
    sell(("TEA-250", 1))
    settled = settle(row.number)

    assert (counted.number, counted.quantity_book_then) == (open_count.number, -1)
    # Counted were 4, sold one since: 3 are there, and 3 the book says.
    assert stock("pos:S12", FLOOR) == 3
    assert stock("pos:S12", "stocktake_difference") == -5
    assert (settled.state, settled.outcome) == ("closed", "counted")
    assert queries.get_adjustment(settled.adjustment_number).head.adjustment_type == "count_gain"
    with pytest.raises(WrongState):
        settle(row.number)
    retailer.deliver()
    assert stock("erp", "on_hand/S12/available") == 3


def test_a_count_that_agrees_with_the_book_closes_the_difference_by_itself() -> None:
    sell(("TEA-250", 3))
    ask_below_zero()
    retailer.post_by_hand("pos:S12", "hand/1", FLOOR, 1)

    look(0)

    row = StoreDifference.objects.get()
    assert (row.state, row.outcome, row.adjustment_number) == ("closed", "explained", "")


def test_looking_at_a_shelf_opens_a_difference_only_where_it_differs() -> None:
    look(2)
    assert StoreDifference.objects.count() == 0
    assert stock("pos:S12", FLOOR) == 2

    look(1)

    row = StoreDifference.objects.get()
    assert (row.difference_type, row.state, row.quantity_book, row.quantity_seen) == (
        "count",
        "counted",
        2,
        1,
    )
    settle(row.number)
    assert stock("pos:S12", FLOOR) == 1
    assert list_told("stock") == [
        "stock_opened",
        "count_recorded",
        "count_recorded",
        "adjustment_posted",
    ]
    assert list_told("tasks") == ["difference_opened", "difference_closed"]


def test_a_second_count_replaces_the_first_and_is_corrected_once() -> None:
    look(1)
    look(0)

    [row] = StoreDifference.objects.all()
    assert row.quantity_seen == 0
    settle(row.number)

    assert stock("pos:S12", FLOOR) == 0


def test_two_doubts_about_one_thing_are_corrected_once() -> None:
    sell(("TEA-250", 3))
    ask_below_zero()
    doubt = difference.Doubt(
        difference_type="short_pick", sku="TEA-250", place="shop_floor", partner_number="FO-1"
    )
    difference.open_many(site="S12", doubts=[doubt], by=CLERK, at=NOON)
    assert len(queries.list_counts(site="S12")) == 1

    look(1)

    [carrier] = StoreDifference.objects.filter(state="counted")
    settle(carrier.number)
    assert stock("pos:S12", FLOOR) == 1
    assert StoreDifference.objects.filter(state="closed").count() == 2


def test_above_the_limit_the_hub_decides() -> None:
    look(1)
    row = StoreDifference.objects.get()

    apply_limit(Limit(purpose=Purpose.POST, role="store_manager", value_max_minor=0, version=1))

    settled = settle(row.number)

    assert queries.get_adjustment(settled.adjustment_number).head.state == "submitted"
    assert stock("pos:S12", FLOOR) == 2


def test_a_count_that_makes_no_sense_is_refused_and_nothing_changes() -> None:
    with pytest.raises(CountPlaceUnknown):
        look(1, place="cellar")
    with pytest.raises(SkuUnknown):
        look(1, sku="NEW-1")
    with pytest.raises(QuantityNotPlausible):
        look(-1)

    assert StoreCount.objects.count() == 0


def test_the_same_look_sent_twice_is_one_count() -> None:
    for _ in range(2):
        store_count.look(
            seen=Seen(site="S12", sku="TEA-250", place="shop_floor", quantity=2),
            by=CLERK,
            at=NOON,
            message_id=make_id("one look"),
        )

    assert StoreCount.objects.count() == 1
