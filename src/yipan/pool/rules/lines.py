"""Account names of the site book, and what the lines of a promise move."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from yipan.foundation.status import StockStatus
from yipan.ledger.moves import Move


def get_account(*, site: str, status: StockStatus) -> str:
    """Return the account of the site book where goods of a site sit in a status."""
    assert site, "an account without a site is nobody's stock"
    assert "/" not in site, "a site is one segment of the account"
    return f"on_hand/{site}/{status}"


def get_pool_account(*, key: str, status: StockStatus) -> str:
    """Return the account of what may be promised though it is not there: a supply, a quota."""
    assert key, "an account without a name is nobody's"
    return f"pool/{key}/{status}"


def get_transfer_key(*, number: str, sku: str) -> str:
    """Return the key of the account of what is to come of a SKU by a transfer order."""
    return f"transfer_order-{number}-{sku}"


def get_quota_key(rule: int) -> str:
    """Return the key of the account that counts what is left of a quota."""
    return f"quota-{rule}"


def get_presale_key(rule: int) -> str:
    """Return the key of the account that counts what is left of a pre-sale."""
    return f"presale-{rule}"


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class PromisedLine:
    """
    A quantity of one SKU, in its smallest unit, wanted at one site.

    Without a site it is wanted from any site of the pool. `supply`, `quota` and the rest are
    what the pool finds for it: see `PromiseLine`.
    """

    site: str
    sku: str
    quantity: int
    supply: str = ""
    quota: int = 0
    quota_quantity: int = 0
    is_floating: bool = False
    due_on: date | None = None


def sum_lines(lines: Iterable[PromisedLine]) -> tuple[PromisedLine, ...]:
    """
    Return one line per site, SKU and supply, sorted.

    Two lines of one request that want the same goods are one demand: judged one by one,
    both would be granted what is there once.
    """
    wanted: dict[tuple[str, str, str], PromisedLine] = {}
    for line in lines:
        key = (line.site, line.sku, line.supply)
        known = wanted.get(key)
        wanted[key] = (
            line
            if known is None
            else replace(
                known,
                quantity=known.quantity + line.quantity,
                quota=known.quota or line.quota,
                quota_quantity=known.quota_quantity + line.quota_quantity,
            )
        )
    return tuple(wanted[key] for key in sorted(wanted))


def get_line_account(line: PromisedLine, status: StockStatus) -> str:
    """Return where the goods of a line are in a status: at its site, or still to come."""
    if line.supply:
        return get_pool_account(key=line.supply, status=status)
    return get_account(site=line.site, status=status)


def move_between(
    lines: Iterable[PromisedLine], *, from_status: StockStatus, to_status: StockStatus
) -> list[Move]:
    """Change the status of the lines, each at the site where it is, and of their quotas."""
    moves = []
    for line in lines:
        moves.append(
            Move(
                sku=line.sku,
                from_account=get_line_account(line, from_status),
                to_account=get_line_account(line, to_status),
                quantity=line.quantity,
            )
        )
        if line.quota_quantity:
            key = get_quota_key(line.quota)
            moves.append(
                Move(
                    sku=line.sku,
                    from_account=get_pool_account(key=key, status=from_status),
                    to_account=get_pool_account(key=key, status=to_status),
                    quantity=line.quota_quantity,
                )
            )
    return moves


def move_to_customer(lines: Iterable[PromisedLine]) -> list[Move]:
    """Hand over what was reserved; what of it counted against a quota is used up."""
    moves = []
    for line in lines:
        moves.append(
            Move(
                sku=line.sku,
                from_account=get_line_account(line, StockStatus.RESERVED),
                to_account="customer",
                quantity=line.quantity,
            )
        )
        if line.quota_quantity:
            key = get_quota_key(line.quota)
            moves.append(
                Move(
                    sku=line.sku,
                    from_account=get_pool_account(key=key, status=StockStatus.RESERVED),
                    to_account="quota_plan",
                    quantity=line.quota_quantity,
                )
            )
    return moves


def take_part(line: PromisedLine, quantity: int) -> PromisedLine:
    """
    Return so much of a line. What counts against no quota goes first.

    The part of the quota that stays set aside is never more than what stays of the line.
    """
    assert 0 < quantity <= line.quantity
    staying = min(line.quota_quantity, line.quantity - quantity)
    return replace(line, quantity=quantity, quota_quantity=line.quota_quantity - staying)


def get_digest(lines: Sequence[PromisedLine], *, seconds: int | None, terms: str = "") -> str:
    """Return a fingerprint of what is asked: lines in whatever order, how long, on what terms."""
    content = "\0".join(f"{it.site}\0{it.sku}\0{it.quantity}" for it in sum_lines(lines))
    return hashlib.sha256(f"{seconds}\0{content}{terms}".encode()).hexdigest()


def derive_number(prefix: str, *, asker: str, key: str) -> str:
    """
    Return the number of the promise somebody asks for under an idempotency key.

    It follows from who asks, for what kind, and the key alone, so that the same question
    leads to the same promise through whichever door and process it comes.
    """
    content = hashlib.sha256(f"{prefix}\0{asker}\0{key}".encode()).hexdigest()
    return f"{prefix}_{content[:32]}"
