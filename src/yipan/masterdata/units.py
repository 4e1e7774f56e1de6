"""Units: what people enter becomes whole smallest units, exactly or not at all."""

from __future__ import annotations

import re
from fractions import Fraction

from yipan.masterdata import refusals
from yipan.masterdata.checks import NUMBER_MAX
from yipan.masterdata.rows import SkuRow
from yipan.masterdata.search import fold

#: Smallest unit -> the units it may be entered in, and how many smallest units one of them is.
FACTORS: dict[str, dict[str, Fraction]] = {
    "piece": {"piece": Fraction(1)},
    "gram": {
        "gram": Fraction(1),
        "kilogram": Fraction(1000),
        "kg": Fraction(1000),
        "jin": Fraction(500),
    },
    "milliliter": {"milliliter": Fraction(1), "liter": Fraction(1000)},
}

_NUMBER = re.compile(r"-?[0-9]{1,16}(?:\.[0-9]{1,9})?")


def convert_to_smallest(*, sku: SkuRow, entered: str, unit: str = "") -> int:
    """
    Return an entered quantity in the SKU's smallest unit.

    `entered` is a decimal text, `unit` one of the SKU's units, `case`, or empty for the
    smallest. Nothing is ever rounded.

    :raises UnitUnknown: if the SKU is not counted in that unit.
    :raises NotRepresentable: if the quantity is no number or comes out broken or too large.
    """
    factors = {**FACTORS[sku.unit], "case": Fraction(sku.case_size), "": Fraction(1)}
    if unit not in factors:
        raise refusals.UnitUnknown(sku=sku.code, unit=unit, units=sorted(filter(None, factors)))
    entered = fold(entered)
    if not _NUMBER.fullmatch(entered):
        raise refusals.NotRepresentable(sku=sku.code, quantity=entered, unit=unit)
    quantity = Fraction(entered) * factors[unit]
    if quantity.denominator != 1 or abs(quantity) > NUMBER_MAX:
        raise refusals.NotRepresentable(
            sku=sku.code, quantity=entered, unit=unit, factor=str(factors[unit])
        )
    return int(quantity)
