"""The adjustment (库存调整单) on paper: what changes, why, and who said yes."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from yipan.documents.printing import (
    Column,
    Fact,
    Sheet,
    render_sheet,
    write_clock,
    write_money,
    write_quantity,
)
from yipan.documents.printing.sheets import Cell
from yipan.erp.models.adjustment import AdjustmentType
from yipan.erp.papers.lines import write_goods, write_site
from yipan.erp.queries.adjustments import AdjustmentDetail, AdjustmentLineRow

#: State to what warns the reader of the paper.
STAMPS = {
    "draft": _("Draft"),
    "submitted": _("Not approved yet"),
    "rejected": _("Rejected"),
    "recount": _("To be counted again"),
    "canceled": _("Canceled"),
    "reversed": _("Reversed"),
}

STATUS_LABELS: dict[str, str | Promise] = {
    "available": _("Available"),
    "held": _("Held"),
    "reserved": _("Reserved"),
    "quarantine": _("Quarantine"),
    "damaged": _("Damaged"),
    "blocked": _("Blocked"),
}


def print_adjustment(document: AdjustmentDetail, *, language: str, with_cost: bool) -> bytes:
    """
    Return an adjustment as PDF, its value only `with_cost`.

    :raises PrinterMissing: if this server has no printing.
    :raises FontMissing: if it has no font with Chinese.
    """
    head = document.head
    change = head.change if head.sign else head.quantity
    value = f"{head.currency} {write_money(head.value_minor, currency=head.currency)}"
    totals = [Fact(label=_("Change"), value=write_quantity(change))]
    if with_cost:
        totals.append(Fact(label=_("Value"), value=value))
    return render_sheet(
        Sheet(
            title=_("Inventory adjustment"),
            number=head.number,
            stamp=STAMPS.get(head.state, ""),
            facts=_list_facts(document, language=language),
            columns=(
                Column(label="#", is_number=True),
                Column(label=_("Product"), share=2),
                Column(label=_("Place"), share=1),
                Column(label=_("Status"), share=1),
                Column(label=_("Book"), is_number=True),
                Column(label=_("Counted"), is_number=True),
                Column(label=_("Quantity"), is_number=True),
            ),
            rows=[_write_line(line, language=language) for line in document.lines],
            totals=tuple(totals),
            notes=tuple(each for each in (document.evidence, document.decision_note) if each),
            signatures=(_("Asked by"), _("Decided by"), _("Posted by")),
        ),
        language=language,
    )


def _write_line(line: AdjustmentLineRow, *, language: str) -> tuple[Cell, ...]:
    return (
        str(line.line),
        write_goods(line.sku, language=language),
        line.place or "–",
        _write_status(line),
        _write_known(line.quantity_book),
        _write_known(line.quantity_counted),
        write_quantity(line.quantity),
    )


def _write_status(line: AdjustmentLineRow) -> Cell:
    status = STATUS_LABELS.get(line.from_status, line.from_status)
    if not line.to_status:
        return status
    return format_lazy("{} → {}", status, STATUS_LABELS.get(line.to_status, line.to_status))


def _write_known(quantity: int | None) -> str:
    return "–" if quantity is None else write_quantity(quantity)


def _list_facts(document: AdjustmentDetail, *, language: str) -> tuple[Fact, ...]:
    head = document.head
    zone = head.site.time_zone
    facts = [
        write_site(_("Site"), head.site, language=language),
        Fact(label=_("Kind"), value=AdjustmentType(head.adjustment_type).label),
        Fact(label=_("Reason"), value=head.reason or "–"),
        Fact(
            label=_("Asked by"),
            value=head.created_by,
            sub=write_clock(head.submitted_at, language=language, time_zone=zone),
        ),
        Fact(
            label=_("Decided by"),
            value=head.decided_by or "–",
            sub=write_clock(head.decided_at, language=language, time_zone=zone)
            if head.decided_at
            else "",
        ),
        Fact(
            label=_("Posted by"),
            value=document.posted_by or "–",
            sub=write_clock(document.posted_at, language=language, time_zone=zone)
            if document.posted_at
            else "",
        ),
    ]
    if document.cost_center:
        facts.append(Fact(label=_("Cost center"), value=document.cost_center))
    return tuple(facts)
