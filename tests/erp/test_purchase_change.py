"""Changes of orders that were sent: what holds at once, what waits, and what is refused."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests import retailer
from tests.erp import buying
from tests.retailer import BUYER, CHECKER, NOON, deliver, make_id
from yipan.documents.states import OwnApproval, WrongState
from yipan.erp import queries
from yipan.erp.documents.purchasing import purchase_change, purchase_limit
from yipan.erp.documents.purchasing.purchase_change import (
    ChangeWaiting,
    NothingChanged,
    ReceivedAlready,
    Wanted,
)
from yipan.erp.documents.purchasing.purchase_limit import AboveLimit
from yipan.erp.documents.purchasing.purchase_order import LinesMissing, OrderedLine, SkuRepeated
from yipan.erp.models import PurchaseChange
from yipan.erp.queries.purchase_changes import compare_waiting, list_changes
from yipan.foundation.refusals import NotFound
from yipan.ledger.moves import Trace
from yipan.masterdata.refusals import SkuUnknown, VersionMismatch
from yipan.wms.models import InboundOrder

pytestmark = pytest.mark.django_db

WHY = Trace(actor="lin.purchaser", reason="The supplier asks.")


@pytest.fixture(autouse=True)
def _retailer() -> None:
    retailer.open_retailer()


def wanted(*lines: tuple[str, int, int | None], days: int | None = None) -> Wanted:
    return Wanted(
        lines=tuple(
            OrderedLine(sku=sku, quantity=quantity, unit_cost_minor=cost)
            for sku, quantity, cost in lines
        ),
        expected_on=None if days is None else NOON.date() + timedelta(days=days),
    )


def propose(number: str, what: Wanted, *, version: int = 1) -> PurchaseChange:
    return purchase_change.propose(
        number=number,
        wanted=what,
        version=version,
        by=WHY,
        at=NOON,
        message_id=make_id(f"{number} changed {PurchaseChange.objects.count()}"),
    )


def decide(number: str, *, is_approved: bool = True, by: Trace = CHECKER) -> PurchaseChange:
    return purchase_change.decide(
        number=number, is_approved=is_approved, by=by, at=NOON, message_id=make_id("decided")
    )


def see(number: str) -> list[tuple[str, int, int]]:
    lines = buying.get(number).lines.order_by("line")
    return list(lines.values_list("sku", "quantity_ordered", "unit_cost_minor"))


def test_less_and_later_hold_at_once_and_the_warehouse_expects_them() -> None:
    number = buying.order(("TEA-250", 100, 3_000), ("MUG-1", 50, 1_000)).number

    change = propose(number, wanted(("TEA-250", 80, None), days=4))
    deliver()

    assert (change.state, change.version) == ("approved", 2)
    assert see(number) == [("TEA-250", 80, 3_000)]
    inbound = InboundOrder.objects.get()
    assert inbound.expected_on == NOON.date() + timedelta(days=4)
    lines = inbound.lines.filter(quantity_expected__gt=0)
    assert list(lines.values_list("sku", "quantity_expected")) == [("TEA-250", 80)]
    assert queries.list_quantities_on_order() == {("W1", "TEA-250"): 80}


def test_what_costs_more_waits_for_a_second_person_who_may_approve_so_much() -> None:
    number = buying.order(("TEA-250", 100, 3_000)).number
    change = propose(number, wanted(("TEA-250", 120, None), ("BAG-1", 10, 500)))
    assert change.state == "proposed"
    assert see(number) == [("TEA-250", 100, 3_000)]
    assert [
        (line.sku.code, line.quantity_before, line.quantity_after)
        for line in compare_waiting(number)
    ] == [("TEA-250", 100, 120), ("BAG-1", None, 10)]

    with pytest.raises(ChangeWaiting):
        propose(number, wanted(("TEA-250", 90, None)))
    with pytest.raises(OwnApproval):
        decide(number, by=WHY)
    purchase_limit.set_limit(
        role="finance", currency="CNY", value_max_minor=364_999, by=CHECKER, at=NOON
    )
    with pytest.raises(AboveLimit):
        purchase_change.decide(
            number=number,
            is_approved=True,
            roles=["finance"],
            by=CHECKER,
            at=NOON,
            message_id=make_id("too much"),
        )
    decide(number)

    assert see(number) == [("TEA-250", 120, 3_000), ("BAG-1", 10, 500)]
    assert buying.get(number).version == 2
    assert [(row.version, row.state, row.value_minor) for row in list_changes(number)] == [
        (2, "approved", 365_000)
    ]


def test_a_change_rejected_leaves_the_order_and_another_may_follow() -> None:
    number = buying.order(("TEA-250", 100, 3_000)).number
    propose(number, wanted(("TEA-250", 100, 3_100)))

    decide(number, is_approved=False)

    assert see(number) == [("TEA-250", 100, 3_000)]
    with pytest.raises(NotFound):
        decide(number)
    propose(number, wanted(("TEA-250", 90, None)))
    assert see(number) == [("TEA-250", 90, 3_000)]


def test_a_line_ends_where_it_stands_and_the_order_with_it() -> None:
    number = buying.order(("TEA-250", 100, 3_000)).number
    buying.receive(number, ("TEA-250", 60, 0))

    propose(number, wanted(("TEA-250", 0, None)))

    assert see(number) == [("TEA-250", 60, 3_000)]
    assert buying.get(number).state == "received"
    assert queries.list_quantities_on_order() == {}


def test_more_may_have_come_before_a_change_is_approved() -> None:
    number = buying.order(("TEA-250", 100, 3_000)).number
    propose(number, wanted(("TEA-250", 50, 9_000)))
    buying.receive(number, ("TEA-250", 70, 0))

    with pytest.raises(ReceivedAlready):
        decide(number)

    assert see(number) == [("TEA-250", 100, 3_000)]
    assert PurchaseChange.objects.get().state == "proposed"


@pytest.mark.parametrize(
    ("what", "version", "refusal"),
    [
        (wanted(("TEA-250", 100, None)), 1, NothingChanged),
        (wanted(("TEA-250", 90, None)), 7, VersionMismatch),
        (wanted(("TEA-250", 30, None)), 1, ReceivedAlready),
        (wanted(("MUG-1", 5, 100)), 1, ReceivedAlready),
        (wanted(("TEA-250", 90, None), ("TEA-250", 5, None)), 1, SkuRepeated),
        (wanted(("NONE-1", 5, None)), 1, SkuUnknown),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_changes(
    what: Wanted, version: int, refusal: type
) -> None:
    number = buying.order(("TEA-250", 100, 3_000)).number
    buying.receive(number, ("TEA-250", 40, 0))

    with pytest.raises(refusal):
        propose(number, what, version=version)

    assert see(number) == [("TEA-250", 100, 3_000)]
    assert PurchaseChange.objects.count() == 0


def test_an_order_keeps_a_line_and_a_draft_is_edited_instead() -> None:
    number = buying.order(("TEA-250", 100, 3_000)).number
    with pytest.raises(LinesMissing):
        propose(number, wanted(("TEA-250", 0, None)))

    draft = retailer.draft(("RICE-5", 40)).number
    with pytest.raises(WrongState):
        propose(draft, wanted(("RICE-5", 30, None)))
    assert buying.get(number).created_by == BUYER.actor
