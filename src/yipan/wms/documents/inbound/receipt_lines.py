"""The lines of a receipt: what came by SKU and lot, with the evidence of its last scan."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from yipan.documents.evidence import Evidence, Stamp
from yipan.messages.wms import ReceivedLine
from yipan.wms import queries
from yipan.wms.models import InboundOrder, Receipt, ReceiptLine, ReceiptScan


def write(
    receipt: Receipt,
    *,
    order: InboundOrder | None,
    lines: Sequence[ReceivedLine],
    at: datetime,
) -> None:
    """Write the lines of a receipt that is posted now."""
    scans = queries.find_last_scans(receipt)
    ReceiptLine.objects.bulk_create(
        ReceiptLine(
            receipt=receipt,
            line=line.line,
            sku=line.sku,
            lot=line.lot,
            expires_on=date.fromisoformat(line.expires_on) if line.expires_on else None,
            quantity_sound=line.quantity_sound,
            quantity_damaged=line.quantity_damaged,
            quantity_blocked=line.quantity_blocked,
            quantity_quarantine=line.quantity_quarantine,
            quantity_wrong=line.quantity_wrong,
            note=line.note,
            serials=list(line.serials),
            **_gather(receipt, order, line, scans.get((line.sku, line.lot))).make_columns(at=at),
        )
        for line in lines
    )


def _gather(
    receipt: Receipt, order: InboundOrder | None, line: ReceivedLine, scan: ReceiptScan | None
) -> Evidence:
    partner = receipt.partner_document
    if order is not None:
        partner = order.purchase_order_number or order.transfer_number or order.number
    return Evidence(
        capture_mode=line.capture_mode,
        quantity_entered=scan.quantity if scan else None,
        units_per_pack=scan.pack_size if scan else None,
        barcode_scanned=scan.text if scan else "",
        quantity_expected=line.quantity_expected,
        was_expected_shown=bool(scan and scan.was_expected_shown),
        counterpart_document=partner,
        counterpart_line=line.line or None,
        package_id=line.package_id,
        actor=scan.actor if scan else receipt.posted_by,
        device=scan.device if scan else receipt.device,
        stamp=Stamp(
            device_sequence=scan.device_sequence,
            occurred_at=scan.occurred_at or scan.at,
            sent_at=scan.sent_at,
        )
        if scan
        else Stamp(),
    )
