"""Counting a sheet (盘点): each scan is an act of its own, at its own moment, and blind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max, Q

from yipan.documents import told
from yipan.documents.evidence import NO_STAMP, Evidence, Stamp
from yipan.foundation.refusals import NotFound
from yipan.ledger.moves import Trace
from yipan.masterdata import queries as masterdata
from yipan.stocktake.documents.refusals import (
    NothingScanned,
    NotRunning,
    SecondLook,
    SerialDoubled,
    SheetClosed,
    SheetNotYours,
    SheetTakenBack,
)
from yipan.stocktake.models import CountScan, CountSheet, SheetState
from yipan.stocktake.models import StocktakeState as State
from yipan.stocktake.rules import correct_moment, read_tag

TAGS_MAX = 5_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Counting:
    """
    So much of a SKU, in its smallest unit, somebody saw.

    `counted_at` where who tells it knows the moment: a file, a machine. Else it is that of the
    device, by our clock.
    """

    sku: str
    quantity: int
    lot: str = ""
    status: str = "available"
    serial: str = ""
    capture_mode: str = "scan"
    text: str = ""
    pack_size: int | None = None
    counted_at: datetime | None = None
    stamp: Stamp = NO_STAMP


@transaction.atomic
def scan(*, sheet: str, seen: Counting, by: Trace, at: datetime) -> CountScan:
    """
    Add what somebody saw to a sheet; the first scan makes it theirs.

    :raises SecondLook: if they looked at this place before, in an earlier round or another team.
    :raises SheetNotYours: if it is somebody else's.
    :raises SheetClosed: if it is closed.
    :raises SerialDoubled: if the piece was counted.
    :raises SkuUnknown: if the SKU is not master data.
    :raises QuantityNotPlausible: if it is more than anybody handles.
    """
    row = lock_sheet(sheet, by=by, at=at)
    told.require_known(sites=[], skus={seen.sku})
    told.require_plausible([(seen.sku, seen.quantity)])
    if seen.serial and row.scans.filter(sku=seen.sku, serial=seen.serial, undone_at=None).exists():
        raise SerialDoubled(sku=seen.sku, serial=seen.serial)
    return _write(row, seen, position=_get_next_position(row), by=by, at=at)


@transaction.atomic
def scan_all(*, sheet: str, seen: Sequence[Counting], by: Trace, at: datetime) -> None:
    """
    Add a list of what was seen to a sheet, as `scan` does one: all of it, or nothing.

    :raises SheetClosed: if it is closed.
    :raises SkuUnknown: if one SKU is not master data.
    :raises QuantityNotPlausible: if one is more than anybody handles.
    """
    assert not any(each.serial for each in seen), "pieces are scanned one by one"
    row = lock_sheet(sheet, by=by, at=at)
    told.require_known(sites=[], skus={each.sku for each in seen})
    told.require_plausible([(each.sku, each.quantity) for each in seen])
    first = _get_next_position(row)
    CountScan.objects.bulk_create(
        _make(row, each, position=position, by=by, at=at)
        for position, each in enumerate(seen, start=first)
    )


@transaction.atomic
def key_quantity(
    *, sheet: str, quantity: int, by: Trace, at: datetime, stamp: Stamp = NO_STAMP
) -> CountScan:
    """
    Say how many the last scan stands for. What was seen before of the same goods stays.

    :raises NothingScanned: if nothing was scanned.
    """
    row = lock_sheet(sheet, by=by, at=at)
    last = row.scans.filter(undone_at=None).order_by("-position").first()
    if last is None:
        raise NothingScanned(sheet=sheet)
    told.require_plausible([(last.sku, quantity)])
    last.undone_at = at
    last.save(update_fields=["undone_at"])
    seen = Counting(
        sku=last.sku,
        lot=last.lot,
        status=last.status,
        quantity=quantity,
        capture_mode="key",
        text=last.barcode_scanned,
        pack_size=last.units_per_pack,
        stamp=stamp,
    )
    return _write(row, seen, position=_get_next_position(row), by=by, at=at)


@transaction.atomic
def set_status(*, sheet: str, status: str, by: Trace, at: datetime) -> CountScan:
    """
    Say that what was scanned last is damaged, blocked, or sound after all.

    :raises NothingScanned: if nothing was scanned.
    """
    assert status in ("available", "damaged", "blocked", "quarantine")
    row = lock_sheet(sheet, by=by, at=at)
    last = row.scans.filter(undone_at=None).order_by("-position").first()
    if last is None:
        raise NothingScanned(sheet=sheet)
    last.undone_at = at
    last.save(update_fields=["undone_at"])
    seen = Counting(
        sku=last.sku,
        lot=last.lot,
        status=status,
        quantity=last.quantity,
        serial=last.serial,
        capture_mode=last.capture_mode,
        text=last.barcode_scanned,
        counted_at=last.counted_at,
    )
    return _write(row, seen, position=_get_next_position(row), by=by, at=at)


@transaction.atomic
def undo(*, sheet: str, by: Trace, at: datetime) -> CountScan:
    """
    Take the last scan back. Its row stays, and says when.

    :raises NothingScanned: if there is none.
    """
    row = lock_sheet(sheet, by=by, at=at)
    last = row.scans.filter(undone_at=None).order_by("-position").first()
    if last is None:
        raise NothingScanned(sheet=sheet)
    last.undone_at = at
    last.save(update_fields=["undone_at"])
    return last


@dataclass(frozen=True, kw_only=True, slots=True)
class TagsRead:
    """What became of a list of tags: new pieces, pieces read before, tags of goods unknown here."""

    new: int
    doubled: int
    unknown: tuple[str, ...]


@transaction.atomic
def take_tags(
    *, sheet: str, tags: Sequence[str], by: Trace, at: datetime, stamp: Stamp = NO_STAMP
) -> TagsRead:
    """
    Add pieces by their radio tags (RFID). A reader hears a tag many times: it counts once.

    :raises TagUnreadable: if one is no tag of goods; then none is taken.
    :raises TooManyLines: if there are more than `TAGS_MAX`.
    """
    if len(tags) > TAGS_MAX:
        raise told.TooManyLines(lines=len(tags), maximum=TAGS_MAX)
    row = lock_sheet(sheet, by=by, at=at)
    known = set(row.scans.filter(undone_at=None).exclude(serial="").values_list("sku", "serial"))
    skus = {gtin: masterdata.find_by_gtin(gtin) for gtin in {read_tag(t).gtin for t in tags}}
    new, doubled, unknown = 0, 0, []
    position = _get_next_position(row)
    for text in tags:
        tag = read_tag(text)
        found = skus[tag.gtin]
        if found is None:
            unknown.append(text)
            continue
        if (found.sku.code, tag.serial) in known:
            doubled += 1
            continue
        known.add((found.sku.code, tag.serial))
        seen = Counting(
            sku=found.sku.code,
            quantity=found.pack_size,
            lot=tag.lot,
            serial=tag.serial,
            capture_mode="rfid",
            text=text,
            stamp=stamp,
        )
        _write(row, seen, position=position + new, by=by, at=at)
        new += 1
    return TagsRead(new=new, doubled=doubled, unknown=tuple(unknown))


def lock_sheet(number: str, *, by: Trace, at: datetime) -> CountSheet:
    """Lock a sheet for whoever counts it; who comes first has it."""
    row = (
        CountSheet.objects.select_for_update(of=("self",))
        .select_related("stocktake")
        .filter(number=number)
        .first()
    )
    if row is None:
        raise NotFound(kind="count_sheet", id=number)
    if row.state not in (SheetState.OPEN, SheetState.COUNTING):
        raise SheetClosed(sheet=number)
    if row.stocktake.state not in (State.COUNTING, State.RECOUNTING):
        raise NotRunning(number=row.stocktake.number, state=row.stocktake.state)
    if by.actor in row.not_by or _counts_for_the_other_team(row, actor=by.actor):
        raise SecondLook(sheet=number)
    if row.assignee not in ("", by.actor) or row.counter not in ("", by.actor):
        raise SheetNotYours(sheet=number, person=row.counter or row.assignee)
    if row.taken_from == by.actor and by.actor not in (row.assignee, row.counter):
        raise SheetTakenBack(sheet=number)
    if row.state == SheetState.OPEN:
        row.state, row.counter, row.started_at = SheetState.COUNTING, by.actor, at
        row.save(update_fields=["state", "counter", "started_at"])
    return row


def _counts_for_the_other_team(row: CountSheet, *, actor: str) -> bool:
    return (
        row.stocktake.is_double
        and CountSheet.objects.filter(stocktake=row.stocktake, place=row.place)
        .filter(Q(counter=actor) | Q(handed_in_by=actor))
        .exclude(team=row.team)
        .exists()
    )


def _get_next_position(row: CountSheet) -> int:
    last: int | None = row.scans.aggregate(last=Max("position"))["last"]
    return (last or 0) + 1


def _write(row: CountSheet, seen: Counting, *, position: int, by: Trace, at: datetime) -> CountScan:
    made = _make(row, seen, position=position, by=by, at=at)
    made.save(force_insert=True)
    return made


def _make(row: CountSheet, seen: Counting, *, position: int, by: Trace, at: datetime) -> CountScan:
    evidence = Evidence(
        capture_mode=seen.capture_mode,
        quantity_entered=seen.quantity,
        units_per_pack=seen.pack_size,
        barcode_scanned=seen.text,
        was_expected_shown=not row.stocktake.is_blind,
        counterpart_document=row.stocktake.number,
        actor=by.actor,
        device=by.device,
        stamp=seen.stamp,
    )
    moment = seen.counted_at or correct_moment(
        occurred_at=seen.stamp.occurred_at, sent_at=seen.stamp.sent_at, received_at=at
    )
    return CountScan(
        sheet=row,
        position=position,
        sku=seen.sku,
        lot=seen.lot,
        status=seen.status,
        quantity=seen.quantity,
        serial=seen.serial[:48],
        counted_at=min(moment, at),
        **evidence.make_columns(at=at),
    )
