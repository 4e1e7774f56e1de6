"""Tolerances (盘点容差) that hold: those that were set, and ours where none was."""

from __future__ import annotations

from yipan.stocktake.models import CountTolerance
from yipan.stocktake.rules import Tolerance

#: Where none was set: somebody else looks again when a line is off by more than one piece, and
#: by more than 2 %, or by more than 50.00; ours.
OTHERWISE = (Tolerance(purpose="recount", quantity_max=1, percent_max=2, value_max_minor=5_000),)
TOLERANCES_MAX = 500


def list_tolerances(system: str, *, site: str) -> list[Tolerance]:
    """Return the tolerances of all sites of a system and of one, and ours behind them."""
    rows = list_set(system, site=site)
    told = [
        Tolerance(
            purpose=row.purpose,
            site=row.site,
            category=row.category,
            role=row.role,
            quantity_max=row.quantity_max,
            value_max_minor=row.value_max_minor,
            percent_max=row.percent_max,
        )
        for row in rows
    ]
    if any(each.purpose == "recount" and not (each.category or each.role) for each in told):
        return told
    return [*told, *OTHERWISE]


def list_set(system: str, *, site: str) -> list[CountTolerance]:
    """Return what was set for all sites of a system and for one, in a steady order."""
    rows = CountTolerance.objects.filter(system=system, site__in=("", site))
    return list(rows.order_by("purpose", "site", "category", "role", "id")[:TOLERANCES_MAX])
