"""Reads of pick faces (拣货位) and move tasks (移库任务). Quantities in smallest units."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet, Sum

from yipan.foundation.refusals import NotFound
from yipan.ledger import several
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SkuRow
from yipan.wms.models import MoveTask, Pick, PickFace
from yipan.wms.queries import giving
from yipan.wms.rules.outbound import Giving
from yipan.wms.rules.places import read_account

CLAIM = timedelta(minutes=15)
ROWS_MAX = 1_000


@dataclass(frozen=True, kw_only=True, slots=True)
class MoveTaskRow:
    """A task to carry goods from one place to another."""

    number: str
    site: str
    state: str
    kind: str
    sku: SkuRow
    lot: str
    quantity: int
    quantity_moved: int
    from_bin: str
    to_bin: str
    zone: str
    priority: int
    order_number: str
    claimed_by: str
    created_by: str
    created_at: datetime
    moved_by: str
    moved_at: datetime | None
    moved_to: str
    bin_move_number: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PickFaceRow:
    """A pick face, what is free in it, and what is on its way."""

    bin_code: str
    sku: SkuRow
    quantity_min: int
    quantity_max: int
    quantity_free: int
    quantity_incoming: int

    @property
    def is_due(self) -> bool:
        """Tell whether it has come down to its minimum and nothing is on its way."""
        return self.quantity_free <= self.quantity_min and not self.quantity_incoming


def list_move_tasks(
    *,
    site: str,
    state: str = "open",
    kind: str = "",
    zone: str = "",
    limit: int = 100,
) -> list[MoveTaskRow]:
    """Return tasks, the most urgent first; of those that are over, the last one first."""
    assert 0 < limit <= ROWS_MAX
    query = MoveTask.objects.filter(site=site, state=state)
    if kind:
        query = query.filter(kind=kind)
    if zone:
        query = query.filter(zone=zone)
    order = ("-priority", "id") if state == "open" else ("-id",)
    return read_move_tasks(query.order_by(*order)[:limit])


def get_move_task(number: str) -> MoveTaskRow:
    """
    Return one task.

    :raises NotFound: if there is none of this number.
    """
    rows = read_move_tasks(MoveTask.objects.filter(number=number))
    if not rows:
        raise NotFound(kind="move_task", id=number)
    return rows[0]


def find_next(site: str, *, actor: str, at: datetime, place: str = "", sku: str = "") -> str:
    """
    Return the most urgent open task that a scan of its source or its product means.

    A colleague's is left out; empty when there is none.
    """
    query = MoveTask.objects.filter(site=site, state="open").exclude(
        Q(claimed_at__gt=at - CLAIM) & ~Q(claimed_by__in=["", actor])
    )
    if place:
        query = query.filter(from_bin=place)
    if sku:
        query = query.filter(sku=sku)
    found = query.order_by("-priority", "id").values_list("number", flat=True).first()
    return str(found) if found else ""


def read_move_tasks(query: QuerySet[MoveTask]) -> list[MoveTaskRow]:
    """Return the rows of a query over tasks, in its order."""
    rows = list(query)
    skus = masterdata.find_skus({row.sku for row in rows})
    return [
        MoveTaskRow(
            number=row.number,
            site=row.site,
            state=row.state,
            kind=row.kind,
            sku=skus[row.sku],
            lot=row.lot,
            quantity=row.quantity,
            quantity_moved=row.quantity_moved,
            from_bin=row.from_bin,
            to_bin=row.to_bin,
            zone=row.zone,
            priority=row.priority,
            order_number=row.order_number,
            claimed_by=row.claimed_by,
            created_by=row.created_by,
            created_at=row.created_at,
            moved_by=row.moved_by,
            moved_at=row.moved_at,
            moved_to=row.moved_to,
            bin_move_number=row.bin_move_number,
        )
        for row in rows
    ]


def list_pick_faces(site: str, *, limit: int = ROWS_MAX) -> list[PickFaceRow]:
    """Return the pick faces of a warehouse by bin, with what is free and on its way."""
    faces = list(PickFace.objects.filter(site=site).order_by("bin_code", "sku")[:limit])
    skus = masterdata.find_skus({face.sku for face in faces})
    free: dict[tuple[str, str], int] = {}
    balances = several.list_balances_of(book=f"wms:{site}", skus=set(skus), prefix="on_hand/")
    for row in balances:
        place = read_account(row.account)
        if place is not None and place.status == "available":
            key = (place.bin_code, row.sku)
            free[key] = free.get(key, 0) + row.quantity
    tasks = MoveTask.objects.filter(site=site, kind="replenish", state="open")
    incoming = {
        (code, sku): total
        for code, sku, total in tasks.values_list("to_bin", "sku").annotate(Sum("quantity"))
    }
    return [
        PickFaceRow(
            bin_code=face.bin_code,
            sku=skus[face.sku],
            quantity_min=face.quantity_min,
            quantity_max=face.quantity_max,
            quantity_free=free.get((face.bin_code, face.sku), 0),
            quantity_incoming=incoming.get((face.bin_code, face.sku), 0),
        )
        for face in faces
    ]


def list_bulk(site: str, sku: str, *, zone_type: str, today: date) -> list[Giving]:
    """Return the bulk places of a SKU: what is free there, and what open picks wait for there."""
    found = {
        (it.bin_code, it.lot): it
        for it in giving.list_giving(site, sku, today=today)
        if it.zone_type == zone_type
    }
    waiting = (
        Pick.objects.filter(
            order__site=site, sku=sku, state="open", is_bin_scanned=False, claimed_by=""
        )
        .values_list("bin_code", "lot")
        .annotate(total=Sum("quantity"))
    )
    reserved = {(code, lot): total for code, lot, total in waiting}
    bins = masterdata.find_bins(site, {code for code, _ in reserved})
    for (code, lot), total in reserved.items():
        row = bins.get(code)
        if row is not None and row.zone_type == zone_type:
            known = found.get((code, lot)) or Giving(
                bin_code=code,
                quantity=0,
                path=giving.get_path(row),
                zone_type=zone_type,
                lot=lot,
            )
            found[code, lot] = replace(known, quantity=known.quantity + total)
    return list(found.values())


def sum_waiting_in_bulk(wave: str) -> dict[str, int]:
    """Return SKU to what open picks of a wave would take out of bulk bins."""
    picks = Pick.objects.filter(order__wave__number=wave, state="open")
    rows = list(picks.values_list("order__site", "bin_code", "sku", "quantity"))
    if not rows:
        return {}
    bins = masterdata.find_bins(rows[0][0], {code for _, code, _, _ in rows})
    waiting: dict[str, int] = {}
    for _, code, sku, quantity in rows:
        if code in bins and bins[code].zone_type == "storage":
            waiting[sku] = waiting.get(sku, 0) + quantity
    return waiting


def list_sites_with_faces() -> list[str]:
    """Return the sites that keep pick faces, by code."""
    return list(PickFace.objects.values_list("site", flat=True).distinct().order_by("site"))
