"""Closing a sheet: what was seen stands, is told, compared, and maybe looked at again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from yipan.documents import told
from yipan.exchange import outbox
from yipan.masterdata import queries as masterdata
from yipan.messages.pos_orders import CountedLine
from yipan.stocktake.documents import comparing
from yipan.stocktake.documents.counting import lock_sheet
from yipan.stocktake.documents.refusals import ZerosUnconfirmed
from yipan.stocktake.documents.system import Acting, System
from yipan.stocktake.models import CountLine, CountScan, CountSheet, SheetState, Stocktake
from yipan.stocktake.queries import sheets
from yipan.stocktake.queries.books import compare_keys, sum_places
from yipan.stocktake.rules import Key, Seen

UNSEEN_TOLD_MAX = 20

#: What is said of goods the book knows at a place and nobody saw.
ASK = "ask"
NONE_THERE = "none_there"
NOT_LOOKED = "not_looked"


@transaction.atomic
def close(
    *,
    sheet: str,
    unseen: str = ASK,
    system: System,
    acting: Acting,
    message_id: UUID,
) -> CountSheet:
    """
    Close a sheet: its lines are observations from now on.

    The last sheet of a place asks about what the book knows there and nobody saw: with `unseen`
    NONE_THERE there is none of it, seen now; with NOT_LOOKED nothing is said of it. Then the
    place is told to the hub, compared with the book as of each line's moment, and where it has
    to be looked at again another person gets a sheet. The tolerance of who counted counts.

    :raises ZerosUnconfirmed: if something was not seen and nobody says so.
    """
    by, at = acting.by, acting.at
    _lock_stocktake(sheet)
    row = lock_sheet(sheet, by=by, at=at)
    assert unseen in (ASK, NONE_THERE, NOT_LOOKED)
    missing = []
    if unseen != NOT_LOOKED:
        missing = sheets.list_unseen(row, book=system.get_book(row.stocktake.site))
    if missing and unseen == ASK:
        raise ZerosUnconfirmed(
            sheet=sheet, skus=[key.sku for key in missing][:UNSEEN_TOLD_MAX], count=len(missing)
        )
    _write_lines(row, unseen=missing, at=at)
    row.state, row.closed_at = SheetState.CLOSED, at
    row.save(update_fields=["state", "closed_at"])
    if not sheets.has_open_siblings(row):
        _tell(row, system=system, message_id=message_id, at=at)
        comparing.weigh_place(row.stocktake, place=row.place, system=system, roles=acting.roles)
    comparing.move_on(row.stocktake, by=by, at=at)
    return row


def _lock_stocktake(sheet: str) -> None:
    # Sheets are closed one after the other: of two that are the last of a place, each would
    # take the other for open, and nobody would tell, weigh or end what was counted.
    owners = CountSheet.objects.filter(number=sheet).values("stocktake")
    list(Stocktake.objects.select_for_update().filter(pk__in=owners).values_list("pk"))


def _write_lines(row: CountSheet, *, unseen: Sequence[Key], at: datetime) -> None:
    scans: dict[Key, list[CountScan]] = defaultdict(list)
    for scan in row.scans.filter(undone_at=None).order_by("position"):
        key = Key(place=row.place, sku=scan.sku, lot=scan.lot, status=scan.status)
        scans[key].append(scan)
    lines = [
        CountLine(
            sheet=row,
            line=number,
            sku=key.sku,
            lot=key.lot,
            status=key.status,
            quantity=sum(scan.quantity for scan in same),
            first_at=min(scan.counted_at for scan in same),
            last_at=max(scan.counted_at for scan in same),
            counter=row.counter,
            capture_mode=_choose_mode([scan.capture_mode for scan in same]),
        )
        for number, (key, same) in enumerate(scans.items(), start=1)
    ]
    lines += [
        CountLine(
            sheet=row,
            line=len(lines) + number,
            sku=key.sku,
            lot=key.lot,
            status=key.status,
            quantity=0,
            first_at=at,
            last_at=at,
            counter=row.counter,
            capture_mode="bulk",
        )
        for number, key in enumerate(unseen, start=1)
    ]
    CountLine.objects.bulk_create(lines)


def _choose_mode(modes: Sequence[str]) -> str:
    """Return how a line was captured: typed once is typed; else as its scans were."""
    return "key" if "key" in modes else modes[-1]


def _tell(row: CountSheet, *, system: System, message_id: UUID, at: datetime) -> None:
    """Tell the hub what was seen at a place in one round, lots of one SKU together."""
    lines = _list_told(row, system=system)
    source = f"{system.get_book(row.stocktake.site)}/stock"
    parts = [lines[n : n + told.LINES_MAX] for n in range(0, len(lines), told.LINES_MAX)]
    for part, few in enumerate(parts):
        [sequence] = outbox.reserve_numbers(source)
        outbox.publish(
            system.recorded(
                message_id=message_id if part == 0 else _make_next_id(message_id, part=part),
                occurred_at=max(datetime.fromisoformat(line.counted_at) for line in few),
                count_number=row.number,
                site=row.stocktake.site,
                count_type=row.stocktake.kind,
                lines=tuple(few),
                as_of_sequence=sequence - 1,
                partner_number=row.stocktake.number,
            ),
            source=source,
            sequence=sequence,
            business_date=masterdata.get_business_date(row.stocktake.site, at),
            correlation_id=row.stocktake.number,
        )


def _make_next_id(message_id: UUID, *, part: int) -> UUID:
    """Return the id of the next part of a long count, which follows from that of the first."""
    return UUID(int=(message_id.int + part) % 2**128)


def _list_told(row: CountSheet, *, system: System) -> list[CountedLine]:
    """
    Return what was seen at the hub's grain, the place and the status: lots are added up.

    Where the book knows lots nobody looked at, the place was not seen as a whole: the site
    compares the lots that were, and the hub hears nothing of it.
    """
    book = system.get_book(row.stocktake.site)
    looks = sheets.list_seen(row)
    compared = compare_keys(book=book, looks=[(key, seen) for key, seen, _, _ in looks])
    together: dict[Key, list[tuple[Seen, frozenset[str], str, int]]] = defaultdict(list)
    for (key, seen, counters, mode), each in zip(looks, compared, strict=True):
        whole = Key(place=key.place, sku=key.sku, status=key.status)
        together[whole].append((seen, counters, mode, each.book))
    moments = {whole: max(it[0].last_at for it in same) for whole, same in together.items()}
    totals = sum_places(book=book, wholes=list(moments.items()))
    told_keys = [
        whole
        for whole, total in zip(moments, totals, strict=True)
        if total == sum(it[3] for it in together[whole])
    ]
    return [
        CountedLine(
            line=number,
            sku=whole.sku,
            quantity_counted=sum(seen.quantity for seen, _, _, _ in together[whole]),
            quantity_book=sum(said for _, _, _, said in together[whole]),
            counted_at=moments[whole].isoformat(),
            place=whole.place,
            status=whole.status,
            round=row.round,
            counter=", ".join(
                sorted({who for _, counters, _, _ in together[whole] for who in counters})
            ),
            is_blind=row.stocktake.is_blind,
            capture_mode=together[whole][-1][2],
        )
        for number, whole in enumerate(told_keys, start=1)
    ]
