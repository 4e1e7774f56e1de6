"""Document numbers (单据编号): `PO-2026-000123`, gap-free in their series."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db import connection

from yipan.documents.base import NUMBER_LENGTH_MAX

NEXT_NUMBER = """
insert into documents_numberseries (series, last_number) values (%s, %s)
on conflict (series) do update
    set last_number = documents_numberseries.last_number + excluded.last_number
returning last_number
"""
# In the order of their names, so that two who take of several wait instead of deadlocking.
NEXT_NUMBERS = """
insert into documents_numberseries (series, last_number)
select series, count from unnest(%s::text[], %s::bigint[]) as needed (series, count)
order by series
on conflict (series) do update
    set last_number = documents_numberseries.last_number + excluded.last_number
returning series, last_number
"""


def give_number(*, prefix: str, on: date, site: str = "") -> str:
    """
    Return the next number of a type's series, `prefix[-site]-year-000001`.

    It belongs to the transaction: rolled back, the number is given out again, so that a
    missing number always means a missing document. The price is that two documents of
    one series are made one after the other. `on` is the business date, for its year.
    """
    return give_numbers(prefix=prefix, on=on, site=site, count=1)[0]


def give_numbers(*, prefix: str, on: date, site: str = "", count: int) -> list[str]:
    """Return the next `count` numbers of a series, in order, taken in one go."""
    assert count > 0
    series = "-".join(part for part in (prefix, site, str(on.year)) if part)
    last = _take(series, count)
    numbers = [f"{series}-{number:06d}" for number in range(last - count + 1, last + 1)]
    assert len(numbers[-1]) <= NUMBER_LENGTH_MAX
    return numbers


def give_numbers_of_sites(
    *, prefix: str, counts: Mapping[str, tuple[date, int]]
) -> dict[str, list[str]]:
    """
    Return by site the next numbers of its series, all series in one statement.

    `counts` maps a site to its business date and to how many it needs, one at least.
    """
    assert connection.in_atomic_block, "a number outside a transaction could be lost"
    series = {site: f"{prefix}-{site}-{on.year}" for site, (on, _) in counts.items()}
    needed = {series[site]: count for site, (_, count) in counts.items()}
    assert len(needed) == len(counts)
    assert min(needed.values(), default=1) > 0
    with connection.cursor() as cursor:
        cursor.execute(NEXT_NUMBERS, [list(needed), list(needed.values())])
        last = dict(cursor.fetchall())
    return {
        site: [
            f"{name}-{number:06d}"
            for number in range(last[name] - needed[name] + 1, last[name] + 1)
        ]
        for site, name in series.items()
    }


def give_serial(series: str) -> int:
    """Return the next whole number of a series of its own, from 1, gap-free as `give_number`."""
    return _take(series, 1)


def _take(series: str, count: int) -> int:
    """Return the last of the next `count` numbers of a series."""
    assert connection.in_atomic_block, "a number outside a transaction could be lost"
    with connection.cursor() as cursor:
        cursor.execute(NEXT_NUMBER, [series, count])
        last: int = cursor.fetchone()[0]
    return last
