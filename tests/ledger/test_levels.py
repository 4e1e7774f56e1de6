"""Goal: lists of levels are whole, in order, and read on without a gap. Method: against a sort."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random

import pytest

from yipan.ledger import levels, posting
from yipan.ledger.levels import LevelRow, Scope
from yipan.ledger.moves import FactPosting, Move

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ALL = Scope(book="erp")


def hold(quantities: dict[tuple[str, str, str], int]) -> None:
    moves = [
        Move(
            sku=sku,
            from_account="supplier" if quantity > 0 else f"on_hand/{place}/{status}",
            to_account=f"on_hand/{place}/{status}" if quantity > 0 else "customer",
            quantity=abs(quantity),
        )
        for (sku, place, status), quantity in quantities.items()
        if quantity
    ]
    posting.post_fact(
        book="erp", posting=FactPosting(origin="opening", occurred_at=NOON, moves=moves)
    )


@pytest.fixture
def held() -> list[LevelRow]:
    """Hold random quantities of 30 SKUs at 6 places; return the levels, ordered by key."""
    chance = Random(7)
    quantities = {
        (f"SKU-{sku:02d}", f"S{place}", status): chance.choice([0, 0, -2, 1, 3, 3, 8])
        for sku in range(30)
        for place in range(6)
        for status in ("available", "reserved", "damaged")
    }
    hold(quantities)
    rows: dict[tuple[str, str], dict[str, int]] = {}
    for (sku, place, status), quantity in quantities.items():
        rows.setdefault((sku, place), {})[status] = quantity
    return [
        LevelRow(sku=sku, place=place, **statuses)
        for (sku, place), statuses in sorted(rows.items())
        if any(statuses.values())
    ]


def read_on(limit: int, scope: Scope = ALL) -> list[LevelRow]:
    rows: list[LevelRow] = []
    after = levels.START
    while found := levels.list_levels(scope, after=after, limit=limit):
        rows += found
        after = (found[-1].sku, found[-1].place)
    return rows


@pytest.mark.django_db
def test_levels_by_key_read_on_without_a_gap(
    held: list[LevelRow], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(levels, "SKUS_TRIED", 2)

    assert read_on(7) == held
    assert read_on(1_000) == held
    some = Scope(book="erp", skus=["SKU-03", "SKU-21", "NONE"], places=["S1", "S4", "S9"])
    assert read_on(2, some) == [
        row for row in held if row.sku in ("SKU-03", "SKU-21") and row.place in ("S1", "S4")
    ]
    assert read_on(5, Scope(book="wms:W1")) == []
    assert read_on(5, Scope(book="erp", skus=[])) == []


@pytest.mark.django_db
@pytest.mark.parametrize("measure", ["on_hand", "available", "damaged", "blocked"])
@pytest.mark.parametrize("falling", [True, False])
@pytest.mark.parametrize("zero", [-1, 0, 1])
def test_levels_by_measure_read_on_without_a_gap(
    *, held: list[LevelRow], measure: str, falling: bool, zero: int
) -> None:
    sign = -1 if falling else 1
    wanted = [
        row for row in held if (getattr(row, measure) > 0) - (getattr(row, measure) < 0) == zero
    ]
    wanted.sort(key=lambda row: (sign * getattr(row, measure), row.sku, row.place))

    rows: list[LevelRow] = []
    after = None
    while found := levels.list_levels_by(
        ALL, measure, falling=falling, sign=zero, after=after, limit=5
    ):
        rows += found
        after = (getattr(found[-1], measure), found[-1].sku, found[-1].place)

    assert rows == wanted


@pytest.mark.django_db
def test_levels_add_up(held: list[LevelRow]) -> None:
    total = levels.sum_levels(Scope(book="erp", places=["S1", "S2"]))
    groups = {row.sku: "even" if int(row.sku[-1]) % 2 == 0 else "odd" for row in held}
    grouped = levels.sum_by_group(ALL, groups=groups)

    assert total.on_hand == sum(row.on_hand for row in held if row.place in ("S1", "S2"))
    assert [(row.sku, row.place) for row in grouped] == [
        (group, f"S{place}") for group in ("even", "odd") for place in range(6)
    ]
    assert grouped[0].reserved == sum(
        row.reserved for row in held if groups[row.sku] == "even" and row.place == "S0"
    )


@pytest.mark.django_db
def test_what_is_between_sites_is_told_by_transfer() -> None:
    moves = [
        Move(sku="HAT", from_account="supplier", to_account=account, quantity=quantity)
        for account, quantity in (
            ("in_transit/T1/available", 3),
            ("in_transit/T1/damaged", 1),
            ("in_transit/T2/available", 5),
            ("on_hand/W1/available", 9),
        )
    ]
    posting.post_fact(book="erp", posting=FactPosting(origin="o", occurred_at=NOON, moves=moves))

    assert levels.list_below(ALL, root="in_transit") == [("T1", "HAT", 4), ("T2", "HAT", 5)]
    assert levels.list_below(Scope(book="erp", skus=["SCARF"]), root="in_transit") == []
    assert levels.list_below(Scope(book="erp", places=["T2"]), root="in_transit") == [
        ("T2", "HAT", 5)
    ]
    assert levels.list_below(ALL, root="in_transit", first="HATS") == []
    assert levels.list_below(ALL, root="in_transit", last="HAS") == []
    [oldest, _newest] = levels.list_ages(book="erp", root="in_transit")
    assert (oldest.place, oldest.quantity, oldest.since) == ("T1", 4, NOON)
    assert levels.find_levels(book="erp", keys=[("HAT", "W1"), ("HAT", "S1")]) == {
        ("HAT", "W1"): LevelRow(sku="HAT", place="W1", available=9)
    }
