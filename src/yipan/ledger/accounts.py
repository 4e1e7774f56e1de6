"""Accounts and SKUs as texts outside, as small numbers inside the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db import transaction

from yipan.foundation.ids import get_text_bucket
from yipan.foundation.status import StockStatus
from yipan.ledger.calls import Dialogue, ask, numbers, texts
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
    """Forget every id. For those who empty the tables, or turn to another database."""
    _MEMORY.forget()


@dataclass(frozen=True, kw_only=True, slots=True)
class Resolved:
    """A directory that knows all that was asked; `learned` is what had to be read or opened."""

    directory: Directory
    book: str
    learned: Directory | None = None

    def keep(self) -> None:
        """Remember what was learned. To be called once it is committed, and not before."""
        if self.learned is not None:
            _MEMORY.keep(self.book, self.learned)


def open_directory(*, book: str, moves: Iterable[Move]) -> Directory:
    """
    Return a directory that knows all texts of the moves, opening what was never used.

    Runs inside the posting's transaction. What it had to read or open is remembered for the next
    posting only after the commit: a rolled back transaction takes the ids with it.
    """
    resolved = ask(resolve(book=book, moves=moves))
    if resolved.learned is not None:
        transaction.on_commit(resolved.keep)
    return resolved.directory


def resolve(*, book: str, moves: Iterable[Move]) -> Dialogue[Resolved]:
    """Find out what the texts of the moves stand for, as a dialogue with the database."""
    skus: set[str] = set()
    accounts: set[str] = set()
    for move in moves:
        skus.add(move.sku)
        accounts.add(move.from_account)
        accounts.add(move.to_account)
    known = _MEMORY.find(book)
    if known is not None and skus <= known.skus.keys() and accounts <= known.accounts.keys():
        return Resolved(book=book, directory=known)
    found = Directory(book_id=known.book_id if known else (yield from _open_book(book)))
    new_skus = [it for it in skus if known is None or it not in known.skus]
    new_accounts = [it for it in accounts if known is None or it not in known.accounts]
    if new_skus:
        found.skus.update((yield from _open_skus(new_skus)))
    if new_accounts:
        book_id = found.book_id
        found.accounts.update((yield from _open_accounts(book_id=book_id, accounts=new_accounts)))
    if known is None:
        return Resolved(book=book, directory=found, learned=found)
    directory = Directory(
        book_id=known.book_id,
        skus={it: found.skus.get(it) or known.skus[it] for it in skus},
        accounts={it: found.accounts.get(it) or known.accounts[it] for it in accounts},
    )
    return Resolved(book=book, directory=directory, learned=found)


def _open_book(book: str) -> Dialogue[int]:
    rows = yield "select code, book_id from ledger_book where code = %s", [book]
    if not rows:
        rows = yield "select code, book_id from ledger_open_books(%s::text[])", [texts([book])]
    book_id: int = rows[0][1]
    return book_id


def _open_skus(skus: Sequence[str]) -> Dialogue[dict[str, tuple[int, int]]]:
    rows = yield (
        "select code, sku_id, bucket from ledger_sku where code = any (%s::text[])",
        [texts(skus)],
    )
    found = {code: (sku_id, bucket) for code, sku_id, bucket in rows}
    new = sorted(set(skus) - found.keys())
    if new:
        rows = yield (
            "select code, sku_id, bucket from ledger_open_skus(%s::text[], %s::smallint[])",
            [texts(new), numbers([get_text_bucket(sku) for sku in new])],
        )
        found.update({code: (sku_id, bucket) for code, sku_id, bucket in rows})
    return found


def _open_accounts(
    *, book_id: int, accounts: Sequence[str]
) -> Dialogue[dict[str, tuple[int, int]]]:
    split = {account: split_account(account) for account in accounts}
    floors = {place: floor for place, _, floor in split.values()}
    rows = yield (
        "select path, place_id from ledger_place where book_id = %s and path = any (%s::text[])",
        [book_id, texts(floors)],
    )
    places: dict[str, int] = dict(rows)
    new = sorted(floors.keys() - places.keys())
    if new:
        rows = yield (
            "select path, place_id from ledger_open_places(%s, %s::text[], %s::bigint[])",
            [book_id, texts(new), numbers([floors[place] for place in new])],
        )
        places.update(dict(rows))
    return {account: (places[place], status) for account, (place, status, _) in split.items()}
