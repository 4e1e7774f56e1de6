"""Goal: the doors of the ledger keep their word. Method: post, ask again, read back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from yipan.foundation.ids import get_bucket, get_text_bucket, make_id
from yipan.foundation.refusals import NotFound
from yipan.ledger import posting, queries
from yipan.ledger.headers import make_event_id
from yipan.ledger.moves import BatchRequest, FactPosting, Move, Outcome, Trace, get_digest

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SHELF = "on_hand/W1/available"
SET_ASIDE = "on_hand/W1/reserved"
RECEIPT = "goods_receipt/GR-1/post"
SCARVES = Move(sku="SCARF", from_account="supplier", to_account=SHELF, quantity=5)


def a_posting(*moves: Move, origin: str = RECEIPT) -> FactPosting:
    return FactPosting(origin=origin, occurred_at=NOON, moves=moves or [SCARVES])


def a_sale(quantity: int, *, number: int = 1) -> FactPosting:
    move = Move(sku="SCARF", from_account=SHELF, to_account="customer", quantity=quantity)
    return a_posting(move, origin=f"ticket/T-{number}/post")


def a_reservation(quantity: int, *, number: int = 1) -> FactPosting:
    move = Move(sku="SCARF", from_account=SHELF, to_account=SET_ASIDE, quantity=quantity)
    return a_posting(move, origin=f"reservation/R-{number}/post")


def stock(sku: str = "SCARF") -> tuple[int, int]:
    return (
        queries.get_quantity(book="erp", account=SHELF, sku=sku),
        queries.get_quantity(book="erp", account=SET_ASIDE, sku=sku),
    )


@pytest.mark.django_db
class TestFacts:
    def test_a_fact_is_booked_once(self) -> None:
        assert posting.post_fact(book="erp", posting=a_posting()) is True
        assert posting.post_fact(book="erp", posting=a_posting()) is False

        assert stock() == (5, 0)
        assert queries.get_quantity(book="erp", account="supplier", sku="SCARF") == -5
        assert len(queries.get_posting(book="erp", origin=RECEIPT).movements) == 1

    def test_an_origin_stands_for_one_set_of_moves(self) -> None:
        posting.post_fact(book="erp", posting=a_posting())

        with pytest.raises(posting.OriginReused) as refused, transaction.atomic():
            posting.post_fact(book="erp", posting=a_posting(replace(SCARVES, quantity=50)))

        assert refused.value.facts == {"book": "erp", "origin": RECEIPT}
        assert stock() == (5, 0)

    def test_an_origin_is_unique_in_its_book_only(self) -> None:
        posting.post_fact(book="erp", posting=a_posting())

        assert posting.post_fact(book="wms:W1", posting=a_posting()) is True

    def test_the_order_of_moves_is_no_other_content(self) -> None:
        hats = replace(SCARVES, sku="HAT")
        posting.post_fact(book="erp", posting=a_posting(SCARVES, hats))

        assert posting.post_fact(book="erp", posting=a_posting(hats, SCARVES)) is False

    def test_a_fact_is_booked_below_zero_and_the_shortfall_is_told(self) -> None:
        posting.post_fact(book="erp", posting=a_posting())
        posting.post_fact(book="erp", posting=a_sale(7))

        assert stock() == (-2, 0)
        [short] = queries.list_shortfalls(book="erp")
        assert (short.sku, short.account, short.quantity, short.overdraft) == (
            *("SCARF", SHELF),
            *(-2, 2),
        )
        assert queries.list_shortfalls(book="pos:S1") == []

    def test_an_account_that_recovers_is_no_shortfall_any_more(self) -> None:
        posting.post_fact(book="erp", posting=a_sale(7))
        posting.post_fact(book="erp", posting=a_posting(replace(SCARVES, quantity=7)))

        assert queries.list_shortfalls() == []
        assert stock() == (0, 0)

    def test_everything_about_a_posting_can_be_read_back(self) -> None:
        trace = Trace(
            actor='Li "Bo" \\ 李',
            device="till 3, left",
            reason="{NULL}",
            source="pos:S12/stock",
            sequence=8812,
        )
        fact = replace(a_posting(), trace=trace, business_date=date(2026, 3, 1))

        posting.post_fact(book="pos:S12", posting=fact)

        header = queries.get_posting(book="pos:S12", origin=RECEIPT).header
        assert (header.book, header.origin) == ("pos:S12", RECEIPT)
        assert (header.actor, header.device, header.reason) == (
            trace.actor,
            trace.device,
            trace.reason,
        )
        assert (header.source, header.sequence) == ("pos:S12/stock", 8812)
        assert (header.occurred_at, header.business_date) == (NOON, date(2026, 3, 1))
        assert header.reverses is None

    def test_a_source_without_a_number_is_our_own_fault(self) -> None:
        with pytest.raises(AssertionError):
            Trace(source="pos:S12/stock")

    @pytest.mark.parametrize("quantity", [0, -1, 1_000_000_001])
    def test_a_quantity_the_edge_must_refuse_changes_nothing(self, quantity: int) -> None:
        with pytest.raises(AssertionError), transaction.atomic():
            posting.post_fact(book="erp", posting=a_posting(replace(SCARVES, quantity=quantity)))

        assert queries.find_posting(book="erp", origin=RECEIPT) is None

    def test_a_move_to_the_same_account_is_our_own_fault(self) -> None:
        with pytest.raises(AssertionError):
            posting.post_fact(book="erp", posting=a_posting(replace(SCARVES, from_account=SHELF)))


@pytest.mark.django_db
class TestRuns:
    def test_a_run_answers_for_each_posting(self) -> None:
        posting.post_fact(book="erp", posting=a_sale(1, number=2))

        answers = posting.post_facts(
            book="erp",
            postings=[a_sale(1, number=1), a_sale(1, number=2), a_sale(1, number=3)],
        )

        assert answers == [True, False, True]
        assert stock() == (-3, 0)

    def test_an_origin_twice_in_one_run_is_booked_once(self) -> None:
        answers = posting.post_facts(book="erp", postings=[a_sale(1), a_sale(1)])

        assert answers == [True, False]
        assert stock() == (-1, 0)

    @pytest.mark.parametrize("known", [[], [a_sale(1)]])
    def test_other_moves_anywhere_in_a_run_refuse_the_whole_run(
        self, known: list[FactPosting]
    ) -> None:
        posting.post_facts(book="erp", postings=known)

        with pytest.raises(posting.OriginReused), transaction.atomic():
            posting.post_facts(book="erp", postings=[a_sale(1, number=9), a_sale(1), a_sale(2)])

        assert stock() == (-len(known), 0)
        assert queries.find_posting(book="erp", origin="ticket/T-9/post") is None

    def test_a_run_of_nothing_is_nothing(self) -> None:
        assert posting.post_facts(book="erp", postings=[]) == []

    def test_a_long_run_with_many_lines_is_one_run(self) -> None:
        sales = [
            a_posting(
                *(
                    Move(
                        sku=f"SKU-{(number * 7 + line) % 90}",
                        from_account=SHELF,
                        to_account="customer",
                        quantity=line + 1,
                    )
                    for line in range(4)
                ),
                origin=f"ticket/T-{number}/post",
            )
            for number in range(500)
        ]

        assert posting.post_facts(book="erp", postings=sales) == [True] * 500
        assert posting.post_facts(book="erp", postings=sales) == [False] * 500

        rows = queries.list_balances(book="erp", prefix="on_hand/W1/")
        assert sum(row.quantity for row in rows) == -500 * (1 + 2 + 3 + 4)


@pytest.mark.django_db
class TestPromises:
    def test_a_promise_takes_the_last_piece_and_not_one_more(self) -> None:
        posting.post_fact(book="erp", posting=a_posting())

        assert posting.post_promise(book="erp", posting=a_reservation(5)) is True
        with pytest.raises(posting.StockShort) as refused:
            posting.post_promise(book="erp", posting=a_reservation(1, number=2))

        assert refused.value.facts == {
            "book": "erp",
            "account": SHELF,
            "sku": "SCARF",
            "asked": 1,
            "available": 0,
        }
        assert stock() == (0, 5)

    def test_a_short_promise_leaves_no_trace(self) -> None:
        posting.post_fact(book="erp", posting=a_posting())
        wanted = [
            Move(sku="HAT", from_account="supplier", to_account=SHELF, quantity=1),
            Move(sku="SCARF", from_account=SHELF, to_account=SET_ASIDE, quantity=4),
            Move(sku="SCARF", from_account=SHELF, to_account="customer", quantity=2),
        ]

        with pytest.raises(posting.StockShort) as refused:
            posting.post_promise(book="erp", posting=a_posting(*wanted, origin="hold/H-1/post"))

        assert (refused.value.facts["asked"], refused.value.facts["available"]) == (2, 1)
        assert queries.find_posting(book="erp", origin="hold/H-1/post") is None
        assert queries.list_movements(book="erp", sku="HAT", limit=10) == []
        assert stock() == (5, 0)

    def test_a_refused_promise_may_be_made_later(self) -> None:
        with pytest.raises(posting.StockShort):
            posting.post_promise(book="erp", posting=a_reservation(3))
        posting.post_fact(book="erp", posting=a_posting())

        assert posting.post_promise(book="erp", posting=a_reservation(3)) is True
        assert stock() == (2, 3)

    def test_a_promise_made_twice_is_one(self) -> None:
        posting.post_fact(book="erp", posting=a_posting())

        assert posting.post_promise(book="erp", posting=a_reservation(3)) is True
        assert posting.post_promise(book="erp", posting=a_reservation(3)) is False
        with pytest.raises(posting.OriginReused):
            posting.post_promise(book="erp", posting=a_reservation(2))

        assert stock() == (2, 3)

    def test_nothing_is_promised_from_an_overdrawn_account(self) -> None:
        posting.post_fact(book="erp", posting=a_sale(2))

        with pytest.raises(posting.StockShort) as refused:
            posting.post_promise(book="erp", posting=a_reservation(1))

        assert refused.value.facts["available"] == -2

    def test_the_outside_gives_without_end(self) -> None:
        assert posting.post_promise(book="erp", posting=a_posting()) is True


@pytest.mark.django_db
class TestReversals:
    def test_a_reversal_is_identity(self) -> None:
        posting.post_fact(book="erp", posting=a_sale(1))
        before = queries.list_balances(book="erp")
        hats = Move(sku="HAT", from_account=SHELF, to_account=SET_ASIDE, quantity=3)
        posting.post_fact(book="erp", posting=a_posting(SCARVES, hats))

        is_new = posting.reverse(
            book="erp",
            origin=RECEIPT,
            reversal="goods_receipt/GR-1/reverse",
            at=NOON + timedelta(days=1),
            trace=Trace(actor="controller", reason="keyed twice"),
        )

        assert is_new is True
        assert queries.list_balances(book="erp") == before
        done = queries.get_posting(book="erp", origin="goods_receipt/GR-1/reverse")
        original = queries.get_posting(book="erp", origin=RECEIPT)
        assert done.header.reverses == original.header.event_id
        assert (done.header.actor, done.header.reason) == ("controller", "keyed twice")
        assert len(done.movements) == 2

    def test_a_reversal_asked_again_is_an_answer(self) -> None:
        posting.post_fact(book="erp", posting=a_posting())

        first = posting.reverse(book="erp", origin=RECEIPT, reversal="R", at=NOON)
        again = posting.reverse(book="erp", origin=RECEIPT, reversal="R", at=NOON)

        assert (first, again) == (True, False)
        assert stock() == (0, 0)

    def test_a_posting_is_reversed_once(self) -> None:
        posting.post_fact(book="erp", posting=a_posting())
        posting.reverse(book="erp", origin=RECEIPT, reversal="R-1", at=NOON)

        with pytest.raises(posting.AlreadyReversed):
            posting.reverse(book="erp", origin=RECEIPT, reversal="R-2", at=NOON)

        assert queries.find_posting(book="erp", origin="R-2") is None
        assert stock() == (0, 0)

    def test_a_reversal_can_be_reversed(self) -> None:
        posting.post_fact(book="erp", posting=a_posting())
        posting.reverse(book="erp", origin=RECEIPT, reversal="R-1", at=NOON)

        posting.reverse(book="erp", origin="R-1", reversal="R-2", at=NOON)

        assert stock() == (5, 0)

    def test_what_was_never_posted_cannot_be_reversed(self) -> None:
        with pytest.raises(NotFound):
            posting.reverse(book="erp", origin="nothing", reversal="R", at=NOON)


@pytest.mark.django_db
def test_a_batch_stores_its_outcomes() -> None:
    posting.post_fact(book="erp", posting=a_posting())
    asked = [
        BatchRequest(
            event_id=make_id(),
            occurred_at=NOON,
            moves=[Move(sku="SCARF", from_account=SHELF, to_account=SET_ASIDE, quantity=quantity)],
        )
        for quantity in (4, 2, 1)
    ]

    first = posting.post_batch(book="erp", requests=asked)
    again = posting.post_batch(book="erp", requests=[*asked, replace(asked[0], moves=[SCARVES])])

    assert first == [Outcome.ACCEPTED, Outcome.REFUSED, Outcome.ACCEPTED]
    assert again == [
        Outcome.ACCEPTED_BEFORE,
        Outcome.REFUSED_BEFORE,
        Outcome.ACCEPTED_BEFORE,
        Outcome.REUSED,
    ]
    assert stock() == (0, 5)
    assert [it.header for it in queries.list_movements(book="erp", sku="SCARF", limit=2)] == [
        None,
        None,
    ]


def test_the_id_of_a_posting_tells_its_bucket() -> None:
    event_id = make_event_id(book="erp", origin=RECEIPT)

    assert get_bucket(event_id) == get_text_bucket(f"erp|{RECEIPT}")
    assert event_id.version == 7


def test_a_digest_is_the_same_on_every_machine() -> None:
    moves = [SCARVES, replace(SCARVES, sku="围巾")]

    assert get_digest(moves) == 5_368_217_451_444_912_527
    assert get_digest(moves) == get_digest(moves[::-1])
    assert get_digest(moves, guarded=[True, True]) == get_digest(moves)
    assert get_digest(moves, guarded=[True, False]) != get_digest(moves)


def lists_of_moves(*, from_accounts: list[str]) -> st.SearchStrategy[list[Move]]:
    """Return one to four moves out of the accounts, each to another account."""
    move = st.builds(
        Move,
        sku=st.sampled_from(["SCARF-RED", "SCARF-BLUE"]),
        from_account=st.sampled_from(from_accounts),
        to_account=st.sampled_from([SHELF, SET_ASIDE, "customer"]),
        quantity=st.integers(1, 1_000),
    )
    return st.lists(
        move.filter(lambda it: it.from_account != it.to_account), min_size=1, max_size=4
    )


class TestWhateverIsPosted(TestCase):
    @settings(max_examples=40, deadline=None)
    @given(st.lists(lists_of_moves(from_accounts=["supplier", SHELF, SET_ASIDE]), max_size=6))
    def test_reversing_everything_leaves_nothing(self, facts: list[list[Move]]) -> None:
        for number, moves in enumerate(facts):
            fact = FactPosting(origin=f"fact/{number}", occurred_at=NOON, moves=moves)
            posting.post_fact(book="erp", posting=fact)
        for number in range(len(facts)):
            posting.reverse(
                book="erp", origin=f"fact/{number}", reversal=f"reversal/{number}", at=NOON
            )

        assert queries.list_balances(book="erp") == []
        assert queries.list_shortfalls() == []
