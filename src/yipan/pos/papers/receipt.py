"""The receipt (小票) as PDF: what the customer got on paper, from the store's book."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from yipan.documents.printing import (
    draw_barcode,
    name_of,
    render,
    write_clock,
    write_money,
    write_quantity,
)
from yipan.pos.queries import TicketDetail

TENDERS = {"cash": _("Cash"), "card": _("Card"), "mobile": _("Mobile")}


def print_receipt(ticket: TicketDetail, *, language: str) -> bytes:
    """
    Return the receipt of a ticket as PDF, 72 mm wide; it says that it is a copy.

    :raises PrinterMissing: if this server has no printing.
    :raises FontMissing: if it has no font with Chinese.
    """
    head = ticket.head

    def money(minor: int) -> str:
        return write_money(minor, currency=head.currency)

    return render(
        template="pos/receipt",
        data={
            "title": name_of(head.site, language=language),
            "copy": _("COPY"),
            "number": head.number,
            "code": draw_barcode(head.number),
            "at": write_clock(head.occurred_at, language=language, time_zone=head.site.time_zone),
            "till": head.till,
            "cashier": head.cashier,
            "lines": [
                {
                    "name": name_of(line.sku, language=language),
                    "much": f"{write_quantity(line.quantity)} × {line.sku.code}",
                    "amount": money(line.amount_minor),
                }
                for line in ticket.lines
            ],
            "total_label": _("Total"),
            "total": f"{head.currency} {money(head.total_minor)}",
            "tenders": [
                {"name": TENDERS.get(paid.tender, paid.tender), "amount": money(paid.amount_minor)}
                for paid in ticket.tenders
            ],
        },
        language=language,
    )
