"""Reads of limits and of their changes. Quantities in smallest units, money in minor units."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from yipan.erp.models import Adjustment, LimitChange
from yipan.foundation.limits import Limit, Measured, Purpose, find_bites
from yipan.foundation.refusals import NotFound
from yipan.masterdata import limits
from yipan.masterdata import queries as masterdata

ROWS_MAX = 200
#: Over so long the effect of a limit is tried on what was adjusted, at most so many of them.
EFFECT_OVER = timedelta(days=90)
ADJUSTMENTS_TRIED_MAX = 5_000


@dataclass(frozen=True, kw_only=True, slots=True)
class LimitChangeRow:
    """A change of a limit as lists and its page show it."""

    number: str
    state: str
    limit: Limit
    is_end: bool
    reason: str
    created_by: str
    created_at: datetime
    decided_by: str
    decided_at: datetime | None
    decision_note: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Effect:
    """
    What a limit would have meant for the adjustments of the last 90 days it is about.

    Tried by quantity and value: what the book held on each of those days is not asked for.
    """

    adjustments: int
    beyond: int
    beyond_now: int


def list_limits() -> list[Limit]:
    """Return the limits that hold, those of the hub first, by role, type and site."""
    return [*limits.list_limits(Purpose.APPROVE), *limits.list_limits(Purpose.POST)]


def list_changes(*, states: tuple[str, ...] = (), limit: int = ROWS_MAX) -> list[LimitChangeRow]:
    """Return changes of limits, the newest first."""
    rows = LimitChange.objects.order_by("-id")
    if states:
        rows = rows.filter(state__in=states)
    return [_make_row(row) for row in rows[: min(limit, ROWS_MAX)]]


def count_waiting() -> int:
    """Return how many changes wait for somebody else's decision."""
    return LimitChange.objects.filter(state="submitted").count()


def get_change(number: str) -> LimitChangeRow:
    """
    Return one change of a limit.

    :raises NotFound: if there is none of this number.
    """
    row = LimitChange.objects.filter(number=number).first()
    if row is None:
        raise NotFound(kind="limit_change", id=number)
    return _make_row(row)


def try_out(limit: Limit, *, at: datetime) -> Effect:
    """Return what a limit would have meant, beside what holds for the same now."""
    now = {it.key: it for it in limits.list_limits(limit.purpose)}.get(limit.key)
    adjustments = Adjustment.objects.filter(submitted_at__gte=at - EFFECT_OVER)
    if limit.adjustment_type:
        adjustments = adjustments.filter(adjustment_type=limit.adjustment_type)
    if limit.site:
        adjustments = adjustments.filter(site=limit.site)
    if limit.site_type:
        sites = masterdata.list_sites(site_type=limit.site_type)
        adjustments = adjustments.filter(site__in=[row.code for row in sites])
    tried = adjustments.order_by("-id").values_list("quantity", "value_minor")
    measured = [
        Measured(
            adjustment_type=limit.adjustment_type,
            site=limit.site,
            site_type=limit.site_type,
            quantity=quantity,
            value_minor=value,
            percent=0,
        )
        for quantity, value in tried[:ADJUSTMENTS_TRIED_MAX]
    ]
    return Effect(
        adjustments=len(measured),
        beyond=sum(bool(find_bites(limit, measured=it)) for it in measured),
        beyond_now=sum(bool(find_bites(now, measured=it)) for it in measured) if now else 0,
    )


def _make_row(row: LimitChange) -> LimitChangeRow:
    return LimitChangeRow(
        number=row.number,
        state=row.state,
        limit=Limit(
            purpose=Purpose(row.purpose),
            role=row.role,
            adjustment_type=row.adjustment_type,
            site_type=row.site_type,
            site=row.site,
            quantity_max=row.quantity_max,
            value_max_minor=row.value_max_minor,
            percent_max=row.percent_max,
            number=row.number,
            version=row.version or 0,
        ),
        is_end=row.is_end,
        reason=row.reason,
        created_by=row.created_by,
        created_at=row.created_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        decision_note=row.decision_note,
    )
