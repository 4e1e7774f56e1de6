"""API of opening hours (营业时间): a usual week, and the days that differ."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from ninja.responses import Status
from pydantic import Field

from yipan.access.actors import get_actor
from yipan.access.doors import endpoint
from yipan.config.api.selling_schemas import Reason, Site
from yipan.config.edge.wall_times import WallTime
from yipan.documents.doors import get_trace
from yipan.masterdata import queries as masterdata
from yipan.pool.policy import opening_hours as kept
from yipan.pool.policy.opening_hours import WINDOWS_PER_DAY_MAX, Opening, Special
from yipan.pool.queries import opening_hours

router = Router(tags=["pool"])


class OpeningBody(Schema):
    """From when to when a site is open on a weekday (0 is Monday), in its own time."""

    weekday: Annotated[int, Field(ge=0, le=6)]
    opens_at: WallTime
    closes_at: WallTime


class WeekBody(Schema):
    """A usual week. A weekday without hours is closed; without any the site is always open."""

    week: Annotated[list[OpeningBody], Field(max_length=7 * WINDOWS_PER_DAY_MAX)]


class SpecialBody(Schema):
    """Other hours on one day; without hours the site is closed."""

    opens_at: WallTime | None = None
    closes_at: WallTime | None = None
    reason: Reason = ""


class SpecialOut(SpecialBody):
    date: date


class HoursOut(WeekBody):
    """When a site is open, and the days from today on that differ."""

    site: str
    time_zone: str
    days: list[SpecialOut]


@router.get("/site-hours/{service_site}", response=HoursOut)
@endpoint(action="pool.read")
def get_hours(request: HttpRequest, service_site: Site) -> HoursOut:
    """Tell when a site is open."""
    get_actor(request).require_site(service_site)
    site = masterdata.get_site(service_site)
    today = masterdata.compute_business_date(site, timezone.now())
    return HoursOut(
        site=site.code,
        time_zone=site.time_zone,
        week=[
            OpeningBody(weekday=it.weekday, opens_at=it.opens_at, closes_at=it.closes_at)
            for it in opening_hours.list_week(service_site)
        ],
        days=[
            SpecialOut(date=it.date, opens_at=it.opens_at, closes_at=it.closes_at, reason=it.reason)
            for it in opening_hours.list_special_days(service_site, since=today)
        ],
    )


@router.put("/site-hours/{service_site}", response={204: None})
@endpoint(action="pool.policy")
def put_hours(request: HttpRequest, service_site: Site, payload: WeekBody) -> Status[None]:
    """Say when a site is open in a usual week; it replaces what was said before."""
    get_actor(request).require_site(service_site)
    week = [Opening(**it.model_dump()) for it in payload.week]
    kept.save_week(site=service_site, week=week, by=get_trace(request), at=timezone.now())
    return Status(204, None)


@router.put("/site-hours/{service_site}/days/{day}", response={204: None})
@endpoint(action="pool.policy")
def put_day(
    request: HttpRequest, service_site: Site, day: date, payload: SpecialBody
) -> Status[None]:
    """Say that a site has other hours on one day, or is closed."""
    get_actor(request).require_site(service_site)
    special = Special(date=day, **payload.model_dump())
    kept.save_day(site=service_site, special=special, by=get_trace(request), at=timezone.now())
    return Status(204, None)


@router.delete("/site-hours/{service_site}/days/{day}", response={204: None})
@endpoint(action="pool.policy")
def remove_day(request: HttpRequest, service_site: Site, day: date) -> Status[None]:
    """Let a site have its usual hours on a day again. Safe to repeat."""
    get_actor(request).require_site(service_site)
    kept.remove_day(site=service_site, day=day, by=get_trace(request), at=timezone.now())
    return Status(204, None)
