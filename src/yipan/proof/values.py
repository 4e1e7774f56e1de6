"""Prove the valuation: every movement was valued once, and the entries add up to the stock."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from yipan.erp.documents.value.valuation import lock_mark
from yipan.erp.queries.value_sources import list_place_entities
from yipan.erp.queries.value_states import ValueStateRow, find_mark, walk_states
from yipan.erp.rules.valuation import VALUED_ROOTS, find_place
from yipan.foundation.findings import Finding
from yipan.ledger.feed import Crossing, list_paths, sum_crossings
from yipan.ledger.value_checks import list_closing_breaks, sum_pools, sum_valued

HUB_BOOK = "erp"
ONCE = "values.movements_are_valued_once"
SUMS = "values.entries_equal_stock_value"
LAYERS = "values.layers_are_exact"
CLOSINGS = "values.closings_equal_entries"


def prove_values() -> list[Finding]:
    """
    Return one finding per check of the valuation, in the same order every time.

    While it looks nobody writes values: it would see half of a run.
    """
    with transaction.atomic():
        lock_mark()
        states = list(walk_states())
        return [
            _prove_once(),
            _prove_sums(states),
            _prove_layers(states),
            _prove_closings(),
        ]


def _prove_once() -> Finding:
    """Hold what crossed from place to place, up to the mark, against the value entries."""
    mark = find_mark()
    crossed: list[Crossing] = []
    if mark is not None:
        owners = list_place_entities()
        paths = list_paths(book=HUB_BOOK, roots=sorted(VALUED_ROOTS))
        groups = {path: f"{owners.get(path, '?')}|{_get_place(path)}" for path in paths}
        crossed = sum_crossings(book=HUB_BOOK, groups=groups, up_to=mark)
    wanted = {(it.group, it.sku): (it.count, it.quantity, it.checksum) for it in crossed}
    valued = {(it.group, it.sku): (it.count, it.quantity, it.checksum) for it in sum_valued()}
    breaks = sorted(key for key in wanted.keys() | valued.keys()
                    if wanted.get(key) != valued.get(key))  # fmt: skip
    detail = ""
    if breaks:
        group, sku = breaks[0]
        entity, _, place = group.partition("|")
        moved, entered = wanted.get(breaks[0], (0, 0, 0)), valued.get(breaks[0], (0, 0, 0))
        detail = (
            f"legal entity {entity}, {place or 'in transit'}, SKU {sku}: {moved[0]} movements of "
            f"{moved[1]} together, {entered[0]} value entries of {entered[1]}"
        )
    return _make(ONCE, breaks, detail, examined=sum(it.count for it in crossed))


def _prove_sums(states: Sequence[ValueStateRow]) -> Finding:
    held = {(row.entity, row.sku): (row.quantity, row.value_minor) for row in states}
    summed = {(row.pool, row.sku): (row.quantity, row.amount) for row in sum_pools()}
    breaks = sorted(key for key in held.keys() | summed.keys()
                    if held.get(key, (0, 0)) != summed.get(key, (0, 0)))  # fmt: skip
    detail = ""
    if breaks:
        entity, sku = breaks[0]
        quantity, value = held.get(breaks[0], (0, 0))
        of_entries, amount = summed.get(breaks[0], (0, 0))
        detail = (
            f"legal entity {entity}, SKU {sku}: {quantity} worth {value}, but its entries add up "
            f"to {of_entries} worth {amount}"
        )
    return _make(SUMS, breaks, detail, examined=len(held))


def _prove_layers(states: Sequence[ValueStateRow]) -> Finding:
    breaks = [text for text in map(_find_fault, states) if text]
    return _make(LAYERS, breaks, breaks[0] if breaks else "", examined=len(states))


def _find_fault(row: ValueStateRow) -> str:
    quantity = sum(it.quantity for it in row.layers) - sum(it.quantity for it in row.debts)
    value = sum(it.value_minor for it in row.layers) - sum(it.value_minor for it in row.debts)
    where = f"legal entity {row.entity}, SKU {row.sku}"
    if (quantity, value) != (row.quantity, row.value_minor):
        wanted = f"{row.quantity} worth {row.value_minor}"
        return f"{where}: its layers hold {quantity} worth {value}, and not {wanted}"
    if row.layers and row.debts:
        return f"{where}: goods are there and owed at the same time"
    for it in (*row.layers, *row.debts):
        if it.quantity <= 0 or it.value_minor * it.per != it.quantity * it.amount + it.remainder:
            return f"{where}: layer {it.key} is not worth what its unit cost and remainder say"
    return ""


def _prove_closings() -> Finding:
    breaks = list_closing_breaks()
    detail = ""
    if breaks:
        first = breaks[0]
        detail = (
            f"legal entity {first.pool}, closed through {first.ends_on}, {first.place}, SKU "
            f"{first.sku}: the closing says {first.kept}, its entries add up to {first.summed}"
        )
    return _make(CLOSINGS, breaks, detail, examined=len(breaks))


def _make(check: str, breaks: Sequence[object], detail: str, *, examined: int) -> Finding:
    return Finding(check=check, ok=not breaks, detail=detail, count=len(breaks), examined=examined)


def _get_place(path: str) -> str:
    found = find_place(f"{path}/available")
    assert found is not None
    return found[1]
