"""A fault of ours is never swallowed, and stops nothing but the message that meets it."""

from __future__ import annotations

import pytest

from tests.exchange.books import Book
from tests.exchange.builders import a_moved, a_stepped, say, sealed
from yipan.exchange import parking, queries
from yipan.exchange.delivery import deliver_pending
from yipan.exchange.inbox import receive
from yipan.exchange.models import InboxMessage, Reception
from yipan.exchange.replies import ReplyState

pytestmark = pytest.mark.django_db


def test_a_fault_is_raised_and_its_message_stays_unreceived(book: Book) -> None:
    book.broken.add("TEA-250")

    with pytest.raises(AssertionError, match="a planted fault"):
        receive("erp", [sealed(1, a_moved(1))])

    assert InboxMessage.objects.count() == 0
    assert book.list_effects() == []
    reception = Reception.objects.get()
    assert (reception.watermark, reception.fault_count) == (0, 1)


def test_the_rest_of_a_run_passes_the_message_that_meets_a_fault(book: Book) -> None:
    book.broken.add("BAD-1")
    run = [sealed(n, a_moved(n, sku="BAD-1" if n == 5 else "TEA-250")) for n in range(1, 11)]
    faults: list[Exception] = []

    replies = receive("erp", run, faults=faults)

    assert [reply.sequence for reply in replies if reply.state == ReplyState.UNKNOWN] == [5]
    assert replies[-1].applied_sequence == 4
    assert [str(fault) for fault in faults] == ["a planted fault"]
    assert sorted(book.list_numbers()) == [1, 2, 3, 4, 6, 7, 8, 9, 10]


def test_a_fault_in_one_source_does_not_stop_the_others(book: Book) -> None:
    book.broken.add("BAD-1")
    say("wms:W1/stock", [a_moved(1, sku="BAD-1"), a_moved(2)])
    say("wms:W2/stock", [a_moved(3), a_moved(4)])

    with pytest.raises(AssertionError, match="a planted fault"):
        deliver_pending()

    assert book.list_numbers() == [2, 1, 2]
    assert InboxMessage.objects.count() == 3


def test_when_the_code_is_mended_the_gap_closes_by_itself(book: Book) -> None:
    book.broken.add("BAD-1")
    say("wms:W1/stock", [a_moved(1, sku="BAD-1"), a_moved(2)])
    with pytest.raises(AssertionError, match="a planted fault"):
        deliver_pending()
    book.broken.clear()

    delivered = deliver_pending()

    assert delivered == 1
    assert book.list_numbers() == [2, 1]
    reception = Reception.objects.get()
    assert (reception.watermark, reception.duplicate_count) == (2, 0)


def test_a_fault_in_a_waiting_step_does_not_hold_up_the_message_that_frees_it(book: Book) -> None:
    book.broken.add("P-1")
    receive("erp", [sealed(2, a_stepped(2)), sealed(3, a_stepped(3)), sealed(4, a_moved(4))])
    faults: list[Exception] = []

    replies = receive("erp", [sealed(1, a_moved(1))], faults=faults)

    assert (replies[0].state, replies[0].applied_sequence) == ("applied", 4)
    assert [str(fault) for fault in faults] == ["a planted fault"]
    assert book.list_numbers() == [4, 1]
    assert [(row.sequence, row.state, row.code) for row in queries.list_inbox()] == [
        (3, "waiting", "exchange.predecessor_open"),
        (2, "parked", "exchange.fault"),
    ]


def test_a_fault_in_a_parked_message_is_raised_when_all_others_were_tried(book: Book) -> None:
    book.unknown |= {"NEW-1", "NEW-2"}
    run = [sealed(1, a_moved(1, sku="NEW-1")), sealed(2, a_moved(2, sku="NEW-2"))]
    receive("erp", run)
    receive("erp", [sealed(1, a_moved(3, sku="NEW-2"), source="wms:W2/stock")])
    book.unknown.clear()
    book.broken.add("NEW-1")

    with pytest.raises(AssertionError, match="a planted fault"):
        parking.retry()

    assert book.list_numbers() == [2, 1]
    assert [(row.sequence, row.code) for row in queries.list_inbox()] == [(1, "exchange.fault")]
    book.broken.clear()
    assert parking.retry() == 1
    assert queries.list_inbox() == []
