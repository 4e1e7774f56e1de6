"""Goal: who follows the ledger misses nothing and meets nothing twice."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.db import connection

from yipan.ledger import feed, posting
from yipan.ledger.feed import FeedRow, Position
from yipan.ledger.moves import FactPosting, Move

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
FAR = datetime(2100, 1, 1, tzinfo=UTC)
SHELF = "on_hand/W1/available"
NO_LAG = timedelta(0)


def book(number: int, *skus: str, ledger_book: str = "erp") -> None:
    moves = [Move(sku=sku, from_account="supplier", to_account=SHELF, quantity=1) for sku in skus]
    posting.post_fact(
        book=ledger_book,
        posting=FactPosting(origin=f"receipt/{number}/post", occurred_at=NOON, moves=moves),
    )


def follow(*, limit: int, until: datetime = FAR) -> list[FeedRow]:
    rows: list[FeedRow] = []
    after: Position | None = None
    while True:
        found = feed.list_recorded(book="erp", after=after, until=until, limit=limit)
        if not found:
            return rows
        rows += found
        after = found[-1].position


@pytest.mark.django_db
@pytest.mark.parametrize("limit", [1, 7, 200])
def test_every_movement_comes_once_and_in_order(limit: int) -> None:
    for number in range(6):
        book(number, *[f"SKU-{line}" for line in range(number * 5, number * 5 + 20)])
        book(number, "SKU-1", ledger_book="wms:W1")

    rows = follow(limit=limit)

    assert Counter(row.origin for row in rows) == {f"receipt/{n}/post": 20 for n in range(6)}
    assert [row.position for row in rows] == sorted(row.position for row in rows)
    assert len({row.movement_id for row in rows}) == 120


@pytest.mark.django_db
def test_a_bucket_with_much_in_it_hides_nothing() -> None:
    book(1, *["HOT"] * 700)
    book(2, *[f"SKU-{line}" for line in range(300)])

    assert len({row.movement_id for row in follow(limit=100)}) == 1_000


@pytest.mark.django_db(transaction=True)
def test_nothing_is_settled_that_a_running_transaction_may_still_write(database_url: str) -> None:
    name = connection.settings_dict["NAME"]
    with psycopg.connect(database_url, dbname=name) as other:
        [(began,)] = other.execute("select now()").fetchall()
        book(1, "HAT")

        settled = feed.get_settled_until(lag=NO_LAG)

        assert settled == began
        assert follow(limit=10, until=settled) == []
        other.rollback()
    assert len(follow(limit=10, until=feed.get_settled_until(lag=NO_LAG))) == 1
    assert follow(limit=10, until=feed.get_settled_until(lag=timedelta(hours=1))) == []


@pytest.mark.django_db
def test_crossings_count_what_goes_in_and_out_of_a_group() -> None:
    for number, (origin, target) in enumerate(
        [
            ("supplier", SHELF),
            (SHELF, "on_hand/W1/damaged"),
            (SHELF, "in_transit/T1/available"),
            ("in_transit/T1/available", "on_hand/S1/available"),
            ("on_hand/S1/available", "customer"),
        ]
    ):
        move = Move(sku="HAT", from_account=origin, to_account=target, quantity=number + 1)
        posting.post_fact(
            book="erp", posting=FactPosting(origin=f"x/{number}", occurred_at=NOON, moves=[move])
        )
    last = follow(limit=10)[-1].position

    together = {"on_hand/W1": "CN", "in_transit/T1": "CN", "on_hand/S1": "CN"}
    apart = {**together, "on_hand/S1": "HK"}

    one = feed.sum_crossings(book="erp", groups=together, up_to=last)
    two = feed.sum_crossings(book="erp", groups=apart, up_to=last)
    assert [(it.group, it.sku, it.count, it.quantity) for it in one] == [("CN", "HAT", 2, -4)]
    assert [(it.group, it.count, it.quantity) for it in two] == [("CN", 2, -3), ("HK", 2, -1)]
    assert feed.list_paths(book="erp", roots=["on_hand"]) == ["on_hand/S1", "on_hand/W1"]
