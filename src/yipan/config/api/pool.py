"""API of the pool: what may be promised, and setting it aside. The fastlane answers the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from ninja.responses import Status
from pydantic import Field

from yipan.access.actors import Actor, get_actor
from yipan.access.doors import endpoint
from yipan.config.api.promise_schemas import (
    HoldsQuery,
    PromiseOut,
    PromisesOut,
    ReservationsQuery,
    list_promises,
)
from yipan.config.edge.idempotency import read_key
from yipan.documents.told import require_known
from yipan.ledger.moves import QUANTITY_MAX
from yipan.pool import promises, queries, rules
from yipan.pool.promises import Ask
from yipan.pool.queries import Availability
from yipan.pool.rules import PromisedLine

router = Router(tags=["pool"])

HOLD_SECONDS_MAX = 86_400

Sku = Annotated[str, Field(min_length=1, max_length=48)]
Method = Literal["ship", "pickup", "ship_to_store"]


class LineIn(Schema):
    """
    A quantity of one SKU, in its smallest unit, wanted at one site.

    Without a site it is wanted from any site of the channel or the group.
    """

    sku: Sku
    site: Annotated[str, Field(max_length=16)] = ""
    quantity: Annotated[int, Field(ge=1, le=QUANTITY_MAX)]


class ReservationIn(Schema):
    """
    What to set aside for an order: all lines, or what there is with `allow_partial`.

    `due_on` allows goods that are to come until then.
    """

    lines: Annotated[list[LineIn], Field(min_length=1, max_length=promises.LINES_PER_PROMISE_MAX)]
    external_id: Annotated[str, Field(max_length=96)] = ""
    channel: Annotated[str, Field(max_length=32)] = ""
    method: Method | Literal[""] = ""
    group: Annotated[str, Field(max_length=32)] = ""
    due_on: date | None = None
    allow_partial: bool = False
    priority: Annotated[int, Field(ge=-1000, le=1000)] = 0


class HoldIn(ReservationIn):
    """
    What to set aside for a cart, and for how long.

    Unsaid, it is as long as the channel keeps carts; 900 seconds without a channel.
    """

    expires_in_seconds: Annotated[int, Field(ge=1, le=HOLD_SECONDS_MAX)] | None = None


class ExtendIn(Schema):
    """How much longer a hold should stand, from now; unsaid, as long as its channel keeps carts."""

    expires_in_seconds: Annotated[int, Field(ge=1, le=HOLD_SECONDS_MAX)] | None = None


class MoveIn(Schema):
    """Where all that stands of a promise should be set aside instead."""

    lines: Annotated[list[LineIn], Field(min_length=1, max_length=promises.LINES_PER_PROMISE_MAX)]


class AvailabilityQuery(Schema):
    """Which SKUs, at which site; all of the asker's sites when none is named."""

    sku: Annotated[list[Sku], Field(min_length=1, max_length=queries.SKUS_PER_QUESTION_MAX)]
    site: Annotated[str, Field(max_length=16)] = ""


class AvailabilityOut(Schema):
    """What one site has of one SKU, status by status, in its smallest unit."""

    sku: str
    site: str
    on_hand: int
    available: int
    held: int
    reserved: int
    quarantine: int
    damaged: int
    blocked: int
    available_to_promise: int


class AvailabilitiesOut(Schema):
    """Ordered by SKU and site. `available_to_promise` sums up per SKU what is listed."""

    data: list[AvailabilityOut]
    available_to_promise: dict[str, int]


@router.get("/availability", response=AvailabilitiesOut)
@endpoint(action="pool.read")
def get_availability(request: HttpRequest, which: Query[AvailabilityQuery]) -> AvailabilitiesOut:
    """Tell what can be promised now of some SKUs, site by site."""
    actor = get_actor(request)
    if which.site:
        actor.require_site(which.site)
    rows = queries.list_availability(
        skus=which.sku, sites=[which.site] if which.site else actor.sites, at=timezone.now()
    )
    return make_availability(which.sku, rows)


@router.post("/reservations", response={201: PromiseOut})
@endpoint(action="pool.promise")
def reserve(request: HttpRequest, payload: ReservationIn) -> Status[PromiseOut]:
    """Set stock aside for an order: all lines, or 409 `reservation.insufficient_stock`."""
    actor = get_actor(request)
    ask = Ask(
        step="reserve",
        number=rules.derive_number("rsv", asker=actor.name, key=read_key(request)),
        lines=_read_lines(payload.lines, actor),
        external_id=payload.external_id,
        actor=actor.name,
        **_read_terms(payload),
    )
    return Status(201, PromiseOut.of(promises.reserve(ask=ask, at=timezone.now())))


@router.post("/holds", response={201: PromiseOut})
@endpoint(action="pool.promise")
def hold(request: HttpRequest, payload: HoldIn) -> Status[PromiseOut]:
    """Set stock aside for a cart, until its time is over."""
    actor = get_actor(request)
    at = timezone.now()
    ask = Ask(
        step="hold",
        number=rules.derive_number("hld", asker=actor.name, key=read_key(request)),
        lines=_read_lines(payload.lines, actor),
        expires_at=_find_end(payload.expires_in_seconds, at=at),
        seconds=payload.expires_in_seconds,
        external_id=payload.external_id,
        actor=actor.name,
        **_read_terms(payload),
    )
    return Status(201, PromiseOut.of(promises.hold(ask=ask, at=at)))


