"""Steps of a stocktake (盘点单): plan -> start -> count -> (count again) -> explained -> post."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction

from yipan.documents import numbers, told, trail
from yipan.documents.repeats import find_repeat
from yipan.documents.states import lock_for
from yipan.exchange.serving import require_served
from yipan.ledger.moves import Trace
from yipan.masterdata import queries as masterdata
from yipan.stocktake.documents.refusals import NothingToCount, SecondLook
from yipan.stocktake.documents.system import System
from yipan.stocktake.models import CountSheet, SheetState, Stocktake, StocktakeKind
from yipan.stocktake.models import StocktakeState as State

DOCUMENT_TYPE = "stocktake"
SHEETS_MAX = 5_000

_RUNNING = frozenset({State.COUNTING, State.RECOUNTING})

#: From which states may each step be taken?
STEPS = {
    "start": frozenset({State.PLANNED}),
    "count": _RUNNING,
    "assign": frozenset({State.PLANNED, *_RUNNING}),
    "recount": frozenset({State.EXPLAINED, State.SUBMITTED}),
    "post": frozenset({State.EXPLAINED}),
    "cancel": frozenset({State.PLANNED, *_RUNNING, State.EXPLAINED}),
    "follow": frozenset(State.values),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Planned:
    """A sheet to be made: a place or a shelf of it, some products or all, and who counts."""

    place: str
    shelf: str = ""
    skus: Sequence[str] = ()
    assignee: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What is to be counted, and how: blind, by two teams, with clocks so far apart."""

    site: str
    kind: str
    sheets: Sequence[Planned]
    is_blind: bool = True
    is_double: bool = False
    uncertainty_seconds: int = 0
    due_on: date | None = None
    scope: str = ""
    note: str = ""
    external_id: str = field(default="")


@transaction.atomic
def plan(*, wanted: Plan, system: System, by: Trace, at: datetime) -> Stocktake:
    """
    Write down what is to be counted. Repeating it with the same `external_id` returns the first.

    :raises NothingToCount: if there is no sheet.
    :raises TooManyLines: if there are more than a stocktake may have.
    :raises ServedElsewhere: if the site's book lives on another node, which would never hear of it.
    """
    require_served([f"{system.name}:{wanted.site}/stock"])
    known = find_repeat(Stocktake, external_id=wanted.external_id, within={"site": wanted.site})
    if known is not None:
        return known
    if not wanted.sheets:
        raise NothingToCount(site=wanted.site)
    if len(wanted.sheets) > SHEETS_MAX:
        raise told.TooManyLines(lines=len(wanted.sheets), maximum=SHEETS_MAX)
    told.require_known(
        sites=[wanted.site], skus={sku for sheet in wanted.sheets for sku in sheet.skus}
    )
    stocktake = Stocktake.objects.create(
        number=numbers.give_number(
            prefix="ST", site=wanted.site, on=masterdata.get_business_date(wanted.site, at)
        ),
        system=system.name,
        site=wanted.site,
        kind=StocktakeKind(wanted.kind),
        is_blind=wanted.is_blind,
        is_double=wanted.is_double,
        uncertainty_seconds=wanted.uncertainty_seconds,
        due_on=wanted.due_on,
        scope=wanted.scope[:200],
        note=wanted.note[:200],
        external_id=wanted.external_id,
        created_by=by.actor,
        created_at=at,
    )
    for sheet in wanted.sheets:
        for team in (1, 2) if wanted.is_double else (1,):
            add_sheet(stocktake, sheet, team=team)
    note(stocktake, step="create", from_state="", by=by, at=at)
    return stocktake


def add_sheet(
    stocktake: Stocktake,
    planned: Planned,
    *,
    team: int = 1,
    round_number: int = 1,
    not_by: Sequence[str] = (),
) -> CountSheet:
    """Make the next sheet of a stocktake, under `ST-…-003`."""
    count = stocktake.sheets.count() + 1
    return CountSheet.objects.create(
        stocktake=stocktake,
        number=f"{stocktake.number}-{count:03d}",
        place=planned.place,
        shelf=planned.shelf[:24],
        skus=sorted(set(planned.skus)),
        assignee=planned.assignee[:160],
        round=round_number,
        team=team,
        not_by=sorted(set(not_by)),
    )


@transaction.atomic
def start(*, number: str, by: Trace, at: datetime) -> Stocktake:
    """
    Let people count.

    :raises WrongState: if it was started, or given up.
    """
    stocktake = lock_for("start", model=Stocktake, number=number, steps=STEPS)
    stocktake.state = State.COUNTING
    stocktake.started_at = at
    stocktake.save(update_fields=["state", "started_at"])
    note(stocktake, step="start", from_state=State.PLANNED, by=by, at=at)
    return stocktake


@transaction.atomic
def open_shelf(*, number: str, planned: Planned, by: Trace) -> CountSheet:
    """
    Return the sheet of a place or shelf that somebody may count now, or add one to a running
    stocktake.

    :raises SecondLook: if it waits for somebody else to look, who has not seen it yet.
    :raises WrongState: if nobody counts in it now.
    """
    stocktake = lock_for("count", model=Stocktake, number=number, steps=STEPS)
    same = stocktake.sheets.filter(place=planned.place, shelf=planned.shelf)
    waiting = list(same.exclude(state__in=[SheetState.CLOSED, SheetState.DROPPED]).order_by("id"))
    if waiting and all(by.actor in sheet.not_by for sheet in waiting):
        raise SecondLook(sheet=waiting[0].number)
    mine = [
        sheet
        for sheet in waiting
        if by.actor not in sheet.not_by
        and sheet.counter in ("", by.actor)
        and sheet.assignee in ("", by.actor)
        and (sheet.taken_from != by.actor or sheet.assignee == by.actor)
    ]
    if mine:
        return mine[0]
    return add_sheet(stocktake, planned, round_number=_get_next_round(stocktake, planned))


def _get_next_round(stocktake: Stocktake, planned: Planned) -> int:
    rounds = stocktake.sheets.filter(place=planned.place, shelf=planned.shelf).exclude(
        state=SheetState.DROPPED
    )
    return max(rounds.values_list("round", flat=True), default=0) + 1


@transaction.atomic
def cancel(*, number: str, by: Trace, at: datetime) -> Stocktake:
    """
    Give a stocktake up. What was seen stays seen; nothing is posted from it.

    :raises WrongState: if something of it was posted or asked for.
    """
    stocktake = lock_for("cancel", model=Stocktake, number=number, steps=STEPS)
    before, stocktake.state = stocktake.state, State.CANCELED
    stocktake.save(update_fields=["state"])
    stocktake.sheets.exclude(state=SheetState.CLOSED).update(state=SheetState.DROPPED)
    note(stocktake, step="cancel", from_state=before, by=by, at=at)
    return stocktake


def note(stocktake: Stocktake, *, step: str, from_state: str, by: Trace, at: datetime) -> None:
    """Write a step into the trail."""
    trail.record(
        trail.Step(
            document_type=DOCUMENT_TYPE,
            system=stocktake.system,
            sites=(stocktake.site,),
            number=stocktake.number,
            step=step,
            from_state=from_state,
            to_state=stocktake.state,
            actor=by.actor,
            device=by.device,
            at=at,
            reason=by.reason,
        )
    )
