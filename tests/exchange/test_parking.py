"""A parked message is never lost: it is tried again, released in order, and leaves a trace."""

from __future__ import annotations

import pytest

from tests.exchange.books import Book
from tests.exchange.builders import a_moved, a_stepped, sealed
from yipan.exchange import parking
from yipan.exchange.inbox import receive
from yipan.exchange.models import InboxMessage, Reception

pytestmark = pytest.mark.django_db


def test_a_parked_message_is_booked_when_its_reason_is_gone(book: Book) -> None:
    book.unknown.add("NEW-1")
    receive("erp", [sealed(1, a_moved(1, sku="NEW-1", quantity=4)), sealed(2, a_moved(2))])
    book.unknown.clear()

    applied = parking.retry()

    assert applied == 1
    assert book.list_effects() == [(2, "TEA-250", 1), (1, "NEW-1", 4)]
    assert Reception.objects.get().open_count == 0


def test_a_released_message_keeps_the_code_it_waited_under(book: Book) -> None:
    book.unknown.add("NEW-1")
    receive("erp", [sealed(1, a_moved(1, sku="NEW-1"))])
    parking.retry()
    book.unknown.clear()

    parking.retry()

    row = InboxMessage.objects.get()
    assert (row.state, row.code, row.attempts) == ("applied", "test.sku_unknown", 3)
    assert row.envelope is None


def test_trying_again_while_the_reason_stands_changes_only_the_count(book: Book) -> None:
    book.unknown.add("NEW-1")
    receive("erp", [sealed(1, a_moved(1, sku="NEW-1"))])

    applied = parking.retry()

    assert applied == 0
    row = InboxMessage.objects.get()
    assert (row.state, row.code, row.attempts) == ("parked", "test.sku_unknown", 2)
    assert book.list_effects() == []


def test_who_waited_behind_a_parked_step_follows_it_in_order(book: Book) -> None:
    book.unknown.add("P-1")
    receive("erp", [sealed(number, a_stepped(number)) for number in (1, 2, 3)])
    book.unknown.clear()

    applied = parking.retry()

    assert applied == 3
    assert book.list_numbers() == [1, 2, 3]
    assert Reception.objects.get().open_count == 0


def test_one_number_of_one_source_can_be_tried_alone(book: Book) -> None:
    book.unknown |= {"NEW-1", "NEW-2"}
    receive("erp", [sealed(1, a_moved(1, sku="NEW-1")), sealed(2, a_moved(2, sku="NEW-2"))])
    book.unknown.clear()

    applied = parking.retry(receiver="erp", source="wms:W1/stock", sequence=2)

    assert applied == 1
    assert book.list_numbers() == [2]
    assert InboxMessage.objects.filter(state="parked").count() == 1


def test_more_than_a_run_of_waiting_steps_is_released_when_the_gap_closes(book: Book) -> None:
    receive("erp", [sealed(number, a_stepped(number)) for number in range(2, 1302)])
    assert book.list_effects() == []

    receive("erp", [sealed(1, a_stepped(1))])

    assert book.list_numbers() == list(range(1, 1302))
    assert Reception.objects.get().open_count == 0


def test_a_run_of_parked_messages_is_tried_as_a_run(book: Book) -> None:
    book.unknown.add("NEW-1")
    receive("erp", [sealed(number, a_moved(number, sku="NEW-1")) for number in range(1, 31)])
    book.unknown.clear()
    book.runs.clear()

    applied = parking.retry()

    assert applied == 30
    assert book.runs == [30]
