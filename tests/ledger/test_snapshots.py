"""
Goal: what any past moment held is told right, on both axes, whatever snapshots there are.

Method: random postings, many of them late and some from a clock that is ahead, with snapshots
taken in between; then every answer is held against a replay of all movements.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from django.db import DatabaseError, connection, transaction

from yipan.ledger import posting, queries, snapshots
from yipan.ledger.moves import FactPosting, Move
from yipan.ledger.rows import BalanceRow, MovementRow
from yipan.ledger.snapshot_proof import prove_snapshots

ACCOUNTS = (
    "supplier",
    "customer",
    "on_hand/W1/available",
    "on_hand/W1/damaged",
    "on_hand/S1/available",
    "in_transit/T1/available",
)
SKUS = ("SCARF", "HAT")
NOW = datetime.now(UTC)
DAY = timedelta(seconds=40)  # what happened lies within minutes: snapshots are taken of the past
NO_LAG = timedelta(0)


def post(number: int, *, sku: str, accounts: tuple[str, str], at: datetime, quantity: int) -> None:
    move = Move(sku=sku, from_account=accounts[0], to_account=accounts[1], quantity=quantity)
    fact = FactPosting(origin=f"fact/{number}/post", occurred_at=at, moves=[move])
    posting.post_fact(book="erp", posting=fact)


def take(ends_at: datetime) -> bool:
    return snapshots.take_snapshot(book="erp", ends_at=ends_at, lag=NO_LAG)


def list_all() -> list[MovementRow]:
    return [row for sku in SKUS for row in queries.list_movements(book="erp", sku=sku, limit=1_000)]


def replay(
    movements: list[MovementRow], *, as_of: datetime | None, known_at: datetime | None
) -> dict[tuple[str, str], int]:
    held: dict[tuple[str, str], int] = {}
    for row in movements:
        if (as_of and row.occurred_at > as_of) or (known_at and row.recorded_at > known_at):
            continue
        for account, change in ((row.from_account, -row.quantity), (row.to_account, row.quantity)):
            if "/" in account:
                held[row.sku, account] = held.get((row.sku, account), 0) + change
    return {key: quantity for key, quantity in held.items() if quantity}


def by_account(rows: list[BalanceRow]) -> dict[tuple[str, str], int]:
    return {(row.sku, row.account): row.quantity for row in rows}


def list_moments(movements: list[MovementRow], chance: Random) -> Iterator[datetime | None]:
    yield None
    for row in chance.sample(movements, 6):
        yield row.occurred_at
        yield row.recorded_at
    for snapshot in snapshots.list_snapshots(book="erp"):
        yield snapshot.ends_at
        yield snapshot.recorded_until


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_any_moment_on_both_axes_equals_a_replay(seed: int) -> None:
    chance = Random(seed)
    taken = 0
    for number in range(120):
        happened = datetime.now(UTC) - timedelta(seconds=chance.expovariate(1 / 60))
        if chance.random() < 0.1:
            happened = datetime.now(UTC) + timedelta(seconds=chance.random() * 120)
        accounts = chance.sample(ACCOUNTS, 2)
        post(
            number,
            sku=chance.choice(SKUS),
            accounts=(accounts[0], accounts[1]),
            at=happened,
            quantity=chance.randint(1, 9),
        )
        if number % 30 == 29:
            taken += take(NOW - DAY * (6 - taken))

    movements = list_all()
    assert taken == 4
    assert [finding.ok for finding in prove_snapshots()] == [True]
    for as_of in list_moments(movements, chance):
        for known_at in list_moments(movements, chance):
            wanted = replay(movements, as_of=as_of, known_at=known_at)
            everywhere = {
                key: quantity
                for sku in SKUS
                for key, quantity in by_account(
                    snapshots.list_sku_as_of(book="erp", sku=sku, as_of=as_of, known_at=known_at)
                ).items()
            }
            at_w1 = snapshots.list_places_as_of(
                book="erp", prefixes=["on_hand/W1/"], as_of=as_of, known_at=known_at
            )
            assert everywhere == wanted
            assert by_account(at_w1) == {
                key: quantity for key, quantity in wanted.items() if "/W1/" in key[1]
            }


@pytest.mark.django_db(transaction=True)
def test_the_trend_tells_each_snapshot_and_counts_late_news_from_then_on() -> None:
    post(1, sku="HAT", accounts=("supplier", ACCOUNTS[2]), at=NOW - 9 * DAY, quantity=10)
    assert take(NOW - 8 * DAY) is True
    post(2, sku="HAT", accounts=(ACCOUNTS[2], "customer"), at=NOW - 7 * DAY, quantity=3)
    post(3, sku="HAT", accounts=(ACCOUNTS[2], ACCOUNTS[3]), at=NOW - 9 * DAY, quantity=2)
    assert take(NOW - 6 * DAY) is True

    trend = snapshots.list_trend(book="erp", days=30, prefixes=["on_hand/W1/"])

    assert [(level.at, level.status, level.quantity) for level in trend] == [
        (NOW - 8 * DAY, "available", 10),
        (NOW - 8 * DAY, "damaged", 0),
        (NOW - 6 * DAY, "available", 5),
        (NOW - 6 * DAY, "damaged", 2),
    ]
    at_w1 = ["on_hand/W1/"]
    assert snapshots.list_trend(book="erp", days=30, prefixes=at_w1, skus=["HAT"]) == trend
    assert snapshots.list_trend(book="erp", days=30, skus=["SCARF"]) == []
    assert snapshots.list_trend(book="erp", days=1, prefixes=at_w1) == trend[2:]


@pytest.mark.django_db(transaction=True)
def test_a_day_is_kept_once_and_days_go_forward() -> None:
    assert take(NOW - DAY) is False  # no book, nothing to keep
    post(1, sku="HAT", accounts=("supplier", ACCOUNTS[2]), at=NOW - 2 * DAY, quantity=10)

    assert take(NOW - DAY) is True
    assert take(NOW - DAY) is False
    assert take(NOW - 2 * DAY) is False
    assert take(datetime.now(UTC) + DAY) is False  # it is not over

    kept = snapshots.list_snapshots(book="erp")
    assert [(row.ends_at, row.accounts) for row in kept] == [(NOW - DAY, 1)]


@pytest.mark.django_db(transaction=True)
def test_snapshots_are_final() -> None:
    post(1, sku="HAT", accounts=("supplier", ACCOUNTS[2]), at=NOW - 2 * DAY, quantity=10)
    take(NOW - DAY)

    for statement in (
        "update ledger_snapshot_balance set quantity = 11",
        "delete from ledger_snapshot_balance",
        "truncate ledger_snapshot cascade",
        "update ledger_snapshot set ends_at = now()",
        "truncate ledger_snapshot_stray",
    ):
        with (
            pytest.raises(DatabaseError, match="postings are final"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
def test_a_snapshot_that_does_not_follow_is_found() -> None:
    post(1, sku="HAT", accounts=("supplier", ACCOUNTS[2]), at=NOW - 2 * DAY, quantity=10)
    take(NOW - DAY)
    with connection.cursor() as cursor:
        cursor.execute("alter table ledger_snapshot_balance disable trigger user")
        cursor.execute("update ledger_snapshot_balance set quantity = 9")
        cursor.execute("alter table ledger_snapshot_balance enable trigger user")

    [finding] = prove_snapshots()

    assert (finding.ok, finding.count) == (False, 1)
    assert finding.detail == (
        "book erp, place on_hand/W1, status 1, SKU HAT: the snapshot says 9, its movements add "
        "up to 10"
    )
