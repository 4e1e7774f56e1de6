"""Keeping events (活动) that move demand: promotions, holidays, openings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from yipan.documents import told
from yipan.foundation.refusals import NotFound, Refusal
from yipan.ledger.moves import Trace
from yipan.planning.models import DemandEvent

PERCENT_MIN, PERCENT_MAX = -95, 2_000
DAYS_MAX = 366


class EventWrong(Refusal):
    """An event has a name, ends within a year of its beginning, and changes demand in limits."""

    code = "planning.event_wrong"
    status = 422


@dataclass(frozen=True, kw_only=True, slots=True)
class Happening:
    """What happens when and where, and by how many percent demand changes on those days."""

    name: str
    starts_on: date
    ends_on: date
    percent: int
    sku: str = ""
    category: str = ""
    site: str = ""
    promotion: str = ""


@transaction.atomic
def save_event(*, happening: Happening, by: Trace, at: datetime) -> DemandEvent:
    """
    Write an event down.

    :raises EventWrong: if it has no name, never ends, or changes demand beyond limits.
    """
    span = (happening.ends_on - happening.starts_on).days
    is_right = (
        happening.name.strip()
        and 0 <= span <= DAYS_MAX
        and PERCENT_MIN <= happening.percent <= PERCENT_MAX
    )
    if not is_right:
        raise EventWrong(name=happening.name, days=span, percent=happening.percent)
    told.require_known(
        sites=[happening.site] if happening.site else [],
        skus={happening.sku} if happening.sku else set(),
    )
    return DemandEvent.objects.create(
        name=happening.name.strip()[:96],
        starts_on=happening.starts_on,
        ends_on=happening.ends_on,
        percent=happening.percent,
        sku=happening.sku,
        category=happening.category,
        site=happening.site,
        promotion=happening.promotion,
        created_by=by.actor,
        created_at=at,
    )


@transaction.atomic
def remove_event(*, event_id: int) -> None:
    """
    Let an event count no more; it stays written down.

    :raises NotFound: if there is none.
    """
    if not DemandEvent.objects.filter(id=event_id).update(is_active=False):
        raise NotFound(kind="demand_event", id=event_id)
