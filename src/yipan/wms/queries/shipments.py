"""Reads of shipments (发货单) and spot counts (抽盘). Quantities in smallest units."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from yipan.foundation.refusals import NotFound
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SiteRow, SkuRow
from yipan.wms.models import Shipment, SpotCount


@dataclass(frozen=True, kw_only=True, slots=True)
class ShipmentLineRow:
    """What left of one line."""

    line: int
    sku: SkuRow
    quantity: int
    quantity_expected: int | None
    capture_mode: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ShipmentDetail:
    """A shipment as its page shows it."""

    number: str
    site: SiteRow
    state: str
    order: str
    order_type: str
    document_number: str
    ship_to: str
    is_last: bool
    carrier: str
    tracking: str
    device: str
    created_by: str
    created_at: datetime
    message_ids: tuple[UUID, ...]
    lines: tuple[ShipmentLineRow, ...]

    @property
    def book_code(self) -> str:
        """Return the book it posts into."""
        return f"wms:{self.site.code}"


@dataclass(frozen=True, kw_only=True, slots=True)
class SpotCountRow:
    """A bin somebody should look at, or has."""

    number: str
    site: str
    state: str
    reason: str
    bin_code: str
    sku: SkuRow
    quantity_book: int
    quantity_found: int
    partner_number: str
    created_by: str
    created_at: datetime


def get_shipment(number: str) -> ShipmentDetail:
    """
    Return one shipment.

    :raises NotFound: if there is none of this number.
    """
    row = Shipment.objects.filter(number=number).select_related("order").first()
    if row is None:
        raise NotFound(kind="shipment", id=number)
    lines = list(row.lines.order_by("line"))
    skus = masterdata.find_skus({line.sku for line in lines})
    ids = [row.message_id, *([row.reversed_message_id] if row.reversed_message_id else [])]
    return ShipmentDetail(
        number=row.number,
        site=masterdata.get_site(row.site),
        state=row.state,
        order=row.order.number,
        order_type=row.order.order_type,
        document_number=row.order.document_number,
        ship_to=row.order.ship_to_name or row.order.ship_to,
        is_last=row.is_last,
        carrier=row.carrier,
        tracking=row.tracking,
        device=row.device,
        created_by=row.created_by,
        created_at=row.created_at,
        message_ids=tuple(ids),
        lines=tuple(
            ShipmentLineRow(
                line=line.line,
                sku=skus[line.sku],
                quantity=line.quantity,
                quantity_expected=line.quantity_expected,
                capture_mode=line.capture_mode,
            )
            for line in lines
        ),
    )


def list_spot_counts(*, site: str, only_open: bool = True, limit: int = 100) -> list[SpotCountRow]:
    """Return the bins of a warehouse that are in doubt, the last one first."""
    query = SpotCount.objects.filter(site=site)
    if only_open:
        query = query.filter(state="open")
    rows = list(query.order_by("-id")[:limit])
    skus = masterdata.find_skus({row.sku for row in rows})
    return [
        SpotCountRow(
            number=row.number,
            site=row.site,
            state=row.state,
            reason=row.reason,
            bin_code=row.bin_code,
            sku=skus[row.sku],
            quantity_book=row.quantity_book,
            quantity_found=row.quantity_found,
            partner_number=row.partner_number,
            created_by=row.created_by,
            created_at=row.created_at,
        )
        for row in rows
    ]
