"""The transfer note (调拨单): the packing list that travels with the goods."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from yipan.documents.printing import (
    Column,
    Fact,
    Sheet,
    render_sheet,
    write_clock,
    write_day,
    write_quantity,
)
from yipan.erp.papers.lines import write_code, write_goods, write_site
from yipan.erp.queries.transfers import TransferDetail

#: State to what warns the reader of the paper.
STAMPS = {
    "draft": _("Draft"),
    "approved": _("Not released yet"),
    "canceled": _("Canceled"),
}


def print_transfer(order: TransferDetail, *, language: str) -> bytes:
    """
    Return a transfer as PDF: what was to go, what went, and room to write what came.

    :raises PrinterMissing: if this server has no printing.
    :raises FontMissing: if it has no font with Chinese.
    """
    return render_sheet(
        Sheet(
            title=_("Transfer note"),
            number=order.head.number,
            stamp=STAMPS.get(order.head.state, ""),
            facts=_list_facts(order, language=language),
            columns=(
                Column(label="#", is_number=True),
                Column(label=_("Product"), share=1),
                Column(label=_("Barcode")),
                Column(label=_("Ordered"), is_number=True),
                Column(label=_("Shipped"), is_number=True),
                Column(label=_("Counted here")),
            ),
            rows=[
                (
                    str(line.line),
                    write_goods(line.sku, language=language),
                    write_code(line.sku),
                    write_quantity(line.quantity_ordered),
                    write_quantity(line.quantity_shipped),
                    None,
                )
                for line in order.lines
            ],
            totals=(
                Fact(label=_("Ordered"), value=write_quantity(order.head.quantity_ordered)),
                Fact(label=_("Shipped"), value=write_quantity(order.head.quantity_shipped)),
            ),
            notes=(order.note,) if order.note else (),
            signatures=(_("Handed over by"), _("Carried by"), _("Taken in by")),
        ),
        language=language,
    )


def _list_facts(order: TransferDetail, *, language: str) -> tuple[Fact, ...]:
    sender = order.head.from_site
    zone = sender.time_zone if sender is not None else "UTC"
    return (
        write_site(_("From site"), sender, language=language),
        write_site(_("To site"), order.head.to_site, language=language),
        Fact(label=_("Due on"), value=write_day(order.head.due_on, language=language)),
        Fact(
            label=_("Written by"),
            value=order.head.created_by,
            sub=write_clock(order.head.created_at, language=language, time_zone=zone),
        ),
        Fact(label=_("Approved by"), value=order.approved_by or "–"),
        Fact(
            label=_("Shipments"),
            value=", ".join(leg.number for leg in order.shipments) or "–",
        ),
    )
