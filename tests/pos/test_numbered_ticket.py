"""
Goal: what a register numbers itself is booked once each, whatever comes doubled, late or copied.

Method: numbered tickets through the verb every door uses; both books and the message log are
read afterwards.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from tests import retailer
from tests.retailer import CLERK, NOON, make_id, stock
from yipan.exchange.queries import list_alterations
from yipan.foundation.refusals import NotFound
from yipan.ledger.moves import Trace
from yipan.messages.till import TicketLine
from yipan.pos import papers, queries, rules
from yipan.pos.documents import numbered_ticket, register, store_day, till_device
from yipan.pos.documents.numbered_ticket import Arrival, Numbered, TakenTicket
from yipan.pos.documents.register import Sale
from yipan.pos.documents.store_day import TicketsMissing
from yipan.pos.documents.till_device import EpochUnknown, Report, Standing, TillNumbersItself
from yipan.pos.models import RegisterDevice, RegisterTicket, StoreDay, Ticket, TillEvent

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 3, 2)
FLOOR = "on_hand/shop_floor/available"


@pytest.fixture(autouse=True)
def _retailer() -> None:
    retailer.open_retailer()
    register.open_till(site="S12", code="S12-1", at=NOON)


def set_up(name: str = "first") -> RegisterDevice:
    return till_device.register(till_code="S12-1", device=make_id(name), by=CLERK, at=NOON)


def a_ticket(sequence: int = 1, **changes: Any) -> Numbered:
    sku = changes.pop("sku", "TEA-250")
    quantity = changes.pop("quantity", 1)
    name = changes.pop("name", f"ticket {changes.get('epoch', 1)}/{sequence}")
    line = TicketLine(line=1, sku=sku, quantity=quantity, amount_minor=6_800 * quantity)
    fields: dict[str, Any] = {
        "sale": Sale(message_id=make_id(name), lines=(line,)),
        "epoch": 1,
        "sequence": sequence,
        "device_at": NOON,
        "cashier": "chen.clerk",
    }
    return Numbered(**(fields | changes))


def take(*tickets: Numbered, at: datetime = NOON, offset: timedelta = timedelta()) -> list[str]:
    return [each.state for each in take_all(*tickets, at=at, offset=offset)]


def take_all(
    *tickets: Numbered, at: datetime = NOON, offset: timedelta = timedelta()
) -> list[TakenTicket]:
    arrival = Arrival(at=at, clock_offset=offset)
    return numbered_ticket.take(site="S12", till_code="S12-1", tickets=tickets, arrival=arrival)


def report(last_sequence: int, *, device: str = "first", unsent: int = 0) -> Standing:
    told = Report(device=make_id(device), last_sequence=last_sequence, unsent=unsent)
    return till_device.report(till_code="S12-1", told=told, at=NOON)


def seal() -> StoreDay:
    return store_day.seal(
        till="S12-1",
        day=MONDAY,
        counted={"cash": 6_800},
        by=CLERK,
        at=NOON,
        message_id=make_id("sealed"),
    )


def test_a_register_is_given_its_epoch_once() -> None:
    assert set_up().epoch == 1
    assert set_up().epoch == 1
    assert RegisterDevice.objects.count() == 1


def test_a_register_whose_storage_is_gone_gets_an_epoch_of_its_own() -> None:
    set_up()
    take(a_ticket(1), a_ticket(2))

    assert set_up("after the crash").epoch == 2
    [taken] = take_all(a_ticket(1, epoch=2, name="after"))

    assert (taken.number, taken.state) == ("S12-1-E2-000001", "applied")
    assert stock("pos:S12", FLOOR) == -3


def test_a_till_the_store_numbered_before_goes_on_in_a_new_epoch() -> None:
    retailer.sell(("TEA-250", 1))

    assert set_up().epoch == 2
    with pytest.raises(TillNumbersItself):
        retailer.sell(("TEA-250", 1))
    assert stock("pos:S12", FLOOR) == -1


def test_tickets_are_booked_in_their_order_and_told_again_change_nothing() -> None:
    set_up()
    run = [a_ticket(sequence) for sequence in range(1, 11)]

    assert take(*run) == ["applied"] * 10
    assert take(*run) == ["duplicate"] * 10

    numbers = list(Ticket.objects.order_by("id").values_list("number", flat=True))
    assert numbers == [f"S12-1-{sequence:06d}" for sequence in range(1, 11)]
    assert RegisterTicket.objects.count() == 10
    assert stock("pos:S12", FLOOR) == -10
    retailer.deliver()
    assert stock("erp", "on_hand/S12/available") == -10


def test_a_number_used_twice_is_a_case_and_the_copy_goes_on_in_a_new_epoch() -> None:
    set_up()
    take(a_ticket(1))
    of_the_copy = a_ticket(1, name="of the copy", quantity=2)

    [taken] = take_all(of_the_copy)

    assert (taken.state, taken.code) == ("parked", "exchange.sequence_reused")
    assert stock("pos:S12", FLOOR) == -1
    assert len(list_alterations()) == 1

    assert set_up("the copy").epoch == 2
    again = a_ticket(1, epoch=2, name="of the copy", quantity=2, printed_number="S12-1-000001")
    [taken] = take_all(again)
    assert (taken.number, taken.state) == ("S12-1-E2-000001", "applied")
    assert stock("pos:S12", FLOOR) == -3


def test_a_register_restored_from_a_copy_may_tell_all_again_without_a_second_effect() -> None:
    set_up()
    take(a_ticket(1), a_ticket(2))
    set_up("restored")

    states = take(a_ticket(1, epoch=2, name="ticket 1/1"), a_ticket(2, epoch=2, name="ticket 1/2"))

    # The paper's number is another, so the text differs: kept as a case, and not booked again.
    assert set(states) == {"parked"}
    assert stock("pos:S12", FLOOR) == -2


def test_an_epoch_nobody_gave_out_is_refused_and_nothing_is_booked() -> None:
    set_up()
    with pytest.raises(EpochUnknown):
        take(a_ticket(1, epoch=7))
    with pytest.raises(NotFound):
        numbered_ticket.take(
            site="S1", till_code="S12-1", tickets=[a_ticket()], arrival=Arrival(at=NOON)
        )
    assert Ticket.objects.count() == 0


def test_an_unknown_product_parks_its_ticket_and_holds_up_nobody() -> None:
    set_up()

    assert take(a_ticket(1), a_ticket(2, sku="NEW-1"), a_ticket(3)) == [
        "applied",
        "parked",
        "applied",
    ]
    assert report(3).open == (2,)

    retailer.add_skus("NEW-1")
    retailer.retry_parked()
    assert report(3).open == ()
    assert take(a_ticket(2, sku="NEW-1")) == ["duplicate"]
    assert stock("pos:S12", FLOOR, "NEW-1") == -1


def test_a_void_ticket_takes_a_number_and_moves_nothing() -> None:
    set_up()
    void = a_ticket(1, sale=Sale(message_id=make_id("void"), lines=(), is_void=True))

    assert take(void, a_ticket(2)) == ["applied", "applied"]
    assert queries.get_ticket("S12", "S12-1-000001").head.ticket_type == "void"
    assert stock("pos:S12", FLOOR) == -1


def test_a_hole_is_named_to_its_register_and_stands_in_the_way_of_the_close() -> None:
    set_up()
    take(a_ticket(1), a_ticket(3))

    assert report(4, unsent=1).missing == (2, 4)
    with pytest.raises(TicketsMissing) as refused:
        seal()
    assert refused.value.facts["numbers"] == ["S12-1-000002", "S12-1-000004"]
    assert StoreDay.objects.filter(state="sealed").exists() is False

    take(a_ticket(2), a_ticket(4))
    assert report(4).missing == ()
    assert seal().ticket_count == 4


def test_what_a_lost_register_never_sent_is_given_up_with_a_reason() -> None:
    set_up()
    take(a_ticket(1))
    report(2)
    by = Trace(actor="fang.liu", reason="fell into the river")

    assert till_device.give_up(till_code="S12-1", by=by, at=NOON) == ["S12-1-000002"]

    assert seal().ticket_count == 1
    event = TillEvent.objects.get()
    assert (event.event_type, event.subject, event.reason) == (
        "given_up",
        "S12-1-000002",
        "fell into the river",
    )
    # It was not lost after all: booked, in the next open day.
    assert take(a_ticket(2)) == ["applied"]
    late = queries.get_ticket("S12", "S12-1-000002").head
    assert (late.business_date, late.occurred_at) == (MONDAY + timedelta(days=1), NOON)


def test_tickets_are_settled_when_both_books_agreed_on_their_day() -> None:
    set_up()
    take(a_ticket(1), a_ticket(2))
    assert report(2).settled_sequence == 0

    seal()
    assert report(2).settled_sequence == 0
    retailer.deliver()

    assert StoreDay.objects.get().state == "closed"
    assert report(2).settled_sequence == 2
    take(a_ticket(3))
    assert report(3).settled_sequence == 2


def test_a_clock_three_days_ahead_is_corrected_by_what_was_learned() -> None:
    set_up()
    ahead = NOON + timedelta(days=3)
    knew = a_ticket(1, device_at=ahead, clock_offset=timedelta(days=-3))
    learned_later = a_ticket(2, device_at=ahead)

    take(knew, learned_later, at=NOON, offset=timedelta(days=-3))

    rows = Ticket.objects.order_by("id").values_list("occurred_at", "business_date")
    assert list(rows) == [(NOON, MONDAY), (NOON, MONDAY)]
    raw = RegisterTicket.objects.order_by("sequence").values_list("device_at", "clock_offset_ms")
    assert list(raw) == [(ahead, -259_200_000), (ahead, 0)]
    # Sent again with another idea of the time, it is the same ticket.
    assert take(learned_later, at=NOON + timedelta(hours=1)) == ["duplicate"]


@pytest.mark.parametrize(
    ("device_days", "offset_days", "later_days", "expected_days"),
    [(0, 0, 0, 0), (3, -3, -3, 0), (3, 0, -3, 0), (-3, 3, 3, 0), (-3, 0, 0, -3), (9, 0, 0, 0)],
)
def test_no_ticket_is_made_after_it_arrived(
    device_days: int, offset_days: int, later_days: int, expected_days: int
) -> None:
    at = rules.correct_time(
        NOON + timedelta(days=device_days),
        offset=timedelta(days=offset_days),
        offset_when_sent=timedelta(days=later_days),
        received_at=NOON,
    )

    assert at == NOON + timedelta(days=expected_days)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_receipt_is_printed_as_a_copy(language: str) -> None:
    set_up()
    take(a_ticket(1, quantity=2))

    paper = papers.print_receipt(queries.get_ticket("S12", "S12-1-000001"), language=language)

    text = PdfReader(BytesIO(paper)).pages[0].extract_text()
    assert "S12-1-000001" in text
    assert "CNY 136.00" in text
    assert ("COPY" if language == "en" else "副本") in text
