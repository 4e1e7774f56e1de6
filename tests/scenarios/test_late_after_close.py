"""
A receipt that is dated back into a closed month.

It is a fact, so it is booked at once. What was told of the closed month stays as it was: the
receipt counts on the first day that is open, keeps its own date, and is listed as late.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests import retailer
from tests.erp.valuing import ENTITY, TODAY, buy, on, sell, value_all, worth
from tests.retailer import stock
from yipan.documents.states import OwnApproval, WrongState
from yipan.erp.documents.value import period
from yipan.erp.models import AccountingPeriod, LegalEntity
from yipan.exchange.models import OutboxMessage
from yipan.ledger import values
from yipan.ledger.moves import Trace
from yipan.ledger.values import ValueScope

pytestmark = pytest.mark.django_db

ACCOUNTANT = Trace(actor="sun.finance", device="office-3")
CONTROLLER = Trace(actor="zhao.controller", device="office-2")


@pytest.fixture(autouse=True)
def _retailer() -> None:
    retailer.open_retailer()


def close(month: str, *, reason: str = "") -> AccountingPeriod:
    by = Trace(actor=ACCOUNTANT.actor, device=ACCOUNTANT.device, reason=reason)
    at = TODAY + timedelta(seconds=AccountingPeriod.objects.filter(state="open").count())
    return period.close(entity=ENTITY, month=month, by=by, at=at)


def because(by: Trace, reason: str) -> Trace:
    return Trace(actor=by.actor, device=by.device, reason=reason)


def test_a_receipt_dated_back_into_a_closed_month_counts_in_the_open_one() -> None:
    buy(10, 3_000, at=on(3, 2))
    sell(4, at=on(3, 20))
    value_all()

    # March is closed. What it was worth is kept: 6 packs at 30.00, at the site where they are,
    # less those the store sold and does not have.
    closed = close("2026-03", reason="The store's receipt is on its way.")
    assert (closed.state, closed.value_minor) == ("closed", 18_000)
    march = worth(day=on(3, 31))
    assert march == [("S12", -4, -12_000), ("W1", 10, 30_000)]

    # In June a receipt comes up that the warehouse had taken in on 28 March.
    late = buy(5, 3_600, at=on(3, 28))
    assert stock("erp", "on_hand/W1/available") == 15
    value_all()

    # March is worth what it was. April, the first open month, has the 5 packs.
    assert worth(day=on(3, 31)) == march
    assert sum(amount for _, _, amount in worth(day=on(4, 1))) == 18_000 + 5 * 3_600
    [row] = values.list_late(pool=ENTITY, first=date(2026, 3, 1), last=date(2026, 3, 31))
    assert row.origin == f"goods_receipt/{late.number}/post"
    assert (row.business_date, row.accounting_date) == (date(2026, 3, 28), date(2026, 4, 1))
    assert (row.quantity, row.amount) == (5, 18_000)


def test_what_was_said_of_a_month_can_be_said_again() -> None:
    buy(10, 3_000, at=on(3, 2))
    value_all()
    [row] = values.list_entries(sku="TEA-250", limit=1)
    buy(7, 3_000, at=on(3, 3))
    value_all()

    # Both receipts are written by the same transaction in this test; so the second axis is
    # asked just before it.
    before = ValueScope(as_of=date(2026, 3, 31), known_at=row.recorded_at.replace(year=2025))
    now = ValueScope(as_of=date(2026, 3, 31))

    assert values.sum_values(before, by="place") == []
    assert [it.quantity for it in values.sum_values(now, by="place")] == [17]


def test_months_are_closed_one_after_the_other() -> None:
    buy(10, 3_000, at=on(3, 2))
    value_all()
    close("2026-03")

    with pytest.raises(period.NotInOrder):
        close("2026-05")
    with pytest.raises(WrongState):
        close("2026-03")
    with pytest.raises(period.NotOver):
        close("2026-06")
    with pytest.raises(period.MonthUnreadable):
        close("2026-13")
    assert close("2026-04").state == "closed"
    assert LegalEntity.objects.get().closed_through == date(2026, 4, 30)


def test_a_month_is_not_closed_over_movements_that_wait_to_be_valued() -> None:
    buy(10, 3_000, at=on(3, 2))

    with pytest.raises(period.NotValued):
        close("2026-03", reason="never mind")

    value_all()
    assert close("2026-03").state == "closed"


def test_what_is_open_has_to_be_settled_or_explained() -> None:
    sell(1, at=on(3, 2))
    value_all()

    with pytest.raises(period.ChecklistOpen) as refused:
        close("2026-03")
    assert refused.value.facts["items"] == ["open_shortfalls", "provisional_values"]

    closed = close("2026-03", reason="Known, see the minutes of 3 April.")
    assert closed.close_reason == "Known, see the minutes of 3 April."
    assert {item["code"] for item in closed.checklist if item["count"]} == {
        "open_shortfalls",
        "provisional_values",
    }


def test_reopening_takes_a_reason_and_two_people() -> None:
    buy(10, 3_000, at=on(3, 2))
    value_all()
    number = close("2026-03").number

    with pytest.raises(period.ReasonMissing):
        period.ask_reopen(number=number, by=ACCOUNTANT, at=TODAY)
    asked = period.ask_reopen(
        number=number, by=because(ACCOUNTANT, "An invoice was forgotten."), at=TODAY
    )
    assert asked.state == "reopening"
    with pytest.raises(OwnApproval):
        period.reopen(number=number, by=ACCOUNTANT, at=TODAY)
    assert LegalEntity.objects.get().closed_through == date(2026, 3, 31)

    assert period.reopen(number=number, by=CONTROLLER, at=TODAY).state == "open"

    # Now a receipt of March counts in March again.
    buy(5, 3_600, at=on(3, 28))
    value_all()
    assert sum(amount for _, _, amount in worth(day=on(3, 31))) == 48_000
    assert values.list_late(pool=ENTITY, first=date(2026, 3, 1), last=date(2026, 3, 31)) == []
    assert close("2026-03").value_minor == 48_000
    told = list(OutboxMessage.objects.filter(kind__contains="period_").order_by("sequence"))
    assert [message.kind for message in told] == [
        "erp.period_closed.v1",
        "erp.period_reopened.v1",
        "erp.period_closed.v1",
    ]
    assert told[1].data["allowed_by"] == "zhao.controller"


def test_only_the_last_closed_month_is_reopened() -> None:
    buy(10, 3_000, at=on(3, 2))
    value_all()
    march = close("2026-03").number
    close("2026-04")

    with pytest.raises(period.NotInOrder):
        period.ask_reopen(number=march, by=because(ACCOUNTANT, "Wrong."), at=TODAY)
    april = period.get_number(entity=ENTITY, month="2026-04")
    period.ask_reopen(number=april, by=because(ACCOUNTANT, "Wrong."), at=TODAY)
    assert period.keep_closed(number=april, by=CONTROLLER, at=TODAY).state == "closed"
