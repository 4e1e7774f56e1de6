"""Reads of kits (套装): what they are made of, how many could be made, and what was done."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Sum

from yipan.foundation.refusals import NotFound
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SkuRow
from yipan.wms.models import KitPart, KitWork, KitWorkLine
from yipan.wms.models.kit import KitWorkState
from yipan.wms.queries import giving

ROWS_MAX = 1_000


@dataclass(frozen=True, kw_only=True, slots=True)
class PartRow:
    """So many of a part go into one kit; so many are free at the site."""

    sku: SkuRow
    quantity: int
    quantity_free: int


@dataclass(frozen=True, kw_only=True, slots=True)
class KitRow:
    """A kit and its parts; `quantity_free` of it are there, `quantity_possible` could be made."""

    sku: SkuRow
    parts: tuple[PartRow, ...]
    quantity_free: int

    @property
    def quantity_possible(self) -> int:
        """Return how many kits the free parts are enough for."""
        return min((part.quantity_free // part.quantity for part in self.parts), default=0)


@dataclass(frozen=True, kw_only=True, slots=True)
class KitLineRow:
    """What went into the work, or came out of it (`is_made`)."""

    line: int
    is_made: bool
    sku: SkuRow
    lot: str
    bin_code: str
    quantity: int


@dataclass(frozen=True, kw_only=True, slots=True)
class KitWorkRow:
    """Kit work as lists and its page show it; `lines` are empty in lists."""

    number: str
    state: str
    site: str
    work_type: str
    sku: SkuRow
    quantity: int
    bin_code: str
    reason: str
    device: str
    created_by: str
    created_at: datetime
    message_ids: tuple[UUID, ...]
    lines: tuple[KitLineRow, ...] = ()


def list_kits(site: str, *, today: date) -> list[KitRow]:
    """Return the kits of a site by code, with what is free of them and of their parts."""
    rows = list(KitPart.objects.filter(site=site).order_by("kit", "part")[:ROWS_MAX])
    codes = {row.kit for row in rows} | {row.part for row in rows}
    skus = masterdata.find_skus(codes)
    free = {
        sku: sum(it.quantity for it in places)
        for sku, places in giving.list_giving_of(site, codes, today=today).items()
    }
    parts: dict[str, list[PartRow]] = {}
    for row in rows:
        parts.setdefault(row.kit, []).append(
            PartRow(sku=skus[row.part], quantity=row.quantity, quantity_free=free.get(row.part, 0))
        )
    return [
        KitRow(sku=skus[code], parts=tuple(found), quantity_free=free.get(code, 0))
        for code, found in parts.items()
    ]


def list_kit_work(
    *, sites: Collection[str] | None, site: str = "", after: str = "", limit: int = 50
) -> list[KitWorkRow]:
    """Return kit work, the last one first, behind the number `after`."""
    rows = KitWork.objects.all()
    if sites is not None:
        rows = rows.filter(site__in=sites)
    if site:
        rows = rows.filter(site=site)
    if after:
        rows = rows.filter(pk__lt=KitWork.objects.filter(number=after).values("pk"))
    found = list(rows.order_by("-id")[:limit])
    skus = masterdata.find_skus({row.kit for row in found})
    return [_read(row, skus[row.kit]) for row in found]


def get_kit_work(number: str) -> KitWorkRow:
    """
    Return one document with its lines.

    :raises NotFound: if there is none.
    """
    row = KitWork.objects.filter(number=number).first()
    if row is None:
        raise NotFound(kind="kit_work", id=number)
    lines = list(row.lines.order_by("line"))
    skus = masterdata.find_skus({row.kit, *(line.sku for line in lines)})
    return _read(
        row,
        skus[row.kit],
        lines=tuple(
            KitLineRow(
                line=line.line,
                is_made=line.is_made,
                sku=skus[line.sku],
                lot=line.lot,
                bin_code=line.bin_code,
                quantity=line.quantity,
            )
            for line in lines
        ),
    )


def sum_kit_work(site: str) -> dict[str, int]:
    """Return by SKU what went into kits and did not come out, by the documents that stand."""
    standing = KitWorkLine.objects.filter(work__site=site, work__state=KitWorkState.POSTED)
    sums: dict[str, int] = {}
    for sku, is_made, quantity in standing.values_list("sku", "is_made").annotate(Sum("quantity")):
        sums[sku] = sums.get(sku, 0) + (-quantity if is_made else quantity)
    return {sku: quantity for sku, quantity in sums.items() if quantity}


def _read(row: KitWork, sku: SkuRow, *, lines: tuple[KitLineRow, ...] = ()) -> KitWorkRow:
    return KitWorkRow(
        number=row.number,
        state=row.state,
        site=row.site,
        work_type=row.work_type,
        sku=sku,
        quantity=row.quantity,
        bin_code=row.bin_code,
        reason=row.reason,
        device=row.device,
        created_by=row.created_by,
        created_at=row.created_at,
        message_ids=(row.message_id, row.made_message_id),
        lines=lines,
    )
