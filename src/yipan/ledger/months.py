"""Months of movements, opened ahead of time: without its month even a fact could not be booked."""

from __future__ import annotations

from datetime import date

from yipan.ledger.calls import call

MONTHS_AHEAD = 12


def open_months(*, today: date) -> list[str]:
    """
    Open the month before, this month and the next twelve; return the names of those that were new.

    For a daily task. Months that are open already stay as they are.
    """
    before = list_open_months()
    call(
        """
        select ledger_open_month((date_trunc('month', %s::date) + make_interval(months => n))::date)
          from generate_series(-1, %s) n
        """,
        [today, MONTHS_AHEAD],
    )
    return sorted(set(list_open_months()) - set(before))


def list_open_months() -> list[str]:
    """Return the months that movements can be written to, as `202603`, earliest first."""
    rows = call(
        """
        select right(c.relname, 6) from pg_inherits i join pg_class c on c.oid = i.inhrelid
         where i.inhparent = 'ledger_movement'::regclass order by 1
        """
    )
    return [name for (name,) in rows]
