"""A statement of one SKU in one book, like that of a bank: each movement and what it left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from yipan.console import books
from yipan.console.documents import Document, describe
from yipan.ledger.past import list_balances_as_of
from yipan.ledger.queries import list_movements
from yipan.ledger.rows import BalanceRow, MovementRow

PAGES_READ_MAX = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class StatementRow:
    """One movement as the statement shows it. `balance` is what it left at or below the scope."""

    movement: MovementRow
    document: Document | None
    effect: int
    balance: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """A page of a statement, last recorded first; `next_before` leads to the page behind."""

    rows: list[StatementRow]
    next_before: str


def read_statement(
    *,
    book: str,
    sku: str,
    scope: str,
    limit: int,
    before: str | None,
    is_visible: Callable[[str], bool],
) -> Statement:
    """
    Return the movements of a SKU that touch `scope`, with the balance after each.

    Movements of one posting count as one: each shows the balance after all of them.
    """
    found: list[MovementRow] = []
    cursor = before
    has_more = True
    for _page in range(PAGES_READ_MAX):
        batch = list_movements(book=book, sku=sku, limit=limit, before=cursor)
        found += [row for row in batch if _touches(row, scope) and _is_seen(row, is_visible)]
        has_more = len(batch) == limit
        if not has_more or len(found) > limit:
            break
        cursor = batch[-1].cursor
    shown = found[:limit]
    is_cut = len(found) > limit or has_more
    balances = _find_balances(shown, book=book, sku=sku, scope=scope, is_visible=is_visible)
    rows = [
        StatementRow(
            movement=row,
            document=describe(book=book, origin=row.header.origin) if row.header else None,
            effect=books.get_effect(row, prefix=scope),
            balance=balances[row.recorded_at],
        )
        for row in shown
    ]
    return Statement(rows=rows, next_before=shown[-1].cursor if is_cut and shown else "")


def _find_balances(
    rows: Sequence[MovementRow],
    *,
    book: str,
    sku: str,
    scope: str,
    is_visible: Callable[[str], bool],
) -> dict[datetime, int]:
    """Return the balance after each instant, walking back from the last."""
    instants = list(dict.fromkeys(row.recorded_at for row in rows))
    balances: dict[datetime, int] = {}
    for number, instant in enumerate(instants):
        # The first instant may have begun on the page before, so the second is asked for too.
        if number < 2:
            known = list_balances_as_of(book=book, sku=sku, known_at=instant)
            level = _sum_below(known, scope, is_visible)
        else:
            before = instants[number - 1]
            level = balances[before] - sum(
                books.get_effect(row, prefix=scope) for row in rows if row.recorded_at == before
            )
        balances[instant] = level
    return balances


def _sum_below(rows: Sequence[BalanceRow], scope: str, is_visible: Callable[[str], bool]) -> int:
    return sum(
        row.quantity
        for row in rows
        if books.is_below(row.account, scope) and is_visible(row.account)
    )


def _touches(row: MovementRow, scope: str) -> bool:
    return books.is_below(row.from_account, scope) or books.is_below(row.to_account, scope)


def _is_seen(row: MovementRow, is_visible: Callable[[str], bool]) -> bool:
    return is_visible(row.from_account) and is_visible(row.to_account)
