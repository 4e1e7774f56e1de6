"""Goal: what people enter becomes whole smallest units, exactly or not at all."""

from __future__ import annotations

import pytest

from tests.masterdata.builders import a_sku
from yipan.masterdata import refusals
from yipan.masterdata.units import convert_to_smallest, list_written, read_quantity


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


@pytest.mark.parametrize(
    ("smallest", "text", "quantity"),
    [
        ("piece", "72", 72),
        ("piece", " 3 case ", 72),
        ("piece", "3箱", 72),
        ("piece", "０.５ 箱", 12),
        ("piece", "7 PCS", 7),
        ("gram", "2.5kg", 2500),
        ("gram", "1.5 斤", 750),
        ("milliliter", "0.75 升", 750),
    ],
)
def test_a_quantity_is_read_as_people_write_it(smallest: str, text: str, quantity: int) -> None:
    assert read_quantity(sku=a_sku(unit=smallest), text=text) == quantity


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("", refusals.NotRepresentable),
        ("case", refusals.NotRepresentable),
        ("1e3", refusals.NotRepresentable),
        ("3 4", refusals.NotRepresentable),
        ("1.3 case", refusals.NotRepresentable),
        ("1.", refusals.NotRepresentable),
        ("2 kg", refusals.UnitUnknown),
        ("2 dozen", refusals.UnitUnknown),
    ],
)
def test_what_is_no_quantity_is_refused(text: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        read_quantity(sku=a_sku(), text=text)


def test_the_editor_is_told_all_that_can_be_written() -> None:
    sku = a_sku(unit="gram", case_size=6)

    for written, factor in list_written(sku).items():
        assert read_quantity(sku=sku, text=f"2 {written}") == 2 * factor
