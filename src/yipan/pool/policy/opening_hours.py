"""Keeping opening hours (营业时间) of sites, and the days on which they differ."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from django.db import transaction

from yipan.documents import trail
from yipan.documents.told import require_known
from yipan.documents.turns import take_turns
from yipan.foundation.refusals import Refusal
from yipan.ledger.moves import Trace
from yipan.pool.models import OpeningHours, SpecialDay
from yipan.pool.rules.opening_hours import MIDNIGHT

DOCUMENT_TYPE: Final = "site_hours"
WINDOWS_PER_DAY_MAX: Final = 4
SPECIAL_DAYS_MAX: Final = 1_000


class HoursWrong(Refusal):
    """Opening hours end before they begin, or two of a day overlap."""

    code = "opening_hours.wrong"
    status = 422


@dataclass(frozen=True, kw_only=True, slots=True)
class Opening:
    """From when to when a site is open on a weekday; 0 is Monday."""

    weekday: int
    opens_at: time
    closes_at: time


@dataclass(frozen=True, kw_only=True, slots=True)
class Special:
    """A day with other hours than usual; without hours the site is closed."""

    date: date
    opens_at: time | None = None
    closes_at: time | None = None
    reason: str = ""


@transaction.atomic
def save_week(*, site: str, week: Sequence[Opening], by: Trace, at: datetime) -> None:
    """
    Say when a site is open in a usual week; these replace what was said before.

    Without any the site is open whenever its calendar does not say otherwise.

    :raises SiteUnknown: if the site is not master data.
    :raises HoursWrong: if some end before they begin, or two of a day overlap.
    """
    require_known(sites={site}, skus=set())
    for weekday in range(7):
        _check((it.opens_at, it.closes_at) for it in week if it.weekday == weekday)
    if any(it.weekday not in range(7) for it in week):
        raise HoursWrong(site=site)
    take_turns(f"site_hours|{site}")
    OpeningHours.objects.filter(site=site).delete()
    OpeningHours.objects.bulk_create(
        OpeningHours(site=site, weekday=it.weekday, opens_at=it.opens_at, closes_at=it.closes_at)
        for it in week
    )
    _note(site, "week", by=by, at=at)


@transaction.atomic
def save_day(*, site: str, special: Special, by: Trace, at: datetime) -> None:
    """
    Say that a site has other hours on one day, or is closed. Said again it is replaced.

    :raises SiteUnknown: if the site is not master data.
    :raises HoursWrong: if they end before they begin, or one of the two is missing.
    """
    require_known(sites={site}, skus=set())
    if (special.opens_at is None) != (special.closes_at is None):
        raise HoursWrong(site=site, date=str(special.date))
    if special.opens_at is not None and special.closes_at is not None:
        _check([(special.opens_at, special.closes_at)])
    if SpecialDay.objects.filter(site=site).count() >= SPECIAL_DAYS_MAX:
        raise HoursWrong(site=site, maximum=SPECIAL_DAYS_MAX)
    SpecialDay.objects.update_or_create(
        site=site,
        date=special.date,
        defaults={
            "opens_at": special.opens_at,
            "closes_at": special.closes_at,
            "reason": special.reason[:200],
        },
    )
    _note(site, str(special.date), by=by, at=at)


@transaction.atomic
def remove_day(*, site: str, day: date, by: Trace, at: datetime) -> bool:
    """Let a site have its usual hours on a day again. Tell whether it had others."""
    count, _ = SpecialDay.objects.filter(site=site, date=day).delete()
    if count:
        _note(site, str(day), by=by, at=at)
    return bool(count)


def _check(windows: Iterable[tuple[time, time]]) -> None:
    """Refuse windows of one day that end before they begin, overlap or are too many."""
    ordered = sorted(windows)
    if len(ordered) > WINDOWS_PER_DAY_MAX:
        raise HoursWrong(maximum=WINDOWS_PER_DAY_MAX)
    end: time | None = None
    for opens_at, closes_at in ordered:
        is_whole = closes_at == MIDNIGHT
        if (closes_at <= opens_at and not is_whole) or (end is not None and opens_at < end):
            raise HoursWrong(opens_at=f"{opens_at:%H:%M}", closes_at=f"{closes_at:%H:%M}")
        end = time.max if is_whole else closes_at


def _note(site: str, what: str, *, by: Trace, at: datetime) -> None:
    trail.record(
        trail.Step(
            document_type=DOCUMENT_TYPE,
            number=site,
            system="pool",
            sites=(site,),
            step="edit",
            to_state="",
            at=at,
            actor=by.actor,
            device=by.device,
            reason=by.reason or what,
        )
    )
