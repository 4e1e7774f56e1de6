"""Moves packed into the parallel arrays that the posting functions take. No database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from yipan.ledger.accounts import Directory
from yipan.ledger.calls import flags, numbers
from yipan.ledger.moves import QUANTITY_MAX, Move


@dataclass(frozen=True, kw_only=True, slots=True)
class Packed:
    """
    Accounts, distinct and sorted by key, and lines in order of arrival, as texts of arrays.

    Lines name their posting and accounts by position, from 1 on.
    """

    buckets: str
    skus: str
    places: str
    statuses: str
    needs: str
    facts: str
    nets: str
    requests: str
    sources: str
    targets: str
    quantities: str
    guards: str


class _Sums:
    """What the lines do to each account: `net`, `fact` taken, `taken` in all, and is it guarded."""

    __slots__ = ("fact", "guarded", "keys", "net", "positions", "taken")

    def __init__(self) -> None:
        self.positions: dict[tuple[int, int, int, int], int] = {}
        self.keys: list[tuple[int, int, int, int]] = []
        self.net: list[int] = []
        self.fact: list[int] = []
        self.taken: list[int] = []
        self.guarded: list[bool] = []

    def open(self, key: tuple[int, int, int, int]) -> int:
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
    sums = _Sums()
    positions = sums.positions
    requests: list[int] = []
    sources: list[int] = []
    targets: list[int] = []
    quantities: list[int] = []
    line = 0
    for number, moves in enumerate(postings, start=1):
        for move in moves:
            sku, bucket = directory.skus[move.sku]
            quantity = move.quantity
            assert 0 < quantity <= QUANTITY_MAX, "the edge refuses such quantities"
            source_key = (bucket, sku, *directory.accounts[move.from_account])
            target_key = (bucket, sku, *directory.accounts[move.to_account])
            assert source_key != target_key, "a move goes to another account"
            source = positions.get(source_key)
            if source is None:
                source = sums.open(source_key)
            target = positions.get(target_key)
            if target is None:
                target = sums.open(target_key)
            sums.net[source] -= quantity
            sums.net[target] += quantity
            sums.taken[source] += quantity
            if guards is not None and guards[line]:
                sums.guarded[source] = True
            else:
                sums.fact[source] += quantity
            requests.append(number)
            sources.append(source)
            targets.append(target)
            quantities.append(quantity)
            line += 1
    return _sort(
        sums=sums,
        requests=requests,
        sources=sources,
        targets=targets,
        quantities=quantities,
        guards=guards,
    )


def _sort(
    *,
    sums: _Sums,
    requests: list[int],
    sources: list[int],
    targets: list[int],
    quantities: list[int],
    guards: Sequence[bool] | None,
) -> Packed:
    # Sorted by key, so that two postings over the same accounts lock them in the same order.
    order = sorted(range(len(sums.keys)), key=sums.keys.__getitem__)
    place_of = [0] * len(order)
    for position, old in enumerate(order, start=1):
        place_of[old] = position
    keys = [sums.keys[old] for old in order]
    return Packed(
        buckets=numbers([key[0] for key in keys]),
        skus=numbers([key[1] for key in keys]),
        places=numbers([key[2] for key in keys]),
        statuses=numbers([key[3] for key in keys]),
        needs=numbers([sums.taken[old] if sums.guarded[old] else None for old in order]),
        facts=numbers([sums.fact[old] for old in order]),
        nets=numbers([sums.net[old] for old in order]),
        requests=numbers(requests),
        sources=numbers([place_of[old] for old in sources]),
        targets=numbers([place_of[old] for old in targets]),
        quantities=numbers(quantities),
        guards=flags(guards) if guards is not None else "{}",
    )
