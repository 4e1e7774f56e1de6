"""The goods receipt (收货单) on paper: what came of what was expected."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from yipan.documents.printing import (
    Column,
    Fact,
    Sheet,
    render_sheet,
    write_clock,
    write_quantity,
)
from yipan.erp.papers.lines import write_goods, write_site, write_supplier
from yipan.erp.queries import ReceiptDetail

#: State to what warns the reader of the paper.
STAMPS = {"reversed": _("Reversed")}


def print_receipt(receipt: ReceiptDetail, *, language: str) -> bytes:
    """
    Return a goods receipt as PDF.

    :raises PrinterMissing: if this server has no printing.
    :raises FontMissing: if it has no font with Chinese.
    """
    head = receipt.head
    return render_sheet(
        Sheet(
            title=_("Goods receipt"),
            number=head.number,
            stamp=STAMPS.get(head.state, ""),
            facts=_list_facts(receipt, language=language),
            columns=(
                Column(label=_("Product"), share=1),
                Column(label=_("Expected quantity"), is_number=True),
                Column(label=_("Sound"), is_number=True),
                Column(label=_("Damaged"), is_number=True),
                Column(label=_("Blocked"), is_number=True),
                Column(label=_("Total"), is_number=True),
            ),
            rows=[
                (
                    write_goods(line.sku, language=language),
                    "–"
                    if line.quantity_expected is None
                    else write_quantity(line.quantity_expected),
                    write_quantity(line.quantity_sound),
                    write_quantity(line.quantity_damaged),
                    write_quantity(line.quantity_blocked),
                    write_quantity(line.quantity_total),
                )
                for line in receipt.lines
            ],
            totals=(
                Fact(label=_("Sound"), value=write_quantity(head.quantity_sound)),
                Fact(label=_("Damaged"), value=write_quantity(head.quantity_damaged)),
                Fact(label=_("Blocked"), value=write_quantity(head.quantity_blocked)),
            ),
            signatures=(_("Taken in by"), _("Checked by")),
        ),
        language=language,
    )


def _list_facts(receipt: ReceiptDetail, *, language: str) -> tuple[Fact, ...]:
    head = receipt.head
    zone = head.site.time_zone
    return (
        write_supplier(_("Supplier"), head.supplier, language=language),
        write_site(_("Site"), head.site, language=language),
        Fact(
            label=_("Purchase order"),
            value=head.purchase_order_number or _("blind receipt"),
            sub=receipt.inbound_order_number,
        ),
        Fact(
            label=_("Taken in"),
            value=write_clock(head.received_at, language=language, time_zone=zone),
            sub=receipt.site_number,
        ),
        Fact(label=_("Taken in by"), value=head.received_by or "–"),
        Fact(
            label=_("Booked"),
            value=write_clock(head.posted_at, language=language, time_zone=zone),
        ),
    )
