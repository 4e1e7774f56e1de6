"""What everybody had long ago may go, and what comes again is still known for ever."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from uuid import uuid5

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from tests.exchange.books import Book
from tests.exchange.builders import (
    NAMESPACE,
    a_moved,
    a_stepped,
    say,
    sealed,
    wired,
)
from yipan.exchange import comparisons, parking, proof, queries, readers, retention, streams
from yipan.exchange.backoff import Backoff
from yipan.exchange.delivery import deliver_pending
from yipan.exchange.digests import Digest
from yipan.exchange.envelopes import Envelope, seal
from yipan.exchange.inbox import ReplyState, receive
from yipan.exchange.models import (
    Alteration,
    ComparisonState,
    HeardBlock,
    InboxMessage,
    OutboxMessage,
    Reception,
)
from yipan.exchange.pulling import Puller
from yipan.exchange.retention import Run, Terms
from yipan.exchange.subscriptions import Route
from yipan.exchange.told import list_after
from yipan.exchange.transport import InProcess

pytestmark = pytest.mark.django_db

SOURCE = "wms:W1/orders"
#: Told by a partner, who keeps his own outbox.
FOREIGN = "wms:W9/stock"
NOW = datetime.now(tz=UTC)
BLOCK = 4


def terms(*, days: int = 100, is_forwarded: bool = False) -> Terms:
    return Terms(horizon=NOW - timedelta(days=days), now=NOW, is_forwarded=is_forwarded)


def age(*, days: int = 200) -> None:
    """Let everything that is told and heard have happened so long ago."""
    then = NOW - timedelta(days=days)
    OutboxMessage.objects.update(recorded_at=then)
    InboxMessage.objects.update(received_at=then)


def forget(*, block: int = BLOCK) -> tuple[int, int]:
    """Return how many messages left the outbox and the inboxes."""
    old = terms()
    return retention.forget_told(old), retention.forget_heard(old, block=block)


def assert_proved() -> None:
    assert [each for each in proof.list_findings() if not each.ok] == []


def list_told(**names: bool) -> list[Run]:
    return list(retention.list_told(terms(**names)))


class TestWhatMayGo:
    def test_what_is_old_and_heard_goes_and_the_log_still_proves(self, book: Book) -> None:
        say(SOURCE, [a_moved(number) for number in range(1, 8)])
        deliver_pending()
        age()
        say(SOURCE, [a_moved(8)])
        deliver_pending()

        assert forget() == (7, 4)

        assert list(OutboxMessage.objects.values_list("sequence", flat=True)) == [8]
        assert sorted(InboxMessage.objects.values_list("sequence", flat=True)) == [5, 6, 7, 8]
        assert_proved()
        assert forget() == (0, 0)
        say(SOURCE, [a_moved(9)])
        deliver_pending()
        assert book.list_numbers() == [1, 2, 3, 4, 5, 6, 7, 8, 9]
        assert_proved()

    def test_what_is_young_stays(self, book: Book) -> None:
        say(SOURCE, [a_moved(1)])
        deliver_pending()
        age(days=99)

        assert forget() == (0, 0)
        assert book.list_numbers() == [1]

    def test_everything_of_a_stream_may_go(self, book: Book) -> None:
        say(SOURCE, [a_moved(number) for number in range(1, BLOCK + 1)])
        deliver_pending()
        age()

        assert forget() == (BLOCK, BLOCK)

        assert OutboxMessage.objects.count() == InboxMessage.objects.count() == 0
        assert_proved()
        assert book.list_numbers() == [1, 2, 3, 4]

    def test_master_data_stays_for_whoever_comes_new(self) -> None:
        book = Book()
        with wired(*book.subscriptions(), routes=(Route(receiver="erp", prefix="erp:"),)):
            say("erp:hub/masterdata", [a_moved(number) for number in range(1, 6)])
            deliver_pending()
            age()

            assert forget() == (0, 0)


class TestWhoHolds:
    def test_a_receiver_that_has_not_heard_it(self, book: Book) -> None:  # noqa: ARG002
        say(SOURCE, [a_moved(1), a_moved(2)])
        age()

        (run,) = list_told()

        assert (run.count, run.held_by) == (0, "erp")
        assert retention.forget_told(terms()) == 0

    def test_nobody_listens(self) -> None:
        with wired():
            say("erp:hub/orders:W1", [a_moved(1)])
            age()

            (run,) = list_told()

        assert (run.count, run.held_by) == (0, retention.NOBODY)

    def test_a_reader_at_the_other_end_of_a_line(self, book: Book) -> None:  # noqa: ARG002
        say(SOURCE, [a_moved(1), a_moved(2), a_moved(3)])
        deliver_pending()
        age()
        readers.note(reader="node-w1", source=SOURCE, epoch=1, after=2)

        (run,) = list_told()

        assert (run.last, run.held_by) == (2, "node-w1")
        assert retention.forget_told(terms()) == 2

    def test_a_hub_that_has_not_acknowledged_it(self, book: Book) -> None:  # noqa: ARG002
        say(SOURCE, [a_moved(1)])
        deliver_pending()
        age()

        (run,) = list_told(is_forwarded=True)

        assert (run.count, run.held_by) == (0, "hub")

    def test_what_no_digest_covers(self, book: Book) -> None:  # noqa: ARG002
        say("wms:W1/stock", [a_moved(1), a_moved(2)])
        deliver_pending()
        age()
        comparisons.note_digested(source="wms:W1/stock", epoch=1, sequence=1)

        (run,) = list_told()

        assert (run.last, run.held_by) == (1, retention.NOT_DIGESTED)

    @pytest.mark.parametrize(
        ("state", "days", "last"),
        [
            (ComparisonState.MATCH, 200, 3),
            (ComparisonState.OPEN, 1_000, 1),
            (ComparisonState.MISMATCH, 199, 1),
            (ComparisonState.MISMATCH, 201, 3),
        ],
    )
    def test_what_two_books_do_not_agree_on(
        self,
        book: Book,  # noqa: ARG002
        state: ComparisonState,
        days: int,
        last: int,
    ) -> None:
        say(SOURCE, [a_moved(1), a_moved(2), a_moved(3)])
        deliver_pending()
        age()
        digest = Digest(
            first_sequence=2,
            last_sequence=3,
            document_count=0,
            line_count=0,
            quantities={},
            hash="",
        )
        comparisons.keep(
            stream=(SOURCE, 1),
            book="erp",
            theirs=digest,
            ours=digest,
            state=state,
            told_at=NOW - timedelta(days=days),
        )

        (run,) = list_told()

        assert (run.last, run.held_by) == (last, "" if last == 3 else retention.NOT_MATCHED)

    @pytest.mark.parametrize(
        "damage",
        [
            "update exchange_inboxmessage set content_hash = sha256('x') where sequence = 3",
            "delete from exchange_inboxmessage where sequence = 3",
        ],
    )
    def test_what_was_heard_otherwise_than_it_was_told_stays_to_be_found(
        self,
        book: Book,  # noqa: ARG002
        damage: str,
    ) -> None:
        say(SOURCE, [a_moved(number) for number in range(1, 6)])
        deliver_pending()
        age()
        with connection.cursor() as cursor:
            cursor.execute(damage)
        before = [each.check for each in proof.list_findings() if not each.ok]

        (run,) = list_told()
        forget(block=2)

        assert (run.last, run.held_by) == (2, retention.NOT_AS_TOLD)
        assert before
        assert [each.check for each in proof.list_findings() if not each.ok] == before

    def test_what_is_open_keeps_its_row(self, book: Book) -> None:
        book.unknown.add("NEW-1")
        say(SOURCE, [a_moved(1), a_moved(2, sku="NEW-1"), a_moved(3), a_moved(4)])
        deliver_pending()
        age()

        assert forget() == (4, 3)
        assert_proved()

        book.unknown.clear()
        assert parking.retry() == 1
        assert book.list_numbers() == [1, 3, 4, 2]
        assert_proved()

    def test_comparisons_that_agreed_go_but_the_last(self, book: Book) -> None:  # noqa: ARG002
        say(SOURCE, [a_moved(number) for number in range(1, 4)])
        for number in range(1, 4):
            digest = Digest(
                first_sequence=number,
                last_sequence=number,
                document_count=0,
                line_count=0,
                quantities={},
                hash="",
            )
            comparisons.keep(
                stream=(SOURCE, 1),
                book="erp",
                theirs=digest,
                ours=digest,
                state=ComparisonState.MATCH,
                told_at=NOW - timedelta(days=200),
            )

        assert retention.count_matches(terms()) == 2
        assert retention.forget_matches(terms()) == 2
        (row,) = comparisons.list_comparisons()
        assert row.theirs.first_sequence == 3


class TestWhatComesAgain:
    def test_is_answered_as_a_duplicate_and_booked_once(self, book: Book) -> None:
        run = [sealed(number, a_moved(number), source=FOREIGN) for number in range(1, 6)]
        receive("erp", run)
        age()
        assert retention.forget_heard(terms(), block=BLOCK) == 4

        replies = receive("erp", run)

        assert [each.state for each in replies] == [ReplyState.DUPLICATE] * 5
        assert [each.applied_sequence for each in replies] == [5] * 5
        assert book.list_numbers() == [1, 2, 3, 4, 5]
        assert Reception.objects.get().duplicate_count == 5
        assert_proved()

    def test_with_other_content_is_a_case(self, book: Book) -> None:
        receive("erp", [sealed(number, a_moved(number), source=FOREIGN) for number in range(1, 5)])
        age()
        retention.forget_heard(terms(), block=BLOCK)
        altered = sealed(3, a_moved(3, quantity=30), source=FOREIGN)
        cloned = sealed(2, a_moved(20), source=FOREIGN)

        replies = receive("erp", [altered, cloned])

        assert [(each.state, each.code) for each in replies] == [
            (ReplyState.PARKED, "exchange.sequence_reused")
        ] * 2
        assert sorted(Alteration.objects.values_list("sequence", flat=True)) == [2, 3]
        assert len(book.list_numbers()) == 4
        assert_proved()

    def test_in_a_new_epoch_is_known_by_its_id(self, book: Book) -> None:
        receive("erp", [sealed(number, a_moved(number), source=FOREIGN) for number in range(1, 6)])
        age()
        retention.forget_heard(terms(), block=BLOCK)
        epoch = streams.open_epoch(FOREIGN)
        told_again = [
            seal(a_moved(number), source=FOREIGN, sequence=number, epoch=epoch)
            for number in range(1, 8)
        ]

        replies = receive("erp", told_again)

        assert [each.state for each in replies] == [ReplyState.DUPLICATE] * 5 + [
            ReplyState.APPLIED
        ] * 2
        assert [sku for _, sku, _ in book.list_effects()] == ["TEA-250"] * 7
        assert [each.watermark for each in Reception.objects.order_by("epoch")] == [5, 7]
        assert_proved()

    def test_in_an_epoch_that_was_open_when_it_was_forgotten(self, book: Book) -> None:
        receive("erp", [sealed(number, a_moved(number), source=FOREIGN) for number in range(1, 5)])
        epoch = streams.open_epoch(FOREIGN)
        receive("erp", [seal(a_moved(9), source=FOREIGN, sequence=1, epoch=epoch)])
        age()
        retention.forget_heard(terms(), block=BLOCK)

        (reply,) = receive("erp", [seal(a_moved(2), source=FOREIGN, sequence=2, epoch=epoch)])

        assert reply.state == ReplyState.DUPLICATE
        assert len(book.list_numbers()) == 5
        assert_proved()

    def test_under_a_new_number_with_other_content_is_parked(self, book: Book) -> None:
        receive("erp", [sealed(number, a_moved(number), source=FOREIGN) for number in range(1, 5)])
        age()
        retention.forget_heard(terms(), block=BLOCK)

        (reply,) = receive("erp", [sealed(5, a_moved(2, quantity=5), source=FOREIGN)])

        assert (reply.state, reply.code) == (ReplyState.PARKED, "exchange.message_id_reused")
        assert len(book.list_numbers()) == 4
        assert_proved()


class TestWhoComesLate:
    def test_a_new_receiver_hears_what_is_kept(self, book: Book) -> None:  # noqa: ARG002
        say(SOURCE, [a_moved(number) for number in range(1, 5)])
        deliver_pending()
        age()
        forget()
        say(SOURCE, [a_moved(5), a_moved(6)])
        late = Book()
        with wired(*late.subscriptions("oms"), routes=(Route(receiver="oms", prefix="wms:"),)):
            deliver_pending()

        assert late.list_numbers() == [5, 6]
        assert Reception.objects.get(receiver="oms").watermark == 6
        assert [row.gaps for row in queries.list_sources() if row.receiver == "oms"] == [0]
        assert_proved()

    def test_a_new_node_reads_what_its_hub_keeps(self, book: Book) -> None:  # noqa: ARG002
        say(SOURCE, [a_moved(number) for number in range(1, 5)])
        deliver_pending()
        age()
        forget()
        say(SOURCE, [a_moved(5)])
        late = Book()
        with wired(*late.subscriptions("pos"), routes=()):
            puller = Puller(
                transport=InProcess(receiver="pos", faults=[]),
                receiver="pos",
                sources=[SOURCE],
                backoff=Backoff(chance=Random(1)),
            )
            puller.go_round(now=0.0)

        assert late.list_numbers() == [5]
        assert Reception.objects.get(receiver="pos").watermark == 5


class TestProof:
    @pytest.mark.parametrize(
        ("damage", "check"),
        [
            ("delete from exchange_heardblock", "exchange.forgotten_hold"),
            ("update exchange_heardblock set count = 3", "exchange.forgotten_hold"),
            ("update exchange_heardblock set marks = 'x'", "exchange.forgotten_hold"),
            ("update exchange_reception set forgotten_sequence = 3", "exchange.forgotten_hold"),
            ("update exchange_reception set forgotten_count = 3", "exchange.counts_hold"),
            ("update exchange_forgottentold set last_sequence = 3", "exchange.outbox_gap_free"),
            ("delete from exchange_forgottentold", "exchange.outbox_gap_free"),
            (
                "delete from exchange_outboxmessage where sequence = 5",
                "exchange.outbox_gap_free",
            ),
            (
                "delete from exchange_inboxmessage where sequence = 5",
                "exchange.watermark_gap_free",
            ),
            (
                "update exchange_inboxmessage set content_hash = 'x' where sequence = 6",
                "exchange.heard_as_told",
            ),
        ],
    )
    def test_a_damaged_log_is_noticed_behind_what_is_gone(
        self,
        book: Book,  # noqa: ARG002
        damage: str,
        check: str,
    ) -> None:
        say(SOURCE, [a_moved(number) for number in range(1, 5)])
        deliver_pending()
        age()
        forget()
        say(SOURCE, [a_moved(5), a_stepped(6), a_moved(7)])
        deliver_pending()
        assert HeardBlock.objects.count() == 1
        assert_proved()
        with connection.cursor() as cursor:
            cursor.execute(damage)

        assert check in [each.check for each in proof.list_findings() if not each.ok]


class TestAnyOrder(TestCase):
    """Whatever comes, in whatever order and however often, before and after it is forgotten."""

    @settings(max_examples=40, deadline=None)
    @given(data=st.data())
    def test_each_message_has_one_effect(self, data: st.DataObject) -> None:
        count = data.draw(st.integers(1, 14))
        book = Book()
        with wired(*book.subscriptions(), routes=(Route(receiver="erp", prefix="wms:"),)):
            epochs = [1]
            for _ in range(data.draw(st.integers(1, 8))):
                step = data.draw(st.sampled_from(["receive", "receive", "forget", "epoch"]))
                if step == "receive":
                    chosen = data.draw(st.lists(st.integers(1, count), max_size=20))
                    epoch = data.draw(st.sampled_from(epochs))
                    receive("erp", [_message(number, epoch=epoch) for number in chosen])
                elif step == "forget":
                    age()
                    retention.forget_heard(terms(), block=data.draw(st.integers(1, 4)))
                elif Reception.objects.exists():
                    epochs.append(streams.open_epoch(FOREIGN))
            everything = [_message(number, epoch=epochs[-1]) for number in range(1, count + 1)]
            replies = receive("erp", everything)

            assert {each.state for each in replies} <= {ReplyState.APPLIED, ReplyState.DUPLICATE}
            assert sorted(size for _, _, size in book.list_effects()) == list(range(1, count + 1))
            assert_proved()


def _message(number: int, *, epoch: int) -> Envelope:
    """Return a message that is known by its quantity, whatever number it comes under."""
    return seal(a_moved(number, quantity=number), source=FOREIGN, sequence=number, epoch=epoch)


def test_ids_and_outbox_stay_apart() -> None:
    """The list of an outbox that is partly gone begins where it is kept."""
    book = Book()
    with wired(*book.subscriptions(), routes=(Route(receiver="erp", prefix="wms:"),)):
        say(SOURCE, [a_moved(1), a_moved(2)])
        deliver_pending()
        age()
        forget()
        say(SOURCE, [a_moved(3)])

    assert [each.sequence for each in list_after(source=SOURCE, epoch=1, after=0, limit=9)] == [3]
    assert streams.get_issued(SOURCE, epoch=1).first_sequence == 3
    assert uuid5(NAMESPACE, "moved 3") in {
        each.message_id for each in list_after(source=SOURCE, epoch=1, after=0, limit=9)
    }
