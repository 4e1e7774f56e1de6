"""Reads of what stock is worth now, and how it got there, for pages and proofs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from yipan.erp.models import ValuationMark, ValueState
from yipan.ledger.feed import Position
from yipan.pool.book import SITE_BOOK

ROWS_PER_STATEMENT = 5_000


@dataclass(frozen=True, kw_only=True, slots=True)
class LayerRow:
    """Goods of one unit cost: `amount` for `per` smallest units. `key` is the movement."""

    key: int
    quantity: int
    value_minor: int
    amount: int
    per: int
    remainder: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ValueStateRow:
    """What a SKU in a legal entity is worth now, in layers; or owed, in debts."""

    entity: str
    sku: str
    quantity: int
    value_minor: int
    last_amount: int | None
    last_quantity: int | None
    layers: tuple[LayerRow, ...]
    debts: tuple[LayerRow, ...]


def find_mark() -> Position | None:
    """Return up to which movement the site book has been valued, None when none has."""
    mark = ValuationMark.objects.filter(book=SITE_BOOK).first()
    if mark is None or mark.recorded_at is None:
        return None
    return Position(recorded_at=mark.recorded_at, movement_id=mark.movement_id)


def list_states(*, sku: str) -> list[ValueStateRow]:
    """Return what a SKU is worth, by legal entity."""
    return [_read(row) for row in ValueState.objects.filter(sku=sku).order_by("entity")]


def get_value(entity: str, sku: str) -> tuple[int, int]:
    """Return how much of a SKU a legal entity has, and what it is worth in minor units."""
    row = ValueState.objects.filter(entity=entity, sku=sku).first()
    return (row.quantity, row.value_minor) if row else (0, 0)


def walk_states() -> Iterator[ValueStateRow]:
    """Give all states, by legal entity and SKU."""
    query = ValueState.objects.order_by("entity", "sku")
    for row in query.iterator(chunk_size=ROWS_PER_STATEMENT):
        yield _read(row)


def _read(row: ValueState) -> ValueStateRow:
    return ValueStateRow(
        entity=row.entity,
        sku=row.sku,
        quantity=row.quantity,
        value_minor=row.value_minor,
        last_amount=row.last_amount,
        last_quantity=row.last_quantity,
        layers=_read_layers(row.layers),
        debts=_read_layers(row.debts),
    )


def _read_layers(rows: list[list[int]]) -> tuple[LayerRow, ...]:
    return tuple(
        LayerRow(
            key=key,
            quantity=quantity,
            value_minor=value,
            amount=amount,
            per=per,
            remainder=remainder,
        )
        for key, quantity, value, amount, per, remainder in rows
    )
