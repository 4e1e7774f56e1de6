"""
Replenishment of pick faces (补货): tasks out of the bulk zones, by the clock and before a wave.

What expires first, then what came first, goes to the pick face first.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Sum

from yipan.documents import told
from yipan.foundation.refusals import Refusal
from yipan.ledger import several
from yipan.ledger.moves import Trace
from yipan.masterdata import queries as masterdata
from yipan.masterdata.refusals import BinUnknown
from yipan.wms.documents.outbound import move_task
from yipan.wms.documents.outbound.move_task import Needed
from yipan.wms.models import MoveTask, PickFace
from yipan.wms.models.move_task import MoveTaskKind, MoveTaskState
from yipan.wms.queries import pick_faces
from yipan.wms.rules import outbound as rules
from yipan.wms.rules.places import read_account
from yipan.wms.rules.replenishing import Face, get_quantity_needed

#: Bulk goods come from zones of this type.
BULK_ZONE = "storage"
FACES_MAX = 20_000

#: Tasks a wave waits for go before the clock's.
PRIORITY_WAVE = 10


class FaceBounds(Refusal):
    """The minimum of a pick face is less than its maximum, and neither is below zero."""

    code = "pick_face.bounds"
    status = 422


@dataclass(frozen=True, kw_only=True, slots=True)
class FaceRow:
    """A SKU in a bin, and between which quantities it is kept; a maximum of 0 ends it."""

    bin_code: str
    sku: str
    quantity_min: int
    quantity_max: int


@transaction.atomic
def set_faces(*, site: str, rows: Sequence[FaceRow]) -> int:
    """
    Write down pick faces, new ones and changed ones. Return how many.

    :raises FaceBounds: if a minimum is not below its maximum.
    :raises BinUnknown: if a bin is not one of the site's.
    """
    told.require_few(rows)
    told.require_known(sites=[site], skus={row.sku for row in rows})
    codes = {row.bin_code for row in rows}
    missing = sorted(codes.difference(masterdata.find_bins(site, codes)))
    if missing:
        raise BinUnknown(site=site, bin=missing[0])
    for row in rows:
        is_end = row.quantity_max == 0
        if not is_end and not 0 <= row.quantity_min < row.quantity_max:
            raise FaceBounds(bin=row.bin_code, sku=row.sku)
        told.require_plausible([(row.sku, row.quantity_max)])
        known = PickFace.objects.filter(site=site, bin_code=row.bin_code, sku=row.sku)
        if is_end:
            known.delete()
        else:
            PickFace.objects.update_or_create(
                site=site,
                bin_code=row.bin_code,
                sku=row.sku,
                defaults={"quantity_min": row.quantity_min, "quantity_max": row.quantity_max},
            )
    return len(rows)


@transaction.atomic
def replenish(
    *,
    site: str,
    by: Trace,
    at: datetime,
    skus: Collection[str] | None = None,
    wave: str = "",
) -> list[MoveTask]:
    """
    Raise tasks for the pick faces that are due; one is open per SKU and bin at a time.

    With a wave, those of its picks that wait in bulk count as wanted, and its tasks go first.
    Run twice, the second run finds all of it on its way.
    """
    rows = PickFace.objects.select_for_update().filter(site=site)
    if skus is not None:
        rows = rows.filter(sku__in=list(skus))
    faces = list(rows.order_by("sku", "bin_code")[:FACES_MAX])
    if not faces:
        return []
    levels = _read_levels(site, faces)
    incoming = _read_incoming(site)
    today = masterdata.get_business_date(site, at)
    wanted = pick_faces.sum_waiting_in_bulk(wave) if wave else {}
    needed: list[Needed] = []
    for face in faces:
        key = (face.bin_code, face.sku)
        quantity = get_quantity_needed(
            Face(
                quantity_min=face.quantity_min,
                quantity_max=face.quantity_max,
                free=levels.get((*key, "available"), 0),
                reserved=levels.get((*key, "reserved"), 0),
                incoming=incoming.get(key, 0),
                wanted=wanted.pop(face.sku, 0),
            )
        )
        if quantity and key not in incoming:
            needed += _find_source(
                site, face, quantity=quantity, is_for_wave=bool(wave), today=today
            )
    return move_task.raise_tasks(site, needed, by=by, at=at)


def _find_source(
    site: str, face: PickFace, *, quantity: int, is_for_wave: bool, today: date
) -> list[Needed]:
    """Return the task that fills a pick face: one bulk bin, so that it is two scans."""
    bulk = pick_faces.list_bulk(site, face.sku, zone_type=BULK_ZONE, today=today)
    shares = rules.choose_bins(giving=bulk, quantity=quantity)
    if not shares:
        return []
    return [
        Needed(
            kind=MoveTaskKind.REPLENISH,
            sku=face.sku,
            lot=shares[0].lot,
            quantity=shares[0].quantity,
            from_bin=shares[0].bin_code,
            to_bin=face.bin_code,
            priority=PRIORITY_WAVE if is_for_wave else 0,
        )
    ]


def _read_levels(site: str, faces: Sequence[PickFace]) -> dict[tuple[str, str, str], int]:
    """Return (bin, SKU, status) to quantity, of the SKUs of the faces."""
    rows = several.list_balances_of(
        book=f"wms:{site}", skus={face.sku for face in faces}, prefix="on_hand/"
    )
    levels: dict[tuple[str, str, str], int] = {}
    for row in rows:
        place = read_account(row.account)
        assert place is not None
        key = (place.bin_code, row.sku, str(place.status))
        levels[key] = levels.get(key, 0) + max(0, row.quantity)
    return levels


def _read_incoming(site: str) -> dict[tuple[str, str], int]:
    """Return (bin, SKU) to what open tasks bring."""
    tasks = MoveTask.objects.filter(
        site=site, kind=MoveTaskKind.REPLENISH, state=MoveTaskState.OPEN
    )
    return {
        (bin_code, sku): total
        for bin_code, sku, total in tasks.values_list("to_bin", "sku").annotate(Sum("quantity"))
    }
