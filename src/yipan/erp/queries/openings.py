"""Reads of stock openings in the hub."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from yipan.erp.models import StockOpening
from yipan.foundation.refusals import NotFound
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SiteRow, SkuRow


@dataclass(frozen=True, kw_only=True, slots=True)
class OpeningLineRow:
    """How much of a SKU was there."""

    sku: SkuRow
    quantity: int


@dataclass(frozen=True, kw_only=True, slots=True)
class OpeningDetail:
    """An opening as its page shows it, with the message that told of it."""

    number: str
    state: str
    site: SiteRow
    opened_by: str
    occurred_at: datetime
    message_id: UUID
    source: str
    sequence: int | None
    lines: tuple[OpeningLineRow, ...]


def get_opening(number: str) -> OpeningDetail:
    """
    Return one opening with its lines.

    :raises NotFound: if there is none of this number.
    """
    opening = StockOpening.objects.filter(number=number).first()
    if opening is None:
        raise NotFound(kind="stock_opening", id=number)
    skus = masterdata.find_skus({line["sku"] for line in opening.lines})
    return OpeningDetail(
        number=opening.number,
        state=opening.state,
        site=masterdata.get_site(opening.site),
        opened_by=opening.opened_by,
        occurred_at=opening.occurred_at,
        message_id=opening.message_id,
        source=opening.source,
        sequence=opening.sequence,
        lines=tuple(
            OpeningLineRow(sku=skus[line["sku"]], quantity=line["quantity"])
            for line in opening.lines
        ),
    )
