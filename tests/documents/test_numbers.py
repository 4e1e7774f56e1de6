"""Goal: numbers of a series have no gap, whatever is rolled back, and no double."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import transaction

from yipan.documents.numbers import give_number, give_numbers

pytestmark = pytest.mark.django_db

MARCH = date(2026, 3, 2)


def test_a_series_counts_from_one() -> None:
    assert give_number(prefix="PO", on=MARCH) == "PO-2026-000001"
    assert give_number(prefix="PO", on=MARCH) == "PO-2026-000002"


def test_types_sites_and_years_have_their_own_series() -> None:
    assert give_number(prefix="PO", on=MARCH) == "PO-2026-000001"
    assert give_number(prefix="GR", on=MARCH, site="W1") == "GR-W1-2026-000001"
    assert give_number(prefix="GR", on=MARCH, site="W2") == "GR-W2-2026-000001"
    assert give_number(prefix="PO", on=date(2027, 1, 1)) == "PO-2027-000001"


def test_a_number_rolled_back_is_given_out_again() -> None:
    class Changed(Exception):
        pass

    with pytest.raises(Changed), transaction.atomic():
        assert give_number(prefix="PO", on=MARCH) == "PO-2026-000001"
        raise Changed

    assert give_number(prefix="PO", on=MARCH) == "PO-2026-000001"


def test_a_run_of_numbers_is_taken_in_one_go_and_in_order() -> None:
    give_number(prefix="GR", on=MARCH)

    numbers = give_numbers(prefix="GR", on=MARCH, count=3)

    assert numbers == ["GR-2026-000002", "GR-2026-000003", "GR-2026-000004"]
    assert give_number(prefix="GR", on=MARCH) == "GR-2026-000005"
