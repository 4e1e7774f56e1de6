"""
Four days at a register.

A clock runs three days ahead; a gift leaves the store as a line of its own and both books know
it; a ticket is missing at the close and is found by the number on its paper; a register falls
into the river with two tickets nobody will ever see.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from tests import retailer
from tests.retailer import CLERK, NOON, deliver, make_id, stock
from yipan.erp.queries.special_goods import list_undue_gifts
from yipan.foundation.promotions import Promotion
from yipan.ledger.moves import Trace
from yipan.masterdata import promotions
from yipan.messages.till import TicketLine
from yipan.pos.documents import numbered_ticket, register, store_day, till_device
from yipan.pos.documents.numbered_ticket import Arrival, Numbered
from yipan.pos.documents.register import Sale
from yipan.pos.documents.store_day import TicketsMissing
from yipan.pos.documents.till_device import Report, Standing
from yipan.pos.models import StoreDay, Ticket, TillEvent

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 3, 2)
THREE_DAYS = timedelta(days=3)


@pytest.fixture(autouse=True)
def _register() -> None:
    retailer.open_retailer()
    retailer.open_store("S12", ("TEA-250", 40), ("BAG-1", 10))
    register.open_till(site="S12", code="S12-1", at=NOON)
    till_device.register(till_code="S12-1", device=make_id("device"), by=CLERK, at=NOON)
    deliver()


def ring_up(sequence: int, *lines: TicketLine, device_at: datetime = NOON) -> Numbered:
    """The register gives a ticket its number and keeps it."""
    sold = lines or (TicketLine(line=1, sku="TEA-250", quantity=1, amount_minor=6_800),)
    return Numbered(
        sale=Sale(message_id=make_id(f"ticket {sequence}"), lines=sold),
        epoch=1,
        sequence=sequence,
        device_at=device_at,
        cashier="chen.clerk",
    )


def send(*tickets: Numbered, offset: timedelta = timedelta()) -> None:
    """The network is there: the store takes what the register has kept."""
    arrival = Arrival(at=NOON, clock_offset=offset)
    numbered_ticket.take(site="S12", till_code="S12-1", tickets=tickets, arrival=arrival)


def report(last_sequence: int) -> Standing:
    """The register says which number it gave last, and hears what is missing."""
    told = Report(device=make_id("device"), last_sequence=last_sequence)
    return till_device.report(till_code="S12-1", told=told, at=NOON)


def close(counted: int) -> StoreDay:
    """The cash is counted, and the day is sealed and told to the hub."""
    day = store_day.seal(
        till="S12-1",
        day=MONDAY,
        counted={"cash": counted},
        by=CLERK,
        at=NOON,
        message_id=make_id("sealed"),
    )
    deliver()
    day.refresh_from_db()
    return day


def test_a_clock_three_days_ahead_sells_on_the_day_it_is() -> None:
    # Somebody set the clock of the till to Thursday. It sells, without a network.
    ahead = [ring_up(n, device_at=NOON + THREE_DAYS + timedelta(minutes=n)) for n in (1, 2, 3)]

    # When it sees the store again it learns how wrong it was, and says so with its tickets.
    send(*ahead, offset=-THREE_DAYS - timedelta(minutes=5))

    days = Ticket.objects.order_by("id").values_list("business_date", "occurred_at")
    assert [day for day, _ in days] == [MONDAY] * 3
    assert [at - NOON for _, at in days] == [timedelta(minutes=n - 5) for n in (1, 2, 3)]
    report(3)
    assert close(20_400).state == "closed"


def test_a_gift_with_its_promotion_leaves_both_books_as_a_line_of_its_own() -> None:
    # Three teas, and a bag for nothing: the rule gave it, and the line says which rule.
    send(
        ring_up(
            1,
            TicketLine(line=1, sku="TEA-250", quantity=3, amount_minor=20_400),
            TicketLine(line=2, sku="BAG-1", quantity=1, line_type="gift", promotion="TEA-BAG"),
        )
    )
    deliver()

    # The store and the hub book the bag alike: no difference of special goods can arise.
    for book, account in (
        ("pos:S12", "on_hand/shop_floor/available"),
        ("erp", "on_hand/S12/available"),
    ):
        assert stock(book, account, "BAG-1") == 9
        assert stock(book, account) == 37


def test_a_gift_the_rule_does_not_give_is_named_by_the_hub() -> None:
    rule = Promotion(
        code="TEA-BAG",
        kind="gift",
        name="A bag for three teas",
        skus=("TEA-250",),
        buy_quantity=3,
        gift_sku="BAG-1",
        gift_quantity=1,
    )
    promotions.save(rule)
    tea = TicketLine(line=1, sku="TEA-250", quantity=3, amount_minor=20_400)
    bag = TicketLine(line=2, sku="BAG-1", quantity=1, line_type="gift", promotion="TEA-BAG")

    # One bag is due; another till gave two, and one bag was a present of the manager.
    send(ring_up(1, tea, bag), ring_up(2, tea, replace(bag, quantity=2)))
    send(ring_up(3, replace(bag, promotion="")))
    deliver()

    # All are booked; what goes beyond the rule is named, by ticket, rule and quantity.
    assert stock("erp", "on_hand/S12/available", "BAG-1") == 6
    [undue] = list_undue_gifts(site="S12", on=MONDAY)
    assert (undue.number, undue.promotion, undue.sku, undue.quantity) == (
        "S12-1-000002",
        "TEA-BAG",
        "BAG-1",
        1,
    )


def test_a_ticket_missing_at_the_close_is_found_by_its_paper_and_sent_again() -> None:
    # The second of three tickets never arrived: its reply was lost, and its row with it.
    tickets = [ring_up(n) for n in (1, 2, 3)]
    send(tickets[0], tickets[2])
    standing = report(3)
    assert standing.missing == (2,)

    # The close is refused, and says which paper is missing.
    with pytest.raises(TicketsMissing) as refused:
        close(20_400)
    assert refused.value.facts["numbers"] == ["S12-1-000002"]

    # The register sends what was asked for, and the day closes by itself.
    send(*(ticket for ticket in tickets if ticket.sequence in standing.missing))
    day = close(20_400)
    assert (day.state, day.ticket_count, day.amount_minor) == ("closed", 3, 20_400)
    assert stock("erp", "on_hand/S12/available") == 37


def test_a_register_that_is_lost_is_given_up_and_the_next_one_begins_anew() -> None:
    send(ring_up(1))
    report(3)

    # The device is gone with two tickets. The manager says so, and why.
    by = Trace(actor="fang.liu", reason="fell into the river")
    assert till_device.give_up(till_code="S12-1", by=by, at=NOON) == [
        "S12-1-000002",
        "S12-1-000003",
    ]
    assert close(6_800).state == "closed"
    assert TillEvent.objects.filter(event_type="given_up", reason=by.reason).count() == 2

    # Its successor prints numbers nobody has seen before.
    epoch = till_device.register(
        till_code="S12-1", device=make_id("successor"), by=CLERK, at=NOON
    ).epoch
    ticket = ring_up(1)
    send(
        Numbered(
            sale=Sale(message_id=make_id("first of the successor"), lines=ticket.sale.lines),
            epoch=epoch,
            sequence=1,
            device_at=NOON,
        )
    )
    assert Ticket.objects.order_by("-id")[0].number == "S12-1-E2-000001"
