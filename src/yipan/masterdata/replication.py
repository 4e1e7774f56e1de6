"""How a site system follows the hub's master data: newer versions are taken, others ignored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from yipan.masterdata import queries, records
from yipan.masterdata.models import Barcode, Sku
from yipan.masterdata.rows import SiteRow, SkuRow


@transaction.atomic
def apply_skus(rows: Sequence[SkuRow], *, at: datetime) -> int:
    """
    Take over a run of SKUs, each at its version. Return how many were newer than known.

    A barcode that another SKU still carries here moves to the one the hub names, because
    the messages of two rows may be parted by others. What the hub does not tell (cost,
    external id) stays as it is known here.
    """
    newest: dict[str, SkuRow] = {}
    for row in rows:
        if row.code not in newest or row.version > newest[row.code].version:
            newest[row.code] = records.sort_barcodes(row)
    known = dict(Sku.objects.filter(code__in=newest).values_list("code", "version"))
    newer = [row for code, row in sorted(newest.items()) if row.version > known.get(code, 0)]
    newer = _keep_untold(newer)
    if not newer:
        return 0
    claimed = [barcode.code for row in newer for barcode in row.barcodes]
    moved = Barcode.objects.filter(code__in=claimed, valid_to__isnull=True)
    moved.exclude(sku_id__in=[row.code for row in newer]).update(valid_to=at)
    records.write_skus(newer, at=at)
    return len(newer)


@transaction.atomic
def apply_site(row: SiteRow) -> bool:
    """Take over one site at its version. Return False when this or a newer one is known."""
    known = queries.find_sites([row.code]).get(row.code)
    if known is not None and row.version <= known.version:
        return False
    if known is not None:
        row = replace(
            row,
            address=known.address,
            region=known.region,
            calendar=known.calendar,
            external_id=known.external_id,
        )
    records.write_sites([row])
    return True


def _keep_untold(rows: Sequence[SkuRow]) -> list[SkuRow]:
    untold = Sku.objects.filter(code__in=[row.code for row in rows])
    known = {sku.code: sku for sku in untold.only("code", "cost_minor", "external_id")}
    return [
        replace(row, cost_minor=known[row.code].cost_minor, external_id=known[row.code].external_id)
        if row.code in known
        else row
        for row in rows
    ]
