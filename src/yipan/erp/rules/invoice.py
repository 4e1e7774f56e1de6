"""Rules of the three-way match (三单匹配): order, receipt and invoice, line by line.

Nothing here reads the database or the clock. Quantities are in the SKU's smallest unit, money in
minor units per smallest unit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

#: Codes of what differs; each is one line of what a person has to look at.
NOT_ORDERED = "supplier_invoice.not_ordered"
ABOVE_ORDERED = "supplier_invoice.quantity_above_ordered"
ABOVE_RECEIVED = "supplier_invoice.quantity_above_received"
PRICE_ABOVE = "supplier_invoice.price_above"
PRICE_BELOW = "supplier_invoice.price_below"
NO_ORDER_PRICE = "supplier_invoice.no_order_price"


@dataclass(frozen=True, kw_only=True, slots=True)
class InvoicedLine:
    """
    A line of an invoice, and what is known of the order's line; None where it was not ordered.

    `quantity_received` is what came and did not go back, `quantity_before` what other invoices
    asked to be paid for already.
    """

    quantity: int
    unit_price_minor: int
    unit_cost_minor: int | None
    quantity_ordered: int = 0
    quantity_received: int = 0
    quantity_before: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """What was expected and what was found: a quantity, or a price in minor units."""

    code: str
    expected: int
    found: int


def match_line(line: InvoicedLine, *, price_percent: int) -> list[Difference]:
    """
    Return what differs on a line; nothing when it may be paid.

    A price may differ by `price_percent` of the order's, rounded down to minor units. A quantity
    may not be above what came: goods are paid for when they are there.
    """
    if line.unit_cost_minor is None:
        return [Difference(code=NOT_ORDERED, expected=0, found=line.quantity)]
    found = []
    asked = line.quantity_before + line.quantity
    if asked > line.quantity_received:
        found.append(Difference(code=ABOVE_RECEIVED, expected=line.quantity_received, found=asked))
    if asked > line.quantity_ordered:
        found.append(Difference(code=ABOVE_ORDERED, expected=line.quantity_ordered, found=asked))
    if line.unit_cost_minor == 0 and line.unit_price_minor:
        found.append(Difference(code=NO_ORDER_PRICE, expected=0, found=line.unit_price_minor))
        return found
    allowed = line.unit_cost_minor * price_percent // 100
    difference = line.unit_price_minor - line.unit_cost_minor
    if abs(difference) > allowed:
        found.append(
            Difference(
                code=PRICE_ABOVE if difference > 0 else PRICE_BELOW,
                expected=line.unit_cost_minor,
                found=line.unit_price_minor,
            )
        )
    return found


def get_price_difference(line: InvoicedLine) -> int:
    """
    Return by how much an invoice makes goods dearer than they were valued, in minor units.

    Goods of an order without a price were valued at a guess, and are left at it.
    """
    if not line.unit_cost_minor:
        return 0
    return line.quantity * (line.unit_price_minor - line.unit_cost_minor)


def find_billed(*, came: Sequence[tuple[str, int]], first: int, last: int) -> dict[str, int]:
    """
    Return of how many units of each receipt an invoice is: receipt to quantity, none of them 0.

    `came` are receipts of one order's line and their quantities, in the order they were booked.
    Goods are billed in that order: an invoice is of the units from `first` up to, without, `last`.
    """
    billed, start = {}, 0
    for receipt, quantity in came:
        end = start + quantity
        part = min(end, last) - max(start, first)
        if part > 0:
            billed[receipt] = part
        start = end
    return billed
