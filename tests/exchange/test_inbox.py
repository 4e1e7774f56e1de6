"""At least once on the wire, exactly once in the book; every message gets its answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.exchange.books import Book
from tests.exchange.builders import a_moved, a_stepped, an_asked, sealed
from yipan.exchange import parking, proof
from yipan.exchange.envelopes import Envelope
from yipan.exchange.inbox import Reply, receive
from yipan.exchange.models import Alteration, InboxMessage, Reception
from yipan.exchange.replies import ReplyState

pytestmark = pytest.mark.django_db


def moved(*numbers: int, sku: str = "TEA-250") -> list[Envelope]:
    return [sealed(number, a_moved(number, sku=sku, quantity=number)) for number in numbers]


def stepped(*numbers: int, paper: str = "P-1") -> list[Envelope]:
    return [sealed(number, a_stepped(number, paper=paper)) for number in numbers]


def states(replies: list[Reply]) -> list[str]:
    return [f"{reply.sequence} {reply.state.value} {reply.code}".strip() for reply in replies]


def test_a_run_is_applied_at_once_and_answered_with_the_watermark(book: Book) -> None:
    replies = receive("erp", moved(1, 2, 3))

    assert states(replies) == ["1 applied", "2 applied", "3 applied"]
    assert [reply.applied_sequence for reply in replies] == [3, 3, 3]
    assert book.runs == [3]
    assert book.list_effects() == [(1, "TEA-250", 1), (2, "TEA-250", 2), (3, "TEA-250", 3)]


def test_a_message_that_comes_again_gets_the_first_answer_and_no_second_effect(book: Book) -> None:
    receive("erp", moved(1, 2))

    again = receive("erp", moved(2, 1, 3))

    assert states(again) == ["2 duplicate", "1 duplicate", "3 applied"]
    assert book.list_numbers() == [1, 2, 3]
    reception = Reception.objects.get()
    assert (reception.applied_count, reception.duplicate_count) == (3, 2)


def test_a_message_doubled_within_one_batch_is_booked_once(book: Book) -> None:
    replies = receive("erp", moved(1, 1, 2, 1))

    assert states(replies) == ["1 applied", "1 duplicate", "2 applied", "1 duplicate"]
    assert book.list_numbers() == [1, 2]


def test_stock_facts_behind_a_gap_are_booked_and_the_watermark_stays_below_it(book: Book) -> None:
    receive("erp", moved(1, 2))

    replies = receive("erp", moved(5, 4))

    assert states(replies) == ["5 applied", "4 applied"]
    assert [reply.applied_sequence for reply in replies] == [2, 2]
    assert book.list_numbers() == [1, 2, 4, 5]
    reception = Reception.objects.get()
    assert (reception.watermark, reception.highest_seen) == (2, 5)


def test_the_watermark_passes_a_gap_as_soon_as_it_is_closed(book: Book) -> None:
    receive("erp", moved(1, 3, 4, 7))

    closed = receive("erp", moved(2))

    assert closed[0].applied_sequence == 4
    assert receive("erp", moved(5, 6))[0].applied_sequence == 7
    assert sorted(book.list_numbers()) == [1, 2, 3, 4, 5, 6, 7]


def test_other_content_under_a_used_number_is_parked_and_the_first_stays_booked(
    book: Book,
) -> None:
    receive("erp", moved(1))
    altered = sealed(1, a_moved(1, quantity=700))

    replies = receive("erp", [altered])
    receive("erp", [altered])

    assert states(replies) == ["1 parked exchange.sequence_reused"]
    assert replies[0].waiting == ()
    assert book.list_effects() == [(1, "TEA-250", 1)]
    case = Alteration.objects.get()
    assert (case.sequence, case.code) == (1, "exchange.sequence_reused")
    assert case.envelope["data"]["quantity"] == 700
    assert Reception.objects.get().altered_count == 2


def test_a_device_that_counts_from_one_again_is_noticed_by_its_other_ids(book: Book) -> None:
    receive("erp", moved(1))
    same_content = replace(moved(1)[0], message_id=a_moved(99).message_id)

    replies = receive("erp", [same_content])

    assert states(replies) == ["1 parked exchange.sequence_reused"]
    assert book.list_numbers() == [1]


def test_a_restored_source_tells_all_again_in_a_new_epoch_without_a_second_effect(
    book: Book,
) -> None:
    receive("erp", moved(1, 2, 3))
    replay = [replace(each, epoch=2) for each in moved(1, 2, 3, 4)]

    replies = receive("erp", replay)

    assert states(replies) == ["1 duplicate", "2 duplicate", "3 duplicate", "4 applied"]
    assert replies[0].applied_sequence == 4
    assert book.list_numbers() == [1, 2, 3, 4]


def test_a_used_id_with_other_content_under_a_new_number_is_parked(book: Book) -> None:
    receive("erp", moved(1))
    other = sealed(2, a_moved(1, quantity=5))

    replies = receive("erp", [other, *moved(3)])

    assert states(replies) == ["2 parked exchange.message_id_reused", "3 applied"]
    assert replies[0].applied_sequence == 3
    assert replies[0].waiting == (2,)
    assert book.list_numbers() == [1, 3]


def test_a_kind_nobody_ever_spoke_is_rejected_and_not_kept(book: Book) -> None:
    unknown = replace(moved(1)[0], kind="test.sung.v1")

    replies = receive("erp", [unknown, *moved(2)])

    assert states(replies) == ["1 rejected exchange.kind_unknown", "2 applied"]
    assert replies[0].applied_sequence == 0
    assert InboxMessage.objects.count() == 1
    assert book.list_numbers() == [2]


def test_a_payload_that_does_not_fit_its_kind_is_rejected(book: Book) -> None:
    cut = replace(moved(1)[0], data=b'{"sku": "TEA-250"}')

    replies = receive("erp", [cut])

    assert states(replies) == ["1 rejected exchange.kind_unknown"]
    assert book.list_effects() == []


def test_one_bad_message_is_parked_with_its_code_and_the_rest_of_the_run_applied(
    book: Book,
) -> None:
    book.unknown.add("NEW-1")
    run = [*moved(1), sealed(2, a_moved(2, sku="NEW-1")), *moved(3)]

    replies = receive("erp", run)

    assert states(replies) == ["1 applied", "2 parked test.sku_unknown", "3 applied"]
    assert replies[1].facts == {"sku": "NEW-1"}
    assert [reply.applied_sequence for reply in replies] == [3, 3, 3]
    assert replies[0].waiting == (2,)
    assert book.list_numbers() == [1, 3]


def test_a_parked_message_that_comes_again_is_answered_as_parked(book: Book) -> None:
    book.unknown.add("NEW-1")
    receive("erp", moved(1, sku="NEW-1"))

    again = receive("erp", moved(1, sku="NEW-1"))

    assert states(again) == ["1 parked test.sku_unknown"]
    assert again[0].facts == {"sku": "NEW-1"}
    assert book.list_effects() == []


def test_what_the_database_refuses_is_parked_under_the_constraint(book: Book) -> None:
    replies = receive("erp", [sealed(1, a_moved(1, quantity=1313)), *moved(2)])

    assert states(replies) == ["1 parked exchange.data_refused", "2 applied"]
    assert replies[0].facts["constraint"] == "test_effect_quantity_check"
    assert book.list_numbers() == [2]


def test_steps_behind_a_gap_wait_and_are_applied_in_order_when_it_closes(book: Book) -> None:
    early = receive("erp", stepped(3, 2))

    closed = receive("erp", stepped(1))

    assert states(early) == ["3 waiting exchange.sequence_gap", "2 waiting exchange.sequence_gap"]
    assert early[0].waiting == (2, 3)
    assert states(closed) == ["1 applied"]
    assert (closed[0].applied_sequence, closed[0].waiting) == (3, ())
    assert book.list_numbers() == [1, 2, 3]


def test_a_waiting_step_that_comes_again_is_answered_as_waiting(book: Book) -> None:
    receive("erp", stepped(2))

    again = receive("erp", stepped(2))

    assert states(again) == ["2 waiting exchange.sequence_gap"]
    assert book.list_effects() == []


def test_behind_a_parked_step_only_its_own_paper_waits(book: Book) -> None:
    book.unknown.add("P-1")

    replies = receive("erp", [*stepped(1, 2), *stepped(3, paper="P-2"), *stepped(4)])
    later = receive("erp", [*stepped(5), *stepped(6, paper="P-2")])

    assert states(replies) == [
        "1 parked test.sku_unknown",
        "2 waiting exchange.predecessor_open",
        "3 applied",
        "4 waiting exchange.predecessor_open",
    ]
    assert states(later) == ["5 waiting exchange.predecessor_open", "6 applied"]
    assert later[0].applied_sequence == 6
    assert later[0].waiting == (1, 2, 4, 5)
    assert book.list_numbers() == [3, 6]


def test_steps_of_several_kinds_keep_their_order_beside_facts(book: Book) -> None:
    replies = receive("erp", [*stepped(1), *moved(2), *stepped(3), *moved(4)])

    assert {reply.state for reply in replies} == {ReplyState.APPLIED}
    assert [name for (name,) in [(row[1],) for row in book.list_effects()] if name == "P-1"] == [
        "P-1",
        "P-1",
    ]
    assert [row[2] for row in book.list_effects() if row[1] == "P-1"] == [1, 3]


def test_a_request_that_will_not_be_done_is_rejected_for_good_and_holds_up_nobody(
    book: Book,
) -> None:
    book.late.add("P-1")
    first = receive("erp", [sealed(1, an_asked(1))])
    book.late.clear()

    again = receive("erp", [sealed(1, an_asked(1)), sealed(2, an_asked(2))])
    tried = parking.retry()

    assert states(first) == ["1 rejected test.too_late"]
    assert (first[0].applied_sequence, first[0].waiting) == (1, ())
    assert first[0].is_heard is True
    assert states(again) == ["1 rejected test.too_late", "2 applied"]
    assert tried == 0
    assert book.list_numbers() == [2]
    assert [finding for finding in proof.list_findings() if not finding.ok] == []


def test_a_request_refused_for_a_while_is_parked_like_a_fact(book: Book) -> None:
    book.unknown.add("P-1")

    replies = receive("erp", [sealed(1, an_asked(1)), sealed(2, an_asked(2))])

    assert states(replies) == [
        "1 parked test.sku_unknown",
        "2 waiting exchange.predecessor_open",
    ]


def test_a_fact_is_never_rejected_however_final_the_refusal_is(book: Book) -> None:
    book.late.add("TEA-250")

    replies = receive("erp", moved(1))

    assert states(replies) == ["1 parked test.too_late"]
