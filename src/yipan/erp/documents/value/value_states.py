"""What the next movement is valued by: read and kept, many at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from yipan.erp.models import ValueState
from yipan.erp.rules.costing import Layer, Rate, State

STATES_PER_STATEMENT = 2_000

Key = tuple[str, str]


def load(keys: Collection[Key]) -> dict[Key, State]:
    """Return the states that exist among pairs of legal entity and SKU."""
    by_entity: dict[str, list[str]] = {}
    for entity, sku in keys:
        by_entity.setdefault(entity, []).append(sku)
    found: dict[Key, State] = {}
    for entity, skus in by_entity.items():
        for row in ValueState.objects.filter(entity=entity, sku__in=skus):
            found[entity, row.sku] = read(row)
    return found


def store(states: Mapping[Key, State]) -> None:
    """Keep states, whether they were there before or not."""
    rows = [_make_row(key, state) for key, state in sorted(states.items())]
    for start in range(0, len(rows), STATES_PER_STATEMENT):
        ValueState.objects.bulk_create(
            rows[start : start + STATES_PER_STATEMENT],
            update_conflicts=True,
            unique_fields=["entity", "sku"],
            update_fields=[
                "quantity",
                "value_minor",
                "last_amount",
                "last_quantity",
                "layers",
                "debts",
            ],
        )


def read(row: ValueState) -> State:
    """Return the state a row keeps."""
    last = None
    if row.last_amount is not None and row.last_quantity is not None:
        last = Rate(row.last_amount, row.last_quantity)
    return State(layers=_read_layers(row.layers), debts=_read_layers(row.debts), last=last)


def _read_layers(rows: Sequence[Sequence[int]]) -> tuple[Layer, ...]:
    return tuple(
        Layer(key, quantity, value, Rate(amount, per), remainder)
        for key, quantity, value, amount, per, remainder in rows
    )


def _make_row(key: Key, state: State) -> ValueState:
    entity, sku = key
    return ValueState(
        entity=entity,
        sku=sku,
        quantity=state.quantity,
        value_minor=state.value,
        last_amount=state.last.amount if state.last else None,
        last_quantity=state.last.quantity if state.last else None,
        layers=list(_write_layers(state.layers)),
        debts=list(_write_layers(state.debts)),
    )


def _write_layers(layers: Sequence[Layer]) -> Iterator[list[int]]:
    for it in layers:
        yield [it.key, it.quantity, it.value, it.rate.amount, it.rate.quantity, it.remainder]
