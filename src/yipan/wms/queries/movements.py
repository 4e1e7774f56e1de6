"""Reads of what moved in a warehouse (库存流水), and who moved it how fast (作业效率)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from yipan.ledger import queries as ledger
from yipan.ledger.rows import MovementRow
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SkuRow
from yipan.wms.models import MoveTask, Parcel, Pick, ReceiptScan
from yipan.wms.rules.places import Place, read_account
from yipan.wms.rules.working import Pace, classify, measure

ROWS_MAX = 5_000
#: So many movements are looked through for those that fit; the rest is a page further.
LOOKED_AT_MAX = 5_000
POSTINGS_PER_READ = 100
MOVEMENTS_PER_READ = 500
PICKS_LOOKED_AT = 20_000


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryFilter:
    """Which movements of a warehouse: all that is empty does not matter."""

    site: str
    sku: str = ""
    bin_code: str = ""
    document_type: str = ""
    actor: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryRow:
    """A movement as people read it. A place of None is outside, and `outside` names it."""

    occurred_at: datetime
    recorded_at: datetime
    origin: str
    sku: SkuRow
    from_account: str
    to_account: str
    lot: str
    quantity: int
    actor: str
    device: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PaceRow:
    """How fast somebody did one kind of work on one day."""

    actor: str
    task: str
    pace: Pace


def list_history(
    which: HistoryFilter, *, before: str = "", limit: int = 100
) -> tuple[list[HistoryRow], str]:
    """
    Return movements, the last recorded first, and the cursor to read on from; empty at the end.

    A posting is not parted, so a page may be a little longer. A search that finds little stops
    after some thousand movements; its cursor goes on.
    """
    assert 0 < limit <= ROWS_MAX
    found: list[MovementRow] = []
    behind, looked_at = "", 0
    for rows, cursor in _read(which, before=before):
        looked_at += len(rows)
        found += [row for row in rows if _fits(row, which)]
        if len(found) >= limit or looked_at >= LOOKED_AT_MAX:
            behind = cursor
            break
    skus = masterdata.find_skus({row.sku for row in found})
    return [_make(row, skus[row.sku]) for row in found], behind


def _read(which: HistoryFilter, *, before: str) -> Iterator[tuple[list[MovementRow], str]]:
    """Give movements that belong together, with the cursor behind them."""
    book = f"wms:{which.site}"
    cursor: str | None = before or None
    if which.sku:
        while rows := ledger.list_movements(
            book=book, sku=which.sku, limit=MOVEMENTS_PER_READ, before=cursor
        ):
            for row in rows:
                yield [row], row.cursor
            cursor = rows[-1].cursor
        return
    prefix = f"{which.document_type}/" if which.document_type else ""
    while headers := ledger.list_postings(
        book=book, limit=POSTINGS_PER_READ, before=cursor, prefix=prefix
    ):
        for header in headers:
            yield ledger.get_posting(book=book, origin=header.origin).movements, header.cursor
        cursor = headers[-1].cursor


def _fits(row: MovementRow, which: HistoryFilter) -> bool:
    if which.bin_code:
        places = (read_account(row.from_account), read_account(row.to_account))
        if which.bin_code not in {place.bin_code for place in places if place}:
            return False
    header = row.header
    if which.actor and (header is None or which.actor.lower() not in header.actor.lower()):
        return False
    is_typed = header is not None and header.origin.startswith(f"{which.document_type}/")
    return not which.document_type or is_typed


def _make(row: MovementRow, sku: SkuRow) -> HistoryRow:
    header = row.header
    places: list[Place | None] = [read_account(row.from_account), read_account(row.to_account)]
    return HistoryRow(
        occurred_at=row.occurred_at,
        recorded_at=row.recorded_at,
        origin=header.origin if header else "",
        sku=sku,
        from_account=row.from_account,
        to_account=row.to_account,
        lot=next((place.lot for place in places if place and place.lot), ""),
        quantity=row.quantity,
        actor=header.actor if header else "",
        device=header.device if header else "",
        reason=header.reason if header else "",
    )


def list_paces(site: str, *, since: datetime, until: datetime) -> list[PaceRow]:
    """Return how fast each person did each kind of work, by task and then the fastest first."""
    period = (since, until)
    work = {
        "receive": ReceiptScan.objects.filter(
            receipt__site=site, at__range=period, undone_at=None
        ).values_list("actor", "at"),
        "pick": Pick.objects.filter(
            order__site=site, picked_at__range=period, quantity_picked__gt=0
        ).values_list("picked_by", "picked_at"),
        "pack": Parcel.objects.filter(site=site, packed_at__range=period).values_list(
            "packed_by", "packed_at"
        ),
        "load": Parcel.objects.filter(
            site=site, loaded_at__range=period, is_pallet=False
        ).values_list("loaded_by", "loaded_at"),
        "move": MoveTask.objects.filter(site=site, moved_at__range=period).values_list(
            "moved_by", "moved_at"
        ),
    }
    rows = []
    for task, done in work.items():
        moments: dict[str, list[datetime]] = {}
        for actor, at in done:
            if at is not None:
                moments.setdefault(actor, []).append(at)
        paces = [
            PaceRow(actor=actor, task=task, pace=measure(each)) for actor, each in moments.items()
        ]
        rows += sorted(paces, key=lambda it: (-(it.pace.per_hour or 0), it.actor))
    return rows


def list_classes(site: str) -> dict[str, str]:
    """Return SKU to its class by how often it was picked of late."""
    picks = Pick.objects.filter(order__site=site, quantity_picked__gt=0).order_by("-id")
    counted: dict[str, int] = {}
    for sku in picks.values_list("sku", flat=True)[:PICKS_LOOKED_AT]:
        counted[sku] = counted.get(sku, 0) + 1
    return classify(counted)
