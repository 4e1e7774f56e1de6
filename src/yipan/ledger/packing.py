"""Moves packed into the parallel arrays that the posting functions take. No database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from yipan.ledger.accounts import Directory
from yipan.ledger.calls import flags, numbers
from yipan.ledger.moves import QUANTITY_MAX, Move

_Key = tuple[int, int, int, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Packed:
    """
    Accounts, distinct and sorted by key, and lines in order of arrival, as texts of arrays.

    `keys` are bucket, SKU, place, status. For each account, `needs` is all that is taken from it
    (null when no guarded line takes from it), `facts` what fact lines take, `nets` the sum of its
    lines. `lines` are posting, source, target, quantity: the first three by position, from 1 on.
    """

    keys: tuple[str, str, str, str]
    needs: str
    facts: str
    nets: str
    lines: tuple[str, str, str, str]
    guards: str


class _Accounts:
    """The accounts of a batch, in order of first use, and what its lines do to each."""

    __slots__ = ("fact", "guarded", "keys", "net", "positions", "taken")

    def __init__(self) -> None:
        self.positions: dict[_Key, int] = {}
        self.keys: list[_Key] = []
        self.net: list[int] = []
        self.fact: list[int] = []
        self.taken: list[int] = []
        self.guarded: list[bool] = []

    def open(self, key: _Key) -> int:
        position = len(self.keys)
        self.positions[key] = position
        self.keys.append(key)
        self.net.append(0)
        self.fact.append(0)
        self.taken.append(0)
        self.guarded.append(False)
        return position


def pack(
    *, directory: Directory, postings: Sequence[Sequence[Move]], guards: Sequence[bool] | None
) -> Packed:
    """Pack the moves of some postings. `guards` has one per move; None: all are facts."""
    accounts = _Accounts()
    positions = accounts.positions
    requests: list[int] = []
    sources: list[int] = []
    targets: list[int] = []
    quantities: list[int] = []
    for number, moves in enumerate(postings, start=1):
        for move in moves:
            sku, bucket = directory.skus[move.sku]
            quantity = move.quantity
            assert 0 < quantity <= QUANTITY_MAX, "the edge refuses such quantities"
            assert move.from_account != move.to_account, "a move goes to another account"
            source_key = (bucket, sku, *directory.accounts[move.from_account])
            target_key = (bucket, sku, *directory.accounts[move.to_account])
            source = positions.get(source_key)
            if source is None:
                source = accounts.open(source_key)
            target = positions.get(target_key)
            if target is None:
                target = accounts.open(target_key)
            accounts.net[source] -= quantity
            accounts.net[target] += quantity
            accounts.taken[source] += quantity
            if guards is not None and guards[len(requests)]:
                accounts.guarded[source] = True
            else:
                accounts.fact[source] += quantity
            requests.append(number)
            sources.append(source)
            targets.append(target)
            quantities.append(quantity)
    # Sorted by key, so that two batches over the same accounts lock them in the same order and
    # wait for each other instead of deadlocking.
    order = sorted(range(len(accounts.keys)), key=accounts.keys.__getitem__)
    sorted_position = [0] * len(order)
    for position, first_use in enumerate(order, start=1):
        sorted_position[first_use] = position
    buckets, skus, places, statuses = zip(*[accounts.keys[it] for it in order], strict=True)
    return Packed(
        keys=(numbers(buckets), numbers(skus), numbers(places), numbers(statuses)),
        needs=numbers([accounts.taken[it] if accounts.guarded[it] else None for it in order]),
        facts=numbers([accounts.fact[it] for it in order]),
        nets=numbers([accounts.net[it] for it in order]),
        lines=(
            numbers(requests),
            numbers([sorted_position[it] for it in sources]),
            numbers([sorted_position[it] for it in targets]),
            numbers(quantities),
        ),
        guards=flags(guards or ()),
    )
