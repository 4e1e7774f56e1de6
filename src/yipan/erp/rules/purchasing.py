"""Rules of purchasing (采购): prices, minimum quantities, tolerances, and what a change costs.

Nothing here reads the database or the clock. Quantities are in the SKU's smallest unit, money in
minor units per smallest unit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

#: Codes of what a person should know about an order before it is approved.
BELOW_MINIMUM = "purchase_order.below_minimum"
BELOW_VALUE = "purchase_order.below_minimum_value"
BROKEN_CASE = "purchase_order.broken_case"
PRICE_DIFFERS = "purchase_order.price_differs"
NO_PRICE = "purchase_order.no_price"

#: With these an order is not approved without a reason.
NEED_REASON = frozenset({BELOW_MINIMUM, BELOW_VALUE})
#: What these say is money, which not everybody sees.
ABOUT_COST = frozenset({BELOW_VALUE, NO_PRICE, PRICE_DIFFERS})


@dataclass(frozen=True, kw_only=True, slots=True)
class Price:
    """A line of a price list. `valid_to` of None is for good; both days are included."""

    unit_cost_minor: int
    valid_from: date
    valid_to: date | None = None
    from_quantity: int = 1
    case_size: int = 1
    minimum_quantity: int = 1
    currency: str = "CNY"


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """How much more or less than ordered is right. Of percent and quantity the tighter holds."""

    over_percent: int = 0
    over_quantity: int = 0
    under_percent: int = 0
    under_quantity: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class BoughtLine:
    """A line of an order, and what the price list says of it; None where it says nothing."""

    sku: str
    quantity: int
    unit_cost_minor: int
    unit_cost_list_minor: int | None = None
    case_size: int = 1
    minimum_quantity: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderWarning:
    """Something about an order that a person should look at. An empty SKU is the whole order."""

    code: str
    sku: str = ""
    expected: int = 0
    found: int = 0


def choose_price(prices: Iterable[Price], *, quantity: int, on: date) -> Price | None:
    """
    Return the price of an order line: of the list that began last, the break reached last.

    A break is one of `from_quantity`. None when no list holds on that day for that quantity.
    """
    valid = [
        price
        for price in prices
        if price.valid_from <= on and (price.valid_to is None or on <= price.valid_to)
    ]
    if not valid:
        return None
    newest = max(price.valid_from for price in valid)
    reached = [
        price for price in valid if price.valid_from == newest and price.from_quantity <= quantity
    ]
    return max(reached, key=lambda price: price.from_quantity, default=None)


def get_tolerance(*, quantity: int, percent: int, limit: int) -> int:
    """
    Return how many units may differ: `percent` of the quantity, and not more than `limit`.

    0 of either means that it is not set; with neither nothing may differ.
    """
    assert quantity >= 0
    assert percent >= 0
    assert limit >= 0
    by_percent = quantity * percent // 100
    if percent and limit:
        return min(by_percent, limit)
    return limit or by_percent


def get_quantity_max(*, quantity: int, terms: Terms) -> int:
    """Return the most that may come of a line before it is too much."""
    return quantity + get_tolerance(
        quantity=quantity, percent=terms.over_percent, limit=terms.over_quantity
    )


def get_quantity_enough(*, quantity: int, terms: Terms) -> int:
    """Return the least that has to come of a line for it to be complete; at least one."""
    under = get_tolerance(
        quantity=quantity, percent=terms.under_percent, limit=terms.under_quantity
    )
    return max(min(quantity, 1), quantity - under)


def find_order_warnings(
    lines: Sequence[BoughtLine], *, minimum_value_minor: int = 0
) -> list[OrderWarning]:
    """Return what a person should know before an order is approved, line by line."""
    found = []
    for line in lines:
        found += _find_line_warnings(line)
    value = sum(line.quantity * line.unit_cost_minor for line in lines)
    if value < minimum_value_minor:
        found.append(OrderWarning(code=BELOW_VALUE, expected=minimum_value_minor, found=value))
    return found


def _find_line_warnings(line: BoughtLine) -> list[OrderWarning]:
    found = []
    if line.quantity < line.minimum_quantity:
        found.append(
            OrderWarning(
                code=BELOW_MINIMUM,
                sku=line.sku,
                expected=line.minimum_quantity,
                found=line.quantity,
            )
        )
    if line.quantity % line.case_size:
        found.append(
            OrderWarning(
                code=BROKEN_CASE, sku=line.sku, expected=line.case_size, found=line.quantity
            )
        )
    if line.unit_cost_minor == 0 and line.unit_cost_list_minor is None:
        found.append(OrderWarning(code=NO_PRICE, sku=line.sku))
    elif line.unit_cost_list_minor not in (None, line.unit_cost_minor):
        assert line.unit_cost_list_minor is not None
        found.append(
            OrderWarning(
                code=PRICE_DIFFERS,
                sku=line.sku,
                expected=line.unit_cost_list_minor,
                found=line.unit_cost_minor,
            )
        )
    return found


def share_arrival(*, open_quantities: Sequence[tuple[int, int]], quantity: int) -> dict[int, int]:
    """
    Share what came of a SKU out to what was announced: (id of a line, still to come) in order.

    Each line gets what it waits for; what is left over was not announced and belongs to none.
    """
    shares: dict[int, int] = {}
    for line, still_open in open_quantities:
        taken = min(max(0, still_open), quantity)
        if taken:
            shares[line] = taken
            quantity -= taken
    return shares


def is_sscc(text: str) -> bool:
    """
    Tell whether a text is a serial shipping container code: 17 digits and their check digit.

    GS1 General Specifications, section 7.9: weights 3 and 1 in turn, from the left.
    """
    if len(text) != 18 or not (text.isascii() and text.isdecimal()):
        return False
    total = sum(int(digit) * (3, 1)[place % 2] for place, digit in enumerate(text[:17]))
    return (10 - total % 10) % 10 == int(text[17])
