"""Costing (存货计价): what stock of one SKU in one legal entity is worth, after each change.

Money is whole minor units. A unit cost is an exact ratio (an amount for a quantity), never a
rounded number: what rounding leaves over stays with the goods as a `remainder`, so nothing is
lost and nothing appears. Moving average keeps one layer, first-in-first-out one per receipt.

Goods that leave although none are there leave at a provisional cost, and are owed: a layer of
debt. What comes in pays debts first, and the difference to the actual cost is a true-up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final


class Method(StrEnum):
    """How a legal entity puts a cost on what leaves."""

    MOVING_AVERAGE = "moving_average"
    FIFO = "fifo"


@dataclass(frozen=True, slots=True)
class Rate:
    """A unit cost: `amount` minor units for `quantity` smallest units, as an exact ratio."""

    amount: int
    quantity: int

    def __post_init__(self) -> None:
        assert self.quantity > 0, "a cost is for something"


@dataclass(frozen=True, slots=True)
class Layer:
    """
    Goods of one unit cost (成本层). `key` is the movement that brought, or took, them.

    `value * rate.quantity == quantity * rate.amount + remainder`, always.
    """

    key: int
    quantity: int
    value: int
    rate: Rate
    remainder: int = 0


@dataclass(frozen=True, slots=True)
class Paid:
    """A part of a debt that goods which came in paid: what it was thought to cost, and did."""

    key: int
    quantity: int
    provisional: int
    actual: int

    @property
    def true_up(self) -> int:
        """Return by how much the value of stock changes, now that the cost is known."""
        return self.provisional - self.actual


@dataclass(frozen=True, slots=True)
class State:
    """
    Stock of one SKU in one legal entity: layers that are there, debts that are owed.

    Never both. `last` is the unit cost last known, for goods that leave when none are there.
    """

    layers: tuple[Layer, ...] = ()
    debts: tuple[Layer, ...] = ()
    last: Rate | None = None

    @property
    def quantity(self) -> int:
        """Return how much is there; below zero what is owed."""
        return sum(it.quantity for it in self.layers) - sum(it.quantity for it in self.debts)

    @property
    def value(self) -> int:
        """Return what it is worth."""
        return sum(it.value for it in self.layers) - sum(it.value for it in self.debts)

    @property
    def rate(self) -> Rate | None:
        """Return the unit cost of what would leave next, None when nobody knows any."""
        return self.layers[0].rate if self.layers else self.last


EMPTY: Final = State()
FREE: Final = Rate(0, 1)


@dataclass(frozen=True, slots=True)
class Change:
    """
    What came of a movement. `amount` is what the movement itself did to the value of stock.

    `paid` lists debts that were paid, each of which changes the value once more by its
    true-up. `difference` is a last change, for what cannot stay with goods that are gone.
    `provisional` of the quantity is at a guessed cost.
    """

    state: State
    amount: int
    paid: tuple[Paid, ...] = ()
    difference: int = 0
    provisional: int = 0


def receive(state: State, *, key: int, quantity: int, amount: int, method: Method) -> Change:
    """Take goods in that cost `amount` altogether. They pay debts first."""
    assert quantity > 0
    came = Layer(key=key, quantity=quantity, value=amount, rate=Rate(amount, quantity))
    state, paid, rest = _pay(state, came)
    if rest is None:
        return Change(replace(state, last=came.rate), amount, paid)
    if method is Method.FIFO or not state.layers:
        layers = (*state.layers, rest)
        last = came.rate
    else:
        [held] = state.layers
        layers = (_join(held, rest),)
        last = layers[0].rate
    return Change(State(layers=layers, last=last), amount, paid)


def take_back(
    state: State, *, key: int, quantity: int, method: Method, fallback: Rate = FREE
) -> Change:
    """Take goods in at the present cost: returns, and gains found by counting."""
    assert quantity > 0
    rate = state.rate or fallback
    if method is Method.MOVING_AVERAGE and state.layers:
        [held] = state.layers
        grown = _grow(held, quantity)
        return Change(State((grown,), (), state.last), grown.value - held.value)
    amount, remainder = divide(quantity * rate.amount, rate.quantity)
    came = Layer(key=key, quantity=quantity, value=amount, rate=rate, remainder=-remainder)
    state, paid, rest = _pay(state, came)
    layers = state.layers if rest is None else (*state.layers, rest)
    return Change(State(layers, state.debts, state.last or rate), amount, paid)


def issue(
    state: State, *, key: int, quantity: int, fallback: Rate = FREE, first: int | None = None
) -> Change:
    """
    Let goods leave at their cost; what is not there leaves at a provisional one.

    `first` is the layer to take from before all others: that of a receipt which is undone.
    `amount` is below zero.
    """
    assert quantity > 0
    layers = _put_first(state.layers, first)
    left, amount = quantity, 0
    while left and layers:
        part = min(left, layers[0].quantity)
        rest, taken = take(layers[0], part)
        layers = layers[1:] if rest is None else (rest, *layers[1:])
        left, amount = left - part, amount + taken
    if not left:
        kept = _keep_last(state, layers)
        return Change(State(layers=_put_back(state.layers, layers), last=kept), -amount)
    rate = (state.layers[-1].rate if state.layers else state.last) or fallback
    guessed, remainder = divide(left * rate.amount, rate.quantity)
    debt = Layer(key=key, quantity=left, value=guessed, rate=rate, remainder=-remainder)
    owed = State(debts=(*state.debts, debt), last=rate)
    return Change(owed, -amount - guessed, provisional=left)


def undo_receipt(
    state: State, *, key: int, quantity: int, amount: int, receipt: int, fallback: Rate = FREE
) -> Change:
    """
    Let goods leave at what they came in for, since their receipt is undone (冲销).

    What the goods on hand cost by now may be another amount: that is the `difference`.
    """
    change = issue(state, key=key, quantity=quantity, fallback=fallback, first=receipt)
    return replace(change, amount=-amount, difference=change.amount + amount)


def add_cost(state: State, *, key: int, quantity: int, amount: int, method: Method) -> Change:
    """
    Add a cost (freight, duty) to goods that came in before as `key`, `quantity` of them.

    Only goods that are still there can carry it. What falls to those that are gone is the
    `difference`, and counts as cost of what was sold.
    """
    assert quantity > 0
    index = _find_carrier(state, key=key, method=method)
    if index is None:
        return Change(state, amount, difference=-amount)
    carrier = state.layers[index]
    carried, _ = divide(amount * min(carrier.quantity, quantity), quantity)
    value = carrier.value + carried
    raised = replace(carrier, value=value, rate=Rate(value, carrier.quantity), remainder=0)
    layers = (*state.layers[:index], raised, *state.layers[index + 1 :])
    last = raised.rate if method is Method.MOVING_AVERAGE else state.last
    return Change(State(layers=layers, last=last), amount, difference=carried - amount)


def take(layer: Layer, quantity: int) -> tuple[Layer | None, int]:
    """Return what is left of a layer, None for nothing, and the value of what was taken."""
    assert 0 < quantity <= layer.quantity
    if quantity == layer.quantity:
        return None, layer.value
    exact = quantity * layer.rate.amount + layer.remainder
    taken, remainder = divide(exact, layer.rate.quantity)
    rest = Layer(
        key=layer.key,
        quantity=layer.quantity - quantity,
        value=layer.value - taken,
        rate=layer.rate,
        remainder=remainder,
    )
    return rest, taken


def divide(amount: int, quantity: int) -> tuple[int, int]:
    """Return the nearest whole number of a ratio, halves up, and what is left: amount - n * q."""
    nearest = (2 * amount + quantity) // (2 * quantity)
    return nearest, amount - nearest * quantity


def share_out(amount: int, weights: Sequence[int]) -> list[int]:
    """
    Return whole parts of an amount in proportion to weights; they add up to it exactly.

    Each is the difference of two roundings of the running sum. Without any weight the first
    part takes all.
    """
    assert weights, "there is nobody to share with"
    total = sum(weights)
    if total == 0:
        return [amount] + [0] * (len(weights) - 1)
    parts, up_to, before = [], 0, 0
    for weight in weights:
        up_to += weight
        reached, _ = divide(amount * up_to, total)
        parts.append(reached - before)
        before = reached
    return parts


def _pay(state: State, came: Layer) -> tuple[State, tuple[Paid, ...], Layer | None]:
    """Pay debts, the oldest first, out of what came; return what is left of it."""
    debts, paid = state.debts, []
    rest: Layer | None = came
    while debts and rest is not None:
        part = min(debts[0].quantity, rest.quantity)
        owed, provisional = take(debts[0], part)
        key = debts[0].key
        rest, actual = take(rest, part)
        debts = debts[1:] if owed is None else (owed, *debts[1:])
        paid.append(Paid(key=key, quantity=part, provisional=provisional, actual=actual))
    return State(state.layers, debts, state.last), tuple(paid), rest


def _join(held: Layer, came: Layer) -> Layer:
    quantity, value = held.quantity + came.quantity, held.value + came.value
    return Layer(key=held.key, quantity=quantity, value=value, rate=Rate(value, quantity))


def _grow(held: Layer, quantity: int) -> Layer:
    """Return a layer with more goods of the same unit cost."""
    exact = quantity * held.rate.amount - held.remainder
    more, left = divide(exact, held.rate.quantity)
    return Layer(held.key, held.quantity + quantity, held.value + more, held.rate, -left)


def _put_first(layers: tuple[Layer, ...], key: int | None) -> tuple[Layer, ...]:
    if key is None:
        return layers
    return tuple(sorted(layers, key=lambda layer: layer.key != key))


def _put_back(before: tuple[Layer, ...], left: tuple[Layer, ...]) -> tuple[Layer, ...]:
    """Return what is left in the order it had before."""
    by_key = {layer.key: layer for layer in left}
    return tuple(by_key[layer.key] for layer in before if layer.key in by_key)


def _keep_last(state: State, left: tuple[Layer, ...]) -> Rate | None:
    """Return the unit cost to remember when the last goods leave."""
    return state.last if left else state.layers[-1].rate


def _find_carrier(state: State, *, key: int, method: Method) -> int | None:
    if method is Method.MOVING_AVERAGE:
        return 0 if state.layers else None
    return next((n for n, layer in enumerate(state.layers) if layer.key == key), None)
