"""Counts out of files and from machines (第三方盘点): lines with their own moments, or none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction

from yipan.documents import told
from yipan.ledger.moves import Trace
from yipan.stocktake.documents import counting
from yipan.stocktake.documents import stocktake as plans
from yipan.stocktake.documents.closing import NONE_THERE, NOT_LOOKED
from yipan.stocktake.documents.counting import Counting
from yipan.stocktake.documents.refusals import NothingToCount, PlaceUnknown, SecondLook
from yipan.stocktake.documents.stocktake import Planned
from yipan.stocktake.documents.system import Acting
from yipan.stocktake.models import CountSheet, SheetState, Stocktake
from yipan.stocktake.models import StocktakeState as State

ROWS_MAX = 5_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Observation:
    """
    One line somebody or something saw: so much of a SKU at a place, at its own moment.

    Without a moment it was seen when the list was handed in: then nothing may have moved since.
    """

    place: str
    sku: str
    quantity: int
    shelf: str = ""
    lot: str = ""
    status: str = "available"
    counted_at: datetime | None = None
    counter: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Handed:
    """
    A list of observations, and how it came: `import` or `api`.

    `is_complete`: what it does not name is not at its places. Otherwise it says nothing of it.
    """

    rows: Sequence[Observation]
    capture_mode: str = "import"
    is_complete: bool = False
    places: frozenset[str] = field(default_factory=frozenset)


#: Closes a sheet as the site's system does.
Closer = Callable[..., CountSheet]


@transaction.atomic
def record(
    *,
    number: str,
    handed: Handed,
    closer: Closer,
    acting: Acting,
    new_id: Callable[[], UUID],
) -> list[CountSheet]:
    """
    Take a list of observations into a stocktake; one sheet for each place and counter, closed.

    A planned stocktake starts by it. `handed.places` are those the site has. Whoever hands in for
    others stands for it as they do: no second look at what they counted themselves, no posting.

    :raises NothingToCount: if the list is empty.
    :raises PlaceUnknown: if it names a place the site does not have.
    :raises SecondLook: if who counted a place, or hands it in, looked at it in another round.
    :raises SkuUnknown: if it names a SKU nobody knows.
    :raises TooManyLines: if it is longer than `ROWS_MAX`.
    :raises WrongState: if nobody counts in the stocktake now.
    """
    by, at = acting.by, acting.at
    _check(number, handed)
    stocktake = Stocktake.objects.get(number=number)
    if stocktake.state == State.PLANNED:
        plans.start(number=number, by=by, at=at)
    groups: dict[tuple[str, str, str], list[Observation]] = {}
    for row in handed.rows:
        groups.setdefault((row.place, row.shelf, row.counter or by.actor), []).append(row)
    sheets = [
        _open(number, place=place, shelf=shelf, counter=counter, handed=handed, by=by)
        for place, shelf, counter in groups
    ]
    closed = []
    for sheet, ((_, _, counter), rows) in zip(sheets, groups.items(), strict=True):
        who = Trace(actor=counter, device=by.device)
        seen = [
            Counting(
                sku=row.sku,
                quantity=row.quantity,
                lot=row.lot,
                status=row.status,
                capture_mode=handed.capture_mode,
                counted_at=row.counted_at,
            )
            for row in rows
        ]
        _stand_for(sheet, counter=counter, by=by)
        counting.scan_all(sheet=sheet.number, seen=seen, by=who, at=at)
        closed.append(
            closer(
                sheet=sheet.number,
                unseen=NONE_THERE if handed.is_complete else NOT_LOOKED,
                roles=acting.roles,
                by=who,
                at=at,
                message_id=new_id(),
            )
        )
    return closed


def _open(
    number: str,
    *,
    place: str,
    shelf: str,
    counter: str,
    handed: Handed,
    by: Trace,
) -> CountSheet:
    """Return the sheet of a place; where several people hand in one place, one for each."""
    several = {
        row.counter or by.actor for row in handed.rows if (row.place, row.shelf) == (place, shelf)
    }
    name = counter[:24] if len(several) > 1 else shelf
    who = Trace(actor=counter, device=by.device)
    return plans.open_shelf(number=number, planned=Planned(place=place, shelf=name), by=who)


def _stand_for(sheet: CountSheet, *, counter: str, by: Trace) -> None:
    """Write down who hands in what somebody else counted, who may not have counted it before."""
    if counter == by.actor:
        return
    own = CountSheet.objects.filter(
        stocktake=sheet.stocktake_id, place=sheet.place, counter=by.actor
    ).exclude(round=sheet.round, team=sheet.team)
    if own.exclude(state=SheetState.DROPPED).exists():
        raise SecondLook(sheet=sheet.number)
    sheet.handed_in_by = by.actor[:160]
    sheet.save(update_fields=["handed_in_by"])


def _check(number: str, handed: Handed) -> None:
    if not handed.rows:
        raise NothingToCount(number=number)
    if len(handed.rows) > ROWS_MAX:
        raise told.TooManyLines(lines=len(handed.rows), maximum=ROWS_MAX)
    unknown = sorted({row.place for row in handed.rows} - handed.places)
    if unknown:
        raise PlaceUnknown(place=unknown[0])
    told.require_known(sites=[], skus={row.sku for row in handed.rows})
    told.require_plausible((row.sku, row.quantity) for row in handed.rows)