@router.post("/holds/{number}/commit", response=PromiseOut)
@endpoint(action="pool.promise", repeatable=True)
def commit(request: HttpRequest, number: str) -> PromiseOut:
    """Turn a hold into the reservation of an order. Safe to repeat."""
    ask = _ask("commit", number, get_actor(request))
    return PromiseOut.of(promises.commit(ask=ask, at=timezone.now()))


@router.post("/holds/{number}/extend", response=PromiseOut)
@endpoint(action="pool.promise")
def extend(request: HttpRequest, number: str, payload: ExtendIn) -> PromiseOut:
    """Give a hold more time, counted from now."""
    at = timezone.now()
    ask = replace(
        _ask("extend", number, get_actor(request)),
        expires_at=_find_end(payload.expires_in_seconds, at=at),
    )
    return PromiseOut.of(promises.extend(ask=ask, at=at))


@router.post("/reservations/{number}/move", response=PromiseOut)
@endpoint(action="pool.promise")
def move(request: HttpRequest, number: str, payload: MoveIn) -> PromiseOut:
    """Set the goods of a reservation aside at other sites, in one posting or not at all."""
    actor = get_actor(request)
    ask = replace(_ask("move", number, actor), lines=_read_lines(payload.lines, actor))
    return PromiseOut.of(promises.move(ask=ask, at=timezone.now()))


@router.post("/holds/{number}/release", response=PromiseOut)
@endpoint(action="pool.promise", repeatable=True)
def release_hold(request: HttpRequest, number: str) -> PromiseOut:
    """Give the goods of a cart back to everybody. Safe to repeat."""
    return _release(request, number)


@router.post("/reservations/{number}/release", response=PromiseOut)
@endpoint(action="pool.promise", repeatable=True)
def release_reservation(request: HttpRequest, number: str) -> PromiseOut:
    """Give the goods of an order back to everybody. Safe to repeat."""
    return _release(request, number)


@router.get("/holds", response=PromisesOut)
@endpoint(action="pool.read")
def list_holds(request: HttpRequest, which: Query[HoldsQuery]) -> PromisesOut:
    """List what is set aside for carts, and for whom; or what became of holds."""
    return list_promises(get_actor(request), which, state=which.state)


@router.get("/reservations", response=PromisesOut)
@endpoint(action="pool.read")
def list_reservations(request: HttpRequest, which: Query[ReservationsQuery]) -> PromisesOut:
    """List what is set aside for orders, and for whom; or what became of reservations."""
    return list_promises(get_actor(request), which, state=which.state)


@router.get("/holds/{number}", response=PromiseOut)
@endpoint(action="pool.read")
def get_hold(request: HttpRequest, number: str) -> PromiseOut:
    """Tell what became of a hold."""
    return PromiseOut.of(queries.get_promise(number, sites=get_actor(request).sites))


@router.get("/reservations/{number}", response=PromiseOut)
@endpoint(action="pool.read")
def get_reservation(request: HttpRequest, number: str) -> PromiseOut:
    """Tell what became of a reservation."""
    return PromiseOut.of(queries.get_promise(number, sites=get_actor(request).sites))


def make_availability(skus: list[str], rows: list[Availability]) -> AvailabilitiesOut:
    """Return rows of availability and their sum per SKU asked for."""
    sums = dict.fromkeys(sorted(set(skus)), 0)
    for row in rows:
        sums[row.sku] += row.available_to_promise
    return AvailabilitiesOut(
        data=[
            AvailabilityOut(**{name: getattr(row, name) for name in AvailabilityOut.model_fields})
            for row in rows
        ],
        available_to_promise=sums,
    )


def _release(request: HttpRequest, number: str) -> PromiseOut:
    ask = _ask("release", number, get_actor(request))
    return PromiseOut.of(promises.release(ask=ask, at=timezone.now()))


def _ask(step: promises.Step, number: str, actor: Actor) -> Ask:
    return Ask(step=step, number=number, actor=actor.name, sites=actor.sites)


def _find_end(seconds: int | None, *, at: datetime) -> datetime | None:
    return None if seconds is None else at + timedelta(seconds=seconds)


def _read_terms(payload: ReservationIn) -> dict[str, Any]:
    return {
        "channel": payload.channel,
        "method": payload.method,
        "group": payload.group,
        "due_on": payload.due_on,
        "may_be_partial": payload.allow_partial,
        "priority": payload.priority,
    }


def _read_lines(lines: Sequence[LineIn], actor: Actor) -> tuple[PromisedLine, ...]:
    for line in lines:
        if line.site or actor.sites is not None:
            actor.require_site(line.site)
    require_known(
        sites={line.site for line in lines if line.site}, skus={line.sku for line in lines}
    )
    return tuple(
        PromisedLine(site=line.site, sku=line.sku, quantity=line.quantity) for line in lines
    )
