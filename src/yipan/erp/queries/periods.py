"""Reads of accounting periods (会计期间)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from yipan.erp.models import AccountingPeriod
from yipan.erp.queries import value_sources
from yipan.erp.queries.value_sources import EntityRow
from yipan.erp.rules import periods as rules
from yipan.foundation.refusals import NotFound
from yipan.ledger.value_checks import find_first_day

MONTHS_MAX = 120


@dataclass(frozen=True, kw_only=True, slots=True)
class PeriodRow:
    """
    A month of a legal entity. `is_next` when it is the next that can be closed.

    What it was worth and what stood open are known from its closing on.
    """

    number: str
    entity: EntityRow
    month: str
    first_day: date
    last_day: date
    state: str
    is_next: bool = False
    closed_by: str = ""
    closed_at: datetime | None = None
    close_reason: str = ""
    checklist: tuple[tuple[str, int], ...] = ()
    value_minor: int | None = None
    reopen_asked_by: str = ""
    reopen_reason: str = ""


def list_periods(*, entity: EntityRow, today: date) -> list[PeriodRow]:
    """Return the months of a legal entity from the first with any value on, the newest first."""
    known = {row.month: row for row in AccountingPeriod.objects.filter(entity=entity.code)}
    first = find_first_day(pool=entity.code)
    months = [rules.get_month(today)]
    start = min([rules.get_month(first or today), *known])
    while months[-1] > start and len(months) < MONTHS_MAX:
        months.append(rules.get_month(rules.get_first_day(months[-1]) - rules.ONE_DAY))
    following = _find_next(entity, start=start)
    return [
        _make_row(known.get(month), entity=entity, month=month, is_next=month == following)
        for month in months
    ]


def get_period(number: str) -> PeriodRow:
    """
    Return a month by its number, `MAIN-2026-03`, whether anything was done with it or not.

    :raises NotFound: if it names no legal entity or no month.
    """
    code, month = number[:-8], number[-7:]
    entity = next((row for row in value_sources.list_entities() if row.code == code), None)
    if entity is None or not rules.is_month(month) or number != f"{code}-{month}":
        raise NotFound(kind="accounting_period", id=number)
    row = AccountingPeriod.objects.filter(entity=code, month=month).first()
    first = find_first_day(pool=code)
    start = rules.get_month(first) if first else month
    return _make_row(
        row, entity=entity, month=month, is_next=month == _find_next(entity, start=start)
    )


def _find_next(entity: EntityRow, *, start: str) -> str:
    """Return the month that comes next to be closed."""
    if entity.closed_through is None:
        return start
    return rules.get_month(entity.closed_through + rules.ONE_DAY)


def _make_row(
    row: AccountingPeriod | None, *, entity: EntityRow, month: str, is_next: bool
) -> PeriodRow:
    first_day, last_day = rules.get_first_day(month), rules.get_last_day(month)
    number = f"{entity.code}-{month}"
    if row is None:
        # A month before the first that was closed is closed with it.
        is_closed = entity.closed_through is not None and last_day <= entity.closed_through
        return PeriodRow(
            number=number,
            entity=entity,
            month=month,
            first_day=first_day,
            last_day=last_day,
            state="closed" if is_closed else "open",
            is_next=is_next,
        )
    return PeriodRow(
        number=number,
        entity=entity,
        month=month,
        first_day=first_day,
        last_day=last_day,
        state=row.state,
        is_next=is_next,
        closed_by=row.closed_by,
        closed_at=row.closed_at,
        close_reason=row.close_reason,
        checklist=tuple((item["code"], item["count"]) for item in row.checklist),
        value_minor=row.value_minor,
        reopen_asked_by=row.reopen_asked_by,
        reopen_reason=row.reopen_reason,
    )
