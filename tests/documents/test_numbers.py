"""Goal: numbers of a series have no gap, whatever is rolled back, and no double."""

from __future__ import annotations

import threading
from datetime import date

import pytest
from django.db import connection, transaction

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
    with transaction.atomic():
        assert give_number(prefix="PO", on=MARCH) == "PO-2026-000001"
        transaction.set_rollback(True)

    assert give_number(prefix="PO", on=MARCH) == "PO-2026-000001"


def test_a_run_of_numbers_is_taken_in_one_go_and_in_order() -> None:
    give_number(prefix="GR", on=MARCH)

    numbers = give_numbers(prefix="GR", on=MARCH, count=3)

    assert numbers == ["GR-2026-000002", "GR-2026-000003", "GR-2026-000004"]
    assert give_number(prefix="GR", on=MARCH) == "GR-2026-000005"


@pytest.mark.django_db(transaction=True)
def test_eight_writers_at_once_leave_neither_gap_nor_double() -> None:
    given: list[str] = []

    def write() -> None:
        for _ in range(10):
            with transaction.atomic():
                given.append(give_number(prefix="PO", on=MARCH))
        connection.close()

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(given) == [f"PO-2026-{number:06d}" for number in range(1, 81)]
