"""
Demand of the system before (历史需求): what was sold before our own book began.

Without it a retailer who changes systems waits a year for forecasts that know a season. It is
history and nothing else: no book moves. From its first day at a site on, our own book is believed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db import transaction
from django.db.models import Min

from yipan.documents import told, trail
from yipan.documents.numbers import give_number
from yipan.foundation.refusals import Refusal
from yipan.ledger.moves import Trace
from yipan.planning.models import DemandDay

DOCUMENT_TYPE: Final = "demand_history"
PREFIX: Final = "DH"
LINES_MAX: Final = 2_000_000
ROWS_AT_ONCE: Final = 5_000
Key = tuple[str, str, date]


class HistoryOverlaps(Refusal):
    """Our own book knows these days already; bring in only what lies before its first day."""

    code = "planning.history_overlaps"


class HistoryWrong(Refusal):
    """A day of history lies in the past, sells nothing below zero and no more than anybody does."""

    code = "planning.history_wrong"
    status = 422


@dataclass(frozen=True, kw_only=True, slots=True)
class PastDay:
    """
    What was sold of a SKU at a site on a day, and what came back, in its smallest unit.

    `is_out` says that there was nothing to sell; what was sold then teaches nothing.
    """

    sku: str
    site: str
    day: date
    sold: int
    returned: int = 0
    is_out: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Loaded:
    """What was brought in: the number it has, days of SKUs at sites, places, first and last day."""

    number: str
    days: int
    places: int
    first: date
    last: date


@transaction.atomic
def load(lines: Sequence[PastDay], *, today: date, by: Trace, at: datetime) -> Loaded:
    """
    Bring in the demand of days before our own book began, all of it or none.

    Lines of the same SKU, site and day are added up. A day that was brought in before is replaced,
    so that a file may be brought in again.

    :raises HistoryWrong: if a line is not of the past, or its quantities are not plausible.
    :raises SiteUnknown: if a site is not master data.
    :raises SkuUnknown: if a SKU is not master data.
    :raises HistoryOverlaps: if our own book knows a day.
    """
    if not 0 < len(lines) <= LINES_MAX:
        raise HistoryWrong(lines=len(lines), maximum=LINES_MAX)
    told.require_known(sites={it.site for it in lines}, skus={it.sku for it in lines})
    days = _add_up(lines, today=today)
    _require_earlier(days)
    rows = [
        DemandDay(
            sku=sku, site=site, day=day, sold=it.sold, returned=it.returned,
            is_earlier=True, is_out=it.is_out,
        )
        for (sku, site, day), it in sorted(days.items())
    ]  # fmt: skip
    DemandDay.objects.bulk_create(
        rows,
        batch_size=ROWS_AT_ONCE,
        update_conflicts=True,
        unique_fields=["sku", "site", "day"],
        update_fields=["sold", "returned", "is_out"],
    )
    loaded = Loaded(
        number=give_number(prefix=PREFIX, on=today),
        days=len(rows),
        places=len({(it.sku, it.site) for it in rows}),
        first=min(it.day for it in rows),
        last=max(it.day for it in rows),
    )
    _note(loaded, sites=sorted({it.site for it in rows}), by=by, at=at)
    return loaded


def _add_up(lines: Iterable[PastDay], *, today: date) -> dict[Key, PastDay]:
    days: dict[Key, PastDay] = {}
    for line in lines:
        is_right = 0 <= line.sold <= told.QUANTITY_MAX and 0 <= line.returned <= told.QUANTITY_MAX
        if line.day >= today or not is_right:
            raise HistoryWrong(
                sku=line.sku, site=line.site, day=line.day.isoformat(), sold=line.sold,
                returned=line.returned,
            )  # fmt: skip
        key = (line.sku, line.site, line.day)
        before = days.get(key)
        days[key] = line if before is None else _join(before, line)
    return days


def _join(first: PastDay, second: PastDay) -> PastDay:
    return PastDay(
        sku=first.sku,
        site=first.site,
        day=first.day,
        sold=first.sold + second.sold,
        returned=first.returned + second.returned,
        is_out=first.is_out or second.is_out,
    )


def _require_earlier(days: Iterable[Key]) -> None:
    lasts: dict[str, date] = {}
    for _sku, site, day in days:
        lasts[site] = max(day, lasts.get(site, day))
    own = DemandDay.objects.filter(is_earlier=False, site__in=list(lasts)).values("site")
    for row in own.annotate(first=Min("day")).order_by("site"):
        site, first = row["site"], row["first"]
        if lasts[site] >= first:
            raise HistoryOverlaps(
                site=site, first_day=first.isoformat(), day=lasts[site].isoformat()
            )


def _note(loaded: Loaded, *, sites: Sequence[str], by: Trace, at: datetime) -> None:
    trail.record(
        trail.Step(
            document_type=DOCUMENT_TYPE,
            system="planning",
            sites=tuple(sites),
            number=loaded.number,
            step="create",
            to_state="recorded",
            at=at,
            actor=by.actor,
            device=by.device,
            reason=by.reason or f"{loaded.first} – {loaded.last}: {loaded.days:,}",
        )
    )
