"""The day of a till: cash counted blind, sealed with its sums, closed when the hub agrees."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests import retailer
from tests.erp import moving
from tests.retailer import CLERK, NOON, deliver, hear, list_envelopes, make_id, sell, stock
from yipan.documents.day_totals import DayTicket, add_up
from yipan.documents.states import WrongState
from yipan.erp.models import DayClose
from yipan.exchange.envelopes import seal as seal_envelope
from yipan.foundation.refusals import NotFound
from yipan.messages.pos import DaySealed
from yipan.messages.till import TicketClosed, TicketLine, TicketTender
from yipan.pos.documents import register, store_day
from yipan.pos.documents.store_day import (
    AmountNotPlausible,
    Cash,
    CashTypeUnknown,
    DaySealedAlready,
)
from yipan.pos.models import CashMovement, StoreDay, Ticket
from yipan.pos.rules import days as rules

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 3, 2)


@pytest.fixture(autouse=True)
def _retailer() -> None:
    retailer.open_retailer()
    register.open_till(site="S12", code="S12-1", at=NOON)


def seal(day: date = MONDAY, **counted: int) -> StoreDay:
    return store_day.seal(
        till="S12-1",
        day=day,
        counted=counted,
        by=CLERK,
        at=NOON,
        message_id=make_id(f"sealed {day}"),
    )


def move(cash_type: str, amount_minor: int) -> CashMovement:
    return store_day.move_cash(
        till="S12-1",
        cash=Cash(cash_type=cash_type, amount_minor=amount_minor),
        by=CLERK,
        at=NOON,
        message_id=make_id(f"{cash_type} {amount_minor}"),
    )


def a_late_ticket(number: str, **changes: Any) -> TicketClosed:
    fields: dict[str, Any] = {
        "message_id": make_id(number),
        "occurred_at": NOON,
        "ticket_number": number,
        "site": "S12",
        "till": "S12-1",
        "business_date": "2026-03-02",
        "lines": (TicketLine(line=1, sku="TEA-250", quantity=1, amount_minor=6_800),),
        "total_minor": 6_800,
    }
    return TicketClosed(**(fields | changes))


def tell(ticket: TicketClosed, sequence: int) -> str:
    [reply] = hear("pos", seal_envelope(ticket, source="till:S12-1/stock", sequence=sequence))
    return reply.state


def test_a_day_is_sealed_with_its_sums_and_closed_when_the_hub_agrees() -> None:
    move("float", 20_000)
    move("drop", 5_000)
    sell(("TEA-250", 2))
    sell(("SOAP-1", 1), ("MUG-1", 3))

    day = seal(cash=55_800)

    assert (day.state, day.ticket_count, day.line_count, day.quantity) == ("sealed", 2, 3, 6)
    assert (day.amount_minor, day.first_sequence, day.last_sequence) == (40_800, 1, 2)
    # 200.00 float, 408.00 sold, 50.00 to the safe: 558.00, and that was counted.
    assert day.tenders[0] == {"tender": "cash", "expected_minor": 55_800, "counted_minor": 55_800}
    assert not DayClose.objects.exists()

    deliver()
    deliver()

    day.refresh_from_db()
    assert (day.state, day.closed_at is not None, day.need) == ("closed", True, [])
    close = DayClose.objects.get()
    assert (close.result, close.rounds, close.ours) == ("match", 1, close.theirs)


def test_a_day_without_a_sale_closes_too() -> None:
    day = seal()

    deliver()
    deliver()

    day.refresh_from_db()
    assert (day.state, day.ticket_count, day.first_sequence) == ("closed", 0, 0)


def test_a_ticket_after_the_seal_belongs_to_the_next_day_and_keeps_its_time() -> None:
    sell(("TEA-250", 1))
    seal()
    seal(MONDAY + timedelta(days=1))

    assert tell(a_late_ticket("LATE-1"), sequence=2) == "applied"
    deliver()
    deliver()

    late = Ticket.objects.get(number="LATE-1")
    assert (late.business_date, late.occurred_at) == (date(2026, 3, 4), NOON)
    assert stock("pos:S12", "on_hand/shop_floor/available") == -2
    assert list(
        StoreDay.objects.order_by("business_date").values_list("state", "ticket_count")
    ) == [
        ("closed", 1),
        ("closed", 0),
    ]
    told = moving.list_told("pos:S12/stock")[-1]
    assert told.data["business_date"] == "2026-03-04"


def test_what_was_paid_by_card_is_not_expected_in_the_drawer() -> None:
    paid = (
        TicketTender(tender="cash", amount_minor=1_800),
        TicketTender(tender="card", amount_minor=5_000, reference="4711"),
    )
    tell(a_late_ticket("T-1", tenders=paid), sequence=1)

    day = seal(cash=1_800, card=5_000)

    assert [(it["tender"], it["expected_minor"], it["counted_minor"]) for it in day.tenders] == [
        ("cash", 1_800, 1_800),
        ("card", 5_000, 5_000),
        ("mobile", 0, 0),
    ]


def test_a_difference_in_spite_of_all_messages_keeps_the_day_open_to_people() -> None:
    sell(("TEA-250", 1))
    day = seal()
    deliver()
    # The store's row is not what it told: somebody has to look.
    StoreDay.objects.filter(pk=day.pk).update(state="sealed", ticket_count=2, digest="other")
    told_again = store_day.tell_again(
        number=day.number, by=CLERK, at=NOON, message_id=make_id("told again")
    )
    assert told_again.state == "sealed"

    sealed = [each for each in list_envelopes("pos:S12/stock") if each.kind == DaySealed.kind]
    hear("erp", sealed[-1])
    hear("pos", list_envelopes("erp:hub/orders:S12")[-1])

    day.refresh_from_db()
    assert (day.state, day.facts) == ("differs", "ticket_count: store 2, hub 1")
    assert DayClose.objects.get().rounds == 2


def test_a_day_is_sealed_once_and_cash_is_plausible() -> None:
    with pytest.raises(AmountNotPlausible):
        seal(cash=-1)
    day = seal()
    with pytest.raises(DaySealedAlready):
        seal()
    with pytest.raises(CashTypeUnknown):
        move("gift", 100)
    with pytest.raises(AmountNotPlausible):
        move("float", 0)
    with pytest.raises(NotFound):
        store_day.open_day(till="S12-9", by=CLERK, at=NOON)
    # Cash after the seal is the next day's.
    assert move("float", 100).business_date == MONDAY + timedelta(days=1)
    assert move("float", 100).number == CashMovement.objects.get().number
    deliver()
    deliver()
    with pytest.raises(WrongState):
        store_day.tell_again(number=day.number, by=CLERK, at=NOON, message_id=make_id("again"))


def test_sums_do_not_depend_on_the_order_of_tickets() -> None:
    tickets = [
        DayTicket(number=f"T-{n}", sequence=n, line_count=1, quantity=n, amount_minor=-n)
        for n in (3, 1, 2)
    ]

    totals = add_up(tickets)

    assert totals == add_up(tickets[::-1])
    assert (totals.first_sequence, totals.last_sequence, totals.amount_minor) == (1, 3, -6)
    assert totals.digest != add_up(tickets[:2]).digest


def test_a_drawer_should_hold_what_came_less_what_went() -> None:
    assert rules.get_expected(
        paid=[("cash", 500), ("card", 300), ("voucher", 50)],
        cash_moves=[("float", 1_000), ("pay_in", 20), ("pay_out", 30), ("drop", 400)],
    ) == {"cash": 1_090, "card": 300, "mobile": 0, "voucher": 50}
