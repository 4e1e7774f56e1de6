"""Giving out count sheets (盘点表): to whom, and taking one back that somebody left."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from yipan.access import people
from yipan.documents.states import lock_for
from yipan.foundation.refusals import NotFound
from yipan.ledger.moves import Trace
from yipan.stocktake.documents.desk import Desk
from yipan.stocktake.documents.refusals import (
    PersonLookedBefore,
    PersonUnknown,
    SheetClosed,
)
from yipan.stocktake.documents.stocktake import STEPS, note
from yipan.stocktake.models import CountSheet, SheetState, Stocktake


def list_counters(desk: Desk, *, site: str) -> list[tuple[str, str]]:
    """Return who may count at a site: log-in name and name on screen, by log-in name."""
    return people.list_who_may(desk.count_action, site=site)


def require_counters(desk: Desk, *, site: str, persons: Collection[str]) -> None:
    """
    Return quietly when all of these may count at a site; empty means whoever comes.

    :raises PersonUnknown: if one of them may not.
    """
    named = {person for person in persons if person}
    if not named:
        return
    unknown = sorted(named - {name for name, _shown in list_counters(desk, site=site)})
    if unknown:
        raise PersonUnknown(person=unknown[0], site=site)


@transaction.atomic
def assign(*, number: str, sheet: str, person: str, by: Trace, at: datetime) -> CountSheet:
    """
    Say who counts a sheet of a stocktake; nobody in particular when `person` is empty.

    :raises NotFound: if the stocktake has no such sheet.
    :raises PersonLookedBefore: if they looked at it in an earlier round.
    :raises WrongState: if the stocktake is over.
    """
    stocktake = lock_for("assign", model=Stocktake, number=number, steps=STEPS)
    row = _lock_sheet(stocktake, sheet)
    if person and person in row.not_by:
        raise PersonLookedBefore(sheet=sheet, person=person)
    row.assignee = person[:160]
    row.save(update_fields=["assignee"])
    step = Trace(actor=by.actor, device=by.device, reason=f"{row.number} {person}".strip())
    note(stocktake, step="assign", from_state=stocktake.state, by=step, at=at)
    return row


@transaction.atomic
def release(*, number: str, sheet: str, by: Trace, at: datetime) -> CountSheet:
    """
    Take back a sheet that somebody began and left: whoever comes may begin it anew.

    What was scanned is void and its rows stay. Who counted is told, and may begin again only
    when the sheet is given to them. A sheet nobody has begun stays as it is.

    :raises NotFound: if the stocktake has no such sheet.
    :raises SheetClosed: if it was counted to its end, or given up.
    :raises WrongState: if nobody counts in the stocktake now.
    """
    # The stocktake first, as closing a sheet does: neither waits for the other's lock.
    stocktake = lock_for("count", model=Stocktake, number=number, steps=STEPS)
    row = _lock_sheet(stocktake, sheet)
    if row.state not in (SheetState.OPEN, SheetState.COUNTING):
        raise SheetClosed(sheet=sheet)
    if row.state == SheetState.OPEN:
        return row
    counter = row.counter
    row.scans.filter(undone_at=None).update(undone_at=at)
    row.state, row.counter, row.assignee, row.handed_in_by = SheetState.OPEN, "", "", ""
    row.started_at = None
    # Who takes back their own need not be told.
    row.taken_from, row.taken_at = ("", None) if counter == by.actor else (counter, at)
    row.save()
    reason = f"{row.number} {counter}: {by.reason}".removesuffix(": ")
    step = Trace(actor=by.actor, device=by.device, reason=reason[:200])
    note(stocktake, step="take_back", from_state=stocktake.state, by=step, at=at)
    return row


def _lock_sheet(stocktake: Stocktake, sheet: str) -> CountSheet:
    row = stocktake.sheets.select_for_update().filter(number=sheet).first()
    if row is None:
        raise NotFound(kind="count_sheet", id=sheet)
    return row
