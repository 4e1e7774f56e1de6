"""Units: what people enter becomes whole smallest units, exactly or not at all."""

from __future__ import annotations

import json
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

CASE = "case"
#: How people write a unit behind a number, in either language, and what it is here.
WRITTEN: dict[str, str] = {
    **dict.fromkeys(("piece", "pieces", "pc", "pcs", "件", "个"), "piece"),
    **dict.fromkeys(("gram", "grams", "g", "克"), "gram"),
    **dict.fromkeys(("kilogram", "kilograms", "kg", "公斤", "千克"), "kg"),
    **dict.fromkeys(("jin", "斤"), "jin"),
    **dict.fromkeys(("milliliter", "milliliters", "ml", "毫升"), "milliliter"),
    **dict.fromkeys(("liter", "liters", "l", "升"), "liter"),
    **dict.fromkeys((CASE, "cases", "cs", "箱"), CASE),
}

TEXT_LENGTH_MAX = 96
_NUMBER = re.compile(r"-?[0-9]{1,16}(?:\.[0-9]{1,9})?")
_ENTERED = re.compile(r"([-+.0-9]{1,32})\s*([^\s\d]{0,16})")


def convert_to_smallest(*, sku: SkuRow, entered: str, unit: str = "") -> int:
    """
    Return an entered quantity in the SKU's smallest unit.

    `entered` is a decimal text, `unit` one of the SKU's units, `case`, or empty for the
    smallest. Nothing is ever rounded.

    :raises UnitUnknown: if the SKU is not counted in that unit.
    :raises NotRepresentable: if the quantity is no number or comes out broken or too large.
    """
    factors = _get_factors(sku)
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


def read_quantity(*, sku: SkuRow, text: str) -> int:
    """
    Return a quantity as somebody typed it, such as `72`, `3 case`, `2.5kg` or `1.5 斤`.

    Nothing is ever rounded.

    :raises UnitUnknown: if what stands behind the number is no unit of the SKU.
    :raises NotRepresentable: if the quantity is no number or comes out broken or too large.
    """
    found = _ENTERED.fullmatch(fold(text))
    if found is None:
        raise refusals.NotRepresentable(sku=sku.code, quantity=text[:TEXT_LENGTH_MAX], unit="")
    entered, written = found.groups()
    return convert_to_smallest(sku=sku, entered=entered, unit=WRITTEN.get(written, written))


def list_written(sku: SkuRow) -> dict[str, int]:
    """Return how a quantity of a SKU may be written, and how many smallest units each is."""
    factors = _get_factors(sku)
    return {it: int(factors[unit]) for it, unit in {**WRITTEN, "": ""}.items() if unit in factors}


def write_units(sku: SkuRow) -> str:
    """Return `list_written` as JSON, as a field on a page carries it."""
    return json.dumps(list_written(sku), ensure_ascii=False)


def _get_factors(sku: SkuRow) -> dict[str, Fraction]:
    return {**FACTORS[sku.unit], CASE: Fraction(sku.case_size), "": Fraction(1)}
