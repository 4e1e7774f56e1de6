"""What the API tells of promises: one, and lists of them with whom they are for."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Literal

from django.utils import timezone
from ninja import Schema
from pydantic import Field

from yipan.access.actors import Actor
from yipan.pool import queries
from yipan.pool.promises import PromiseRow
from yipan.pool.queries import PromiseDetail, PromiseFilter

HOURS_MAX = 87_600


class LineOut(Schema):
    """
    A quantity set aside, in the SKU's smallest unit; one line per SKU, site and supply.

    `supply` names goods that are still to come, `due_on` is when.
    """

    sku: str
    site: str
    quantity: int
    supply: str
    due_on: date | None


class PromiseOut(Schema):
    """A hold or a reservation. `duplicate` says that the same was asked and granted before."""

    number: str
    state: str
    lines: list[LineOut]
    external_id: str
    created_at: datetime
    expires_at: datetime | None
    committed_at: datetime | None
    short: dict[str, int]
    duplicate: bool = False

    @staticmethod
    def of(row: PromiseRow | PromiseDetail) -> PromiseOut:
        """Return what is told of a promise."""
        return PromiseOut(
            number=row.number,
            state=row.state,
            lines=[
                LineOut(
                    sku=line.sku,
                    site=line.site,
                    quantity=line.quantity,
                    supply=line.supply,
                    due_on=line.due_on,
                )
                for line in row.lines
            ],
            external_id=row.external_id,
            created_at=row.created_at,
            expires_at=row.expires_at,
            committed_at=row.committed_at,
            short=dict(row.short),
            duplicate=isinstance(row, PromiseRow) and row.is_repeat,
        )


class PromisesQuery(Schema):
    """
    Which of them: of a SKU, at a site, for a channel, under an outside number, older than hours.

    `external_id` is the beginning of the outside number while they stand, all of it afterwards.
    """

    sku: Annotated[str, Field(max_length=48)] = ""
    site: Annotated[str, Field(max_length=16)] = ""
    channel: Annotated[str, Field(max_length=32)] = ""
    external_id: Annotated[str, Field(max_length=96)] = ""
    older_than_hours: Annotated[int, Field(ge=0, le=HOURS_MAX)] = 0
    cursor: Annotated[str, Field(max_length=20)] = ""
    limit: Annotated[int, Field(ge=1, le=queries.PROMISES_LISTED_MAX)] = 100


class HoldsQuery(PromisesQuery):
    """Which holds. `expired` and `released` have given their goods back."""

    state: Literal["held", "expired", "released"] = "held"


class ReservationsQuery(PromisesQuery):
    """Which reservations. `fulfilled` have left, `released` have given their goods back."""

    state: Literal["reserved", "fulfilled", "released"] = "reserved"


class ListedPromiseOut(PromiseOut):
    """A hold or a reservation in a list: also who asked for it, and on which terms."""

    created_by: str
    channel: str
    method: str
    settled_at: datetime | None


class PromisesOut(Schema):
    """Of those that stand the oldest first, of others the newest."""

    data: list[ListedPromiseOut]
    next_cursor: str | None


def list_promises(actor: Actor, which: PromisesQuery, *, state: str) -> PromisesOut:
    """
    Answer a page of promises.

    :raises NotFound: if it names a site that is none of the asker's.
    """
    if which.site:
        actor.require_site(which.site)
    before = timezone.now() - timedelta(hours=which.older_than_hours)
    rows = queries.list_promises(
        PromiseFilter(
            state=state,
            sku=which.sku,
            site=which.site,
            channel=which.channel,
            text=which.external_id,
            before=before if which.older_than_hours else None,
            sites=actor.sites,
        ),
        after=which.cursor,
        limit=which.limit,
    )
    return PromisesOut(
        data=[
            ListedPromiseOut(
                **PromiseOut.of(row.detail).model_dump(),
                created_by=row.detail.created_by,
                channel=row.channel,
                method=row.method,
                settled_at=row.settled_at,
            )
            for row in rows
        ],
        next_cursor=rows[-1].cursor if len(rows) == which.limit else None,
    )
