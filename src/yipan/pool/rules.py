"""Account names of the site book, and other pure decisions of the pool."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from yipan.foundation.status import StockStatus
from yipan.ledger.moves import Move


def get_account(*, site: str, status: StockStatus) -> str:
    """Return the account of the site book where goods of a site sit in a status."""
    assert site, "an account without a site is nobody's stock"
    assert "/" not in site, "a site is one segment of the account"
    return f"on_hand/{site}/{status}"


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class PromisedLine:
    """A quantity of one SKU, in its smallest unit, wanted at one site."""

    site: str
    sku: str
    quantity: int


def sum_lines(lines: Iterable[PromisedLine]) -> tuple[PromisedLine, ...]:
    """
    Return one line per site and SKU, sorted.

    Two lines of one request that want the same goods are one demand: judged one by one,
    both would be granted what is there once.
    """
    wanted: dict[tuple[str, str], int] = {}
    for line in lines:
        key = (line.site, line.sku)
        wanted[key] = wanted.get(key, 0) + line.quantity
    return tuple(
        PromisedLine(site=site, sku=sku, quantity=quantity)
        for (site, sku), quantity in sorted(wanted.items())
    )


def move_between(
    lines: Iterable[PromisedLine], *, from_status: StockStatus, to_status: StockStatus
) -> list[Move]:
    """Change the status of the lines, each at the site where it is."""
    return [
        Move(
            sku=line.sku,
            from_account=get_account(site=line.site, status=from_status),
            to_account=get_account(site=line.site, status=to_status),
            quantity=line.quantity,
        )
        for line in lines
    ]


def move_to_customer(lines: Iterable[PromisedLine]) -> list[Move]:
    """Hand over what was reserved."""
    return [
        Move(
            sku=line.sku,
            from_account=get_account(site=line.site, status=StockStatus.RESERVED),
            to_account="customer",
            quantity=line.quantity,
        )
        for line in lines
    ]


def get_digest(lines: Sequence[PromisedLine], *, seconds: int | None) -> str:
    """Return a fingerprint of what is asked: lines in whatever order, and for how long."""
    content = "\0".join(f"{it.site}\0{it.sku}\0{it.quantity}" for it in sum_lines(lines))
    return hashlib.sha256(f"{seconds}\0{content}".encode()).hexdigest()


def derive_number(prefix: str, *, asker: str, key: str) -> str:
    """
    Return the number of the promise somebody asks for under an idempotency key.

    It follows from who asks, for what kind, and the key alone, so that the same question
    leads to the same promise through whichever door and process it comes.
    """
    content = hashlib.sha256(f"{prefix}\0{asker}\0{key}".encode()).hexdigest()
    return f"{prefix}_{content[:32]}"
