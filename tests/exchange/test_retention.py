"""What everybody had long ago may go, and what comes again is still known for ever."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from uuid import uuid5

import pytest
from django.db import connection

from tests.exchange.books import Book
from tests.exchange.builders import (
    NAMESPACE,
    a_moved,
    a_stepped,
    say,
    wired,
)
from tests.exchange.forgetting import BLOCK, NOW, SOURCE, age, assert_proved, forget, terms
from yipan.exchange import comparisons, parking, proof, queries, readers, retention, streams
from yipan.exchange.backoff import Backoff
from yipan.exchange.delivery import deliver_pending
from yipan.exchange.digests import Digest
from yipan.exchange.models import (
    ComparisonState,
    HeardBlock,
    InboxMessage,
    OutboxMessage,
    Reception,
)
from yipan.exchange.pulling import Puller
from yipan.exchange.retention import Run
from yipan.exchange.subscriptions import Route
from yipan.exchange.told import list_after
from yipan.exchange.transport import InProcess

pytestmark = pytest.mark.django_db


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
