"""Accounts and SKUs as texts outside, as small numbers inside the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial

from django.db import transaction

from yipan.foundation.ids import get_text_bucket
from yipan.foundation.status import StockStatus
from yipan.ledger.calls import call, numbers, texts
from yipan.ledger.models import INSIDE_ROOTS, OUTSIDE, STATUS_CODES, STATUSES
from yipan.ledger.moves import Move

#: How many SKUs and accounts are remembered before the memory is emptied: some 200 bytes each.
REMEMBERED_MAX = 1_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Directory:
    """
    What the texts of one book stand for.

    `skus` maps a SKU to its id and bucket, `accounts` an account to its place and status.
    """

    book_id: int
    skus: dict[str, tuple[int, int]] = field(default_factory=dict)
    accounts: dict[str, tuple[int, int]] = field(default_factory=dict)


def split_account(account: str) -> tuple[str, int, int | None]:
    """Return place, status code and floor of an account: `on_hand/W1/available`, `supplier`."""
    root = account.partition("/")[0]
    if root not in INSIDE_ROOTS:
        assert root, "an account has a name"
        return account, OUTSIDE, None
    place, _, status = account.rpartition("/")
    assert "/" in place, f"{account} names no place"
    assert status in STATUS_CODES, f"{account} does not end in a status"
    return place, STATUS_CODES[StockStatus(status)], 0


def join_account(*, path: str, status: int) -> str:
    """Return the account of a place and a status code: the opposite of `split_account`."""
    return path if status == OUTSIDE else f"{path}/{STATUSES[status]}"


class _Memory:
    """What this process knows for certain: only what was committed."""

    def __init__(self) -> None:
        self.books: dict[str, Directory] = {}
        self.skus: dict[str, tuple[int, int]] = {}

    def find(self, book: str) -> Directory | None:
        return self.books.get(book)

    def keep(self, book: str, found: Directory) -> None:
        """Remember what a transaction found, now that it is committed."""
        known = self.books.get(book)
        if len(self.skus) + len(known.accounts if known else ()) > REMEMBERED_MAX:
            # New tables instead of emptied ones: another thread may be packing with the old.
            self.forget()
        known = self.books.setdefault(book, Directory(book_id=found.book_id, skus=self.skus))
        known.accounts.update(found.accounts)
        known.skus.update(found.skus)

    def forget(self) -> None:
        self.books.clear()
        self.skus = {}


_MEMORY = _Memory()


def forget() -> None:
    """Forget every id. For those who empty the tables, which only tests do."""
    _MEMORY.forget()


def open_directory(*, book: str, moves: Iterable[Move]) -> Directory:
    """
    Return a directory that knows all texts of the moves, opening what was never used.

    Runs inside the posting's transaction. What it had to read or open is remembered for the next
    posting only after the commit: a rolled back transaction takes the ids with it.
    """
    skus = {move.sku for move in moves}
    accounts = {move.from_account for move in moves} | {move.to_account for move in moves}
    known = _MEMORY.find(book)
    if known is not None and skus <= known.skus.keys() and accounts <= known.accounts.keys():
        return known
    found = _read_or_open(
        book=book,
        known=known,
        skus=[sku for sku in skus if known is None or sku not in known.skus],
        accounts=[it for it in accounts if known is None or it not in known.accounts],
    )
    transaction.on_commit(partial(_MEMORY.keep, book, found))
    if known is None:
        return found
    return Directory(
        book_id=known.book_id,
        skus={sku: found.skus.get(sku) or known.skus[sku] for sku in skus},
        accounts={it: found.accounts.get(it) or known.accounts[it] for it in accounts},
    )


def _read_or_open(
    *, book: str, known: Directory | None, skus: Sequence[str], accounts: Sequence[str]
) -> Directory:
    book_id = known.book_id if known is not None else _open_book(book)
    found = Directory(book_id=book_id)
    if skus:
        found.skus.update(_open_skus(skus))
    if accounts:
        found.accounts.update(_open_accounts(book_id=book_id, accounts=accounts))
    return found


def _open_book(book: str) -> int:
    rows = call("select code, book_id from ledger_book where code = %s", [book])
    if not rows:
        rows = call("select code, book_id from ledger_open_books(%s::text[])", [texts([book])])
    book_id: int = rows[0][1]
    return book_id


def _open_skus(skus: Sequence[str]) -> dict[str, tuple[int, int]]:
    rows = call(
        "select code, sku_id, bucket from ledger_sku where code = any (%s::text[])", [texts(skus)]
    )
    found = {code: (sku_id, bucket) for code, sku_id, bucket in rows}
    new = sorted(set(skus) - found.keys())
    if new:
        buckets = numbers([get_text_bucket(sku) for sku in new])
        rows = call(
            "select code, sku_id, bucket from ledger_open_skus(%s::text[], %s::smallint[])",
            [texts(new), buckets],
        )
        found.update({code: (sku_id, bucket) for code, sku_id, bucket in rows})
    return found


def _open_accounts(*, book_id: int, accounts: Sequence[str]) -> dict[str, tuple[int, int]]:
    split = {account: split_account(account) for account in accounts}
    floors = {place: floor for place, _, floor in split.values()}
    rows = call(
        "select path, place_id from ledger_place where book_id = %s and path = any (%s::text[])",
        [book_id, texts(floors)],
    )
    places: dict[str, int] = dict(rows)
    new = sorted(floors.keys() - places.keys())
    if new:
        rows = call(
            "select path, place_id from ledger_open_places(%s, %s::text[], %s::bigint[])",
            [book_id, texts(new), numbers([floors[place] for place in new])],
        )
        places.update(dict(rows))
    return {account: (places[place], status) for account, (place, status, _) in split.items()}
