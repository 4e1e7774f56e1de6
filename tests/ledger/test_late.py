"""Goal: what came late for an earlier moment is found, and nothing else is. Method: both clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from yipan.ledger.late import Watch, find_late, get_settled
from yipan.ledger.moves import FactPosting, Move
from yipan.ledger.posting import post_fact

pytestmark = pytest.mark.django_db

BOOK = "pos:S12"
SHELF = "on_hand/shop_floor/available"
HOUR = timedelta(hours=1)


def move(number: int, *, at: datetime, book: str = BOOK, goal: str = "customer") -> None:
    moved = Move(sku="SCARF", from_account=SHELF, to_account=goal, quantity=1)
    post_fact(book=book, posting=FactPosting(origin=f"t/{number}", occurred_at=at, moves=[moved]))


def find(*watches: tuple[str, datetime, datetime]) -> set[int]:
    return find_late(
        book=BOOK,
        outside="stocktake_difference",
        watches=[Watch(sku=sku, as_of=as_of, since=since) for sku, as_of, since in watches],
    )


def test_what_happened_before_the_moment_and_was_written_down_since_is_late() -> None:
    now = datetime.now(tz=UTC)
    move(1, at=now - 3 * HOUR)

    assert find(
        ("SCARF", now - 2 * HOUR, now - HOUR),
        ("SCARF", now - 3 * HOUR, now - HOUR),
        ("SCARF", now - 4 * HOUR, now - HOUR),
        ("SCARF", now - 2 * HOUR, now + HOUR),
        ("HAT", now - 2 * HOUR, now - HOUR),
    ) == {0, 1}


def test_what_puts_a_count_right_matters_whenever_it_happened() -> None:
    now = datetime.now(tz=UTC)
    move(1, at=now, goal="stocktake_difference")

    assert find(("SCARF", now - 2 * HOUR, now - HOUR)) == {0}
    assert find(("SCARF", now - 2 * HOUR, now + HOUR)) == set()


def test_another_book_is_none_of_it() -> None:
    now = datetime.now(tz=UTC)
    move(1, at=now - 3 * HOUR, book="pos:S13")
    move(2, at=now, book="pos:S13", goal="stocktake_difference")

    assert find(("SCARF", now - 2 * HOUR, now - HOUR)) == set()


def test_nothing_asked_is_nothing_found() -> None:
    assert find() == set()


def test_the_moment_all_is_settled_up_to_is_not_ahead_of_what_is_written_now() -> None:
    before = get_settled()
    move(1, at=datetime.now(tz=UTC) - 3 * HOUR)

    assert find(("SCARF", datetime.now(tz=UTC), before)) == {0}
