"""Goal: what people enter becomes whole smallest units, exactly or not at all."""

from __future__ import annotations

import pytest

from tests.masterdata.builders import a_sku
from yipan.masterdata import refusals
from yipan.masterdata.units import convert_to_smallest


@pytest.mark.parametrize(
    ("smallest", "entered", "unit", "quantity"),
    [
        ("piece", "3", "", 3),
        ("piece", "９", "", 9),
        ("piece", "2", "case", 48),
        ("piece", "0.5", "case", 12),
        ("piece", "-1", "piece", -1),
        ("gram", "1.250", "kg", 1250),
        ("gram", "1.5", "jin", 750),
        ("milliliter", "0.75", "liter", 750),
    ],
)
def test_units_are_converted_exactly(smallest: str, entered: str, unit: str, quantity: int) -> None:
    sku = a_sku(unit=smallest)

    assert convert_to_smallest(sku=sku, entered=entered, unit=unit) == quantity


@pytest.mark.parametrize("entered", ["1.5", "1e3", "", "NaN", "٣", "9007199254740993", "1" * 40])
def test_what_does_not_come_out_whole_is_refused(entered: str) -> None:
    with pytest.raises(refusals.NotRepresentable):
        convert_to_smallest(sku=a_sku(), entered=entered)


def test_a_unit_the_sku_is_not_counted_in_is_refused() -> None:
    with pytest.raises(refusals.UnitUnknown) as refused:
        convert_to_smallest(sku=a_sku(), entered="1", unit="kg")

    assert refused.value.facts["units"] == ["case", "piece"]
