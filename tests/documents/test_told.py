"""What is wrong with a document another system tells of is a refusal, never a fault of ours."""

from __future__ import annotations

from datetime import date

import pytest

from yipan.documents import told


def test_a_source_speaks_for_its_own_site_alone() -> None:
    assert told.is_told_by_its_site(source="wms:W1/stock", site="W1") is True
    assert told.is_told_by_its_site(source="till:S12-1/stock", site="S12") is True
    assert told.is_told_by_its_site(source="till:S12-1/stock", site="S1") is False
    assert told.is_told_by_its_site(source="wms:W1/stock", site="W2") is False
    with pytest.raises(told.SiteMismatch):
        told.require_speaker(source="wms:W1/stock", site="W2")


def test_a_quantity_below_the_minimum_or_absurd_is_refused() -> None:
    told.require_plausible([("TEA-250", 0), ("TEA-250", 99_999_999)])
    told.require_plausible([("TEA-250", -1)], minimum=-5)

    for quantity in (-1, 10**12):
        with pytest.raises(told.QuantityNotPlausible) as refused:
            told.require_plausible([("TEA-250", quantity)])
        assert refused.value.facts == {"sku": "TEA-250", "quantity": quantity}


def test_a_date_is_year_month_day_or_refused() -> None:
    assert told.read_date("2026-11-25") == date(2026, 11, 25)
    with pytest.raises(told.DateUnreadable):
        told.read_date("25.11.2026")


def test_more_lines_than_the_maximum_are_refused() -> None:
    told.require_few(range(1_000))
    with pytest.raises(told.TooManyLines):
        told.require_few(range(1_001))
