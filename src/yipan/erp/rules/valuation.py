"""Valuation (存货计价): what a movement of the site book does to the worth of stock.

A pool is what shares one cost: a legal entity. A place is a site, or "" for what is between
sites. Goods that cross from place to place within a pool change no value; goods that go from
pool to pool carry their cost along.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass, replace
from typing import Final

from yipan.erp.rules import costing
from yipan.erp.rules.costing import EMPTY, FREE, Change, Method, Paid, Rate, State

#: First segments of accounts whose goods are ours and have a value.
VALUED_ROOTS: Final = frozenset({"on_hand", "in_transit"})
SUPPLIER: Final = "supplier"
CUSTOMER: Final = "customer"

RECEIPT: Final = "receipt"
ISSUE: Final = "issue"
TRANSFER: Final = "transfer"
RELOCATION: Final = "relocation"

States = MutableMapping[tuple[str, str], State]


@dataclass(frozen=True, kw_only=True, slots=True)
class Pool:
    """How a legal entity values; `fallback` is the cost of a SKU that nobody ever bought."""

    code: str
    method: Method
    fallback: Rate = FREE


@dataclass(frozen=True, kw_only=True, slots=True)
class Undone:
    """What a reversal undoes: the amount, without sign, and the movement that it came by."""

    amount: int
    movement_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Crossing:
    """
    Goods that went from one place to another. A pool of None is the outside, named by `cause`.

    `paid` is what they cost altogether, for goods that were bought at a price we know.
    """

    movement_id: int
    sku: str
    quantity: int
    from_pool: Pool | None
    from_place: str
    to_pool: Pool | None
    to_place: str
    cause: str = ""
    paid: int | None = None
    undone: Undone | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Valued:
    """
    What a crossing did to one pool and place. `side` is 0 where goods left, 1 where they came.

    `paid` and `difference` as in `costing.Change`.
    """

    side: int
    pool: str
    place: str
    kind: str
    cause: str
    quantity: int
    amount: int
    provisional: int = 0
    paid: tuple[Paid, ...] = ()
    difference: int = 0


def find_place(account: str) -> tuple[str, str] | None:
    """
    Return path and place of an account whose goods have a value, None for the outside.

    `on_hand/W1/damaged` is at `on_hand/W1` in W1; `in_transit/T-1/available` at no site.
    """
    parts = account.split("/")
    if parts[0] not in VALUED_ROOTS:
        return None
    return "/".join(parts[:-1]), parts[1] if parts[0] == "on_hand" else ""


def value(states: States, crossing: Crossing) -> list[Valued]:
    """Value one crossing, and bring the states of its pools up to date."""
    source, target = crossing.from_pool, crossing.to_pool
    if source is None and target is not None:
        return [_come_in(states, crossing, target)]
    if target is None and source is not None:
        return [_go_out(states, crossing, source)]
    assert source is not None
    assert target is not None
    if source.code == target.code:
        left = Valued(
            side=0,
            pool=source.code,
            place=crossing.from_place,
            kind=RELOCATION,
            cause=RELOCATION,
            quantity=-crossing.quantity,
            amount=0,
        )
        came = replace(left, side=1, place=crossing.to_place, quantity=crossing.quantity)
        return [left, came]
    return _change_hands(states, crossing, source, target)


def _come_in(states: States, crossing: Crossing, pool: Pool) -> Valued:
    paid = crossing.undone.amount if crossing.undone else crossing.paid
    change = _receive(states, crossing, pool, amount=paid)
    if paid is None and crossing.cause == SUPPLIER:
        # Bought at a price that nobody told us: the present cost is a guess.
        change = replace(change, provisional=crossing.quantity)
    return _tell(change, crossing, side=1, kind=RECEIPT, cause=crossing.cause)


def _go_out(states: States, crossing: Crossing, pool: Pool) -> Valued:
    key = (pool.code, crossing.sku)
    state = states.get(key, EMPTY)
    if crossing.undone is not None:
        change = costing.undo_receipt(
            state,
            key=crossing.movement_id,
            quantity=crossing.quantity,
            amount=crossing.undone.amount,
            receipt=crossing.undone.movement_id,
            fallback=pool.fallback,
        )
    else:
        change = costing.issue(
            state, key=crossing.movement_id, quantity=crossing.quantity, fallback=pool.fallback
        )
    states[key] = change.state
    return _tell(change, crossing, side=0, kind=ISSUE, cause=crossing.cause)


def _change_hands(states: States, crossing: Crossing, source: Pool, target: Pool) -> list[Valued]:
    key = (source.code, crossing.sku)
    left = costing.issue(
        states.get(key, EMPTY),
        key=crossing.movement_id,
        quantity=crossing.quantity,
        fallback=source.fallback,
    )
    states[key] = left.state
    came = _receive(states, crossing, target, amount=-left.amount)
    return [
        _tell(left, crossing, side=0, kind=TRANSFER, cause=f"entity:{target.code}"),
        _tell(came, crossing, side=1, kind=TRANSFER, cause=f"entity:{source.code}"),
    ]


def _receive(states: States, crossing: Crossing, pool: Pool, *, amount: int | None) -> Change:
    key = (pool.code, crossing.sku)
    state = states.get(key, EMPTY)
    if amount is None:
        change = costing.take_back(
            state,
            key=crossing.movement_id,
            quantity=crossing.quantity,
            method=pool.method,
            fallback=pool.fallback,
        )
    else:
        change = costing.receive(
            state,
            key=crossing.movement_id,
            quantity=crossing.quantity,
            amount=amount,
            method=pool.method,
        )
    states[key] = change.state
    return change


def _tell(change: Change, crossing: Crossing, *, side: int, kind: str, cause: str) -> Valued:
    pool = crossing.to_pool if side else crossing.from_pool
    assert pool is not None
    return Valued(
        side=side,
        pool=pool.code,
        place=crossing.to_place if side else crossing.from_place,
        kind=kind,
        cause=cause,
        quantity=crossing.quantity if side else -crossing.quantity,
        amount=change.amount,
        provisional=change.provisional,
        paid=change.paid,
        difference=change.difference,
    )
