"""Tickets: posted in runs, once each, told to the hub under gap-free numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests import retailer
from tests.retailer import CLERK, NOON, hear, make_id, sell, stock
from yipan.documents.told import QuantityNotPlausible, SiteMismatch
from yipan.exchange.envelopes import seal
from yipan.exchange.replies import Reply
from yipan.foundation.refusals import NotFound
from yipan.ledger import queries as ledger
from yipan.masterdata.refusals import SkuUnknown
from yipan.messages.till import TicketClosed, TicketLine
from yipan.pos import queries
from yipan.pos.documents import register, stock_opening
from yipan.pos.documents.register import Sale, TicketEmpty
from yipan.pos.documents.stock_opening import NothingOpened, ShopStock
from yipan.pos.models import RegisterTicket, StoreOpening, Ticket, Till
from yipan.pos.queries import TicketFilter

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _retailer() -> None:
    retailer.open_retailer()


def a_ticket(number: int = 1, **changes: Any) -> TicketClosed:
    fields: dict[str, Any] = {
        "message_id": make_id(f"ticket {number}"),
        "occurred_at": NOON,
        "ticket_number": f"{number:06d}",
        "site": "S12",
        "till": "S12-1",
        "business_date": "2026-03-02",
        "lines": (TicketLine(line=1, sku="TEA-250", quantity=1, amount_minor=6_800),),
        "total_minor": 6_800,
    }
    return TicketClosed(**(fields | changes))


def tell(*tickets: TicketClosed, source: str = "till:S12-1/stock", first: int = 1) -> list[Reply]:
    return hear(
        "pos",
        *(
            seal(ticket, source=source, sequence=sequence)
            for sequence, ticket in enumerate(tickets, start=first)
        ),
    )


def test_a_run_is_posted_ticket_by_ticket_and_told_in_order() -> None:
    replies = tell(*(a_ticket(number) for number in range(1, 101)))

    assert {reply.state for reply in replies} == {"applied"}
    assert stock("pos:S12", "on_hand/shop_floor/available") == -100
    told = retailer.list_envelopes("pos:S12/stock")
    assert [envelope.sequence for envelope in told] == list(range(1, 101))
    ticket = queries.get_ticket("S12", "000042")
    assert (ticket.till_sequence, ticket.sequence) == (42, 42)
    posting = ledger.get_posting(book="pos:S12", origin="ticket/000042/post")
    assert (posting.header.source, posting.header.sequence) == ("pos:S12/stock", 42)
    assert posting.header.device == "S12-1"


def test_a_run_told_again_is_a_duplicate_and_changes_nothing() -> None:
    run = [a_ticket(number) for number in range(1, 11)]
    tell(*run)

    replies = tell(*run)

    assert {reply.state for reply in replies} == {"duplicate"}
    assert Ticket.objects.count() == 10
    assert len(retailer.list_envelopes("pos:S12/stock")) == 10


def test_a_till_that_lost_count_tells_old_tickets_under_new_numbers_without_harm() -> None:
    tell(a_ticket(1), a_ticket(2))

    replies = tell(a_ticket(2, message_id=make_id("restored 2")), a_ticket(3), first=3)

    assert [reply.state for reply in replies] == ["applied", "applied"]
    assert stock("pos:S12", "on_hand/shop_floor/available") == -3
    # Only what was new is told, and without a gap.
    assert [it.sequence for it in retailer.list_envelopes("pos:S12/stock")] == [1, 2, 3]


def test_a_number_with_another_content_is_parked_and_the_rest_goes_on() -> None:
    tell(a_ticket(1))
    altered = a_ticket(1, message_id=make_id("altered"), total_minor=1)

    replies = tell(altered, a_ticket(2), first=2)

    assert [(reply.state, reply.code) for reply in replies] == [
        ("parked", "document.number_reused"),
        ("applied", ""),
    ]
    assert stock("pos:S12", "on_hand/shop_floor/available") == -2


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"site": "S1"}, "document.site_mismatch"),
        ({"business_date": "02.03.2026"}, "document.date_unreadable"),
        ({"lines": (TicketLine(line=1, sku="NEW", quantity=1),)}, "masterdata.sku_unknown"),
        (
            {"lines": (TicketLine(line=1, sku="TEA-250", quantity=10**12),)},
            "document.quantity_not_plausible",
        ),
        (
            {"lines": (TicketLine(line=1, sku="TEA-250", quantity=1, amount_minor=10**12),)},
            "document.quantity_not_plausible",
        ),
    ],
)
def test_a_ticket_that_cannot_be_booked_is_parked_and_the_rest_goes_on(
    changes: dict[str, Any], code: str
) -> None:
    replies = tell(a_ticket(1), a_ticket(2, **changes), a_ticket(3))

    assert [(reply.state, reply.code) for reply in replies] == [
        ("applied", ""),
        ("parked", code),
        ("applied", ""),
    ]
    assert stock("pos:S12", "on_hand/shop_floor/available") == -2
    assert [it.sequence for it in retailer.list_envelopes("pos:S12/stock")] == [1, 2]


def test_a_void_ticket_has_a_number_and_a_message_and_moves_nothing() -> None:
    [reply] = tell(a_ticket(1, lines=(), total_minor=0))
    retailer.deliver()

    assert reply.state == "applied"
    assert queries.get_ticket("S12", "000001").head.ticket_type == "void"
    assert ledger.list_balances(book="pos:S12") == []
    assert ledger.list_balances(book="erp") == []


def test_two_stores_may_use_the_same_ticket_number() -> None:
    tell(a_ticket(1))
    other = replace(
        a_ticket(1, message_id=make_id("of S1")), site="S1", till="S1-1", cashier="fang"
    )
    tell(other, source="till:S1-1/stock")
    retailer.deliver()

    assert stock("erp", "on_hand/S1/available") == -1
    assert stock("erp", "on_hand/S12/available") == -1
    assert queries.list_ticket_sites("000001", sites=None) == ["S1", "S12"]
    assert queries.list_ticket_sites("000001", sites=frozenset({"S1"})) == ["S1"]


def test_the_register_numbers_tickets_and_messages_without_gaps() -> None:
    first = sell(("TEA-250", 1))
    second = sell(("SOAP-1", 2))

    assert [(it.number, it.sequence) for it in (first, second)] == [
        ("S12-1-000001", 1),
        ("S12-1-000002", 2),
    ]
    assert Till.objects.get().last_ticket == 2


def test_the_register_sends_the_same_sale_once() -> None:
    sale = Sale(
        message_id=make_id("sale"),
        lines=(TicketLine(line=1, sku="TEA-250", quantity=1, amount_minor=6_800),),
    )
    for _ in range(2):
        taken = register.close_ticket(site="S12", till_code="S12-1", sale=sale, by=CLERK, at=NOON)

    assert taken.number == "S12-1-000001"
    assert RegisterTicket.objects.count() == 1
    assert stock("pos:S12", "on_hand/shop_floor/available") == -1


def test_an_empty_ticket_takes_no_number() -> None:
    with pytest.raises(TicketEmpty):
        register.close_ticket(
            site="S12",
            till_code="S12-1",
            sale=Sale(message_id=make_id("empty"), lines=()),
            by=CLERK,
            at=NOON,
        )

    assert sell(("TEA-250", 1)).number == "S12-1-000001"


def test_a_till_belongs_to_its_store() -> None:
    register.open_till(site="S12", code="S12-1", at=NOON)

    with pytest.raises(SiteMismatch):
        register.open_till(site="S1", code="S12-7", at=NOON)
    with pytest.raises((NotFound, SiteMismatch)):
        register.close_ticket(
            site="S1",
            till_code="S12-1",
            sale=Sale(message_id=make_id("stray"), lines=()),
            by=CLERK,
            at=NOON,
        )


def test_tickets_are_found_by_number_product_type_and_day() -> None:
    sell(("TEA-250", 1))
    sell(("SOAP-1", -1))

    def numbers(which: TicketFilter) -> list[str]:
        return [row.number for row in queries.list_tickets(which)]

    assert numbers(TicketFilter()) == ["S12-1-000002", "S12-1-000001"]
    assert numbers(TicketFilter(text="S12-1-000001")) == ["S12-1-000001"]
    assert numbers(TicketFilter(text="soap-1")) == ["S12-1-000002"]
    assert numbers(TicketFilter(ticket_type="return")) == ["S12-1-000002"]
    assert numbers(TicketFilter(on=NOON.date())) == ["S12-1-000002", "S12-1-000001"]
    assert numbers(TicketFilter(sites=frozenset({"S1"}))) == []


def test_a_store_begins_its_book_or_not_at_all() -> None:
    def begin(*stock: ShopStock) -> None:
        stock_opening.post(
            site="S12", stock=stock, by=CLERK, at=NOON, message_id=make_id("opening")
        )

    with pytest.raises(NothingOpened):
        begin()
    with pytest.raises(SkuUnknown):
        begin(ShopStock(sku="TEA-250", quantity=4), ShopStock(sku="NO", quantity=1))
    with pytest.raises(QuantityNotPlausible):
        begin(ShopStock(sku="TEA-250", quantity=0))
    assert StoreOpening.objects.count() == 0

    begin(ShopStock(sku="TEA-250", quantity=4))
    [row] = queries.list_stock(site="S12")
    assert (row.sku.code, row.place, row.status, row.quantity) == (
        "TEA-250",
        "shop_floor",
        "available",
        4,
    )
