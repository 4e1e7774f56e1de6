"""The purchase order (采购订单) as its supplier gets it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from yipan.documents.printing import (
    Column,
    Fact,
    Sheet,
    render_sheet,
    write_clock,
    write_day,
    write_money,
    write_quantity,
)
from yipan.erp.papers.lines import write_goods, write_site, write_supplier
from yipan.erp.queries import OrderDetail
from yipan.erp.queries.purchase_orders import OrderLineRow

COLUMNS = (
    Column(label="#", is_number=True),
    Column(label=_("Product"), share=1),
    Column(label=_("Case"), is_number=True),
    Column(label=_("Quantity"), is_number=True),
)
COST_COLUMNS = (
    Column(label=_("Unit cost"), is_number=True),
    Column(label=_("Amount"), is_number=True),
)

#: State to what warns the reader of the paper.
STAMPS = {
    "draft": _("Draft"),
    "approved": _("Not sent yet"),
    "canceled": _("Canceled"),
    "closed_short": _("Closed short"),
}


def print_order(order: OrderDetail, *, language: str, with_cost: bool) -> bytes:
    """
    Return a purchase order as PDF, without what it costs for who may not see that.

    :raises PrinterMissing: if this server has no printing.
    :raises FontMissing: if it has no font with Chinese.
    """
    return render_sheet(
        Sheet(
            title=_("Purchase order"),
            number=order.number,
            stamp=STAMPS.get(order.state, ""),
            facts=_list_facts(order, language=language),
            columns=(*COLUMNS, *(COST_COLUMNS if with_cost else ())),
            rows=[
                (
                    str(line.line),
                    write_goods(line.sku, language=language),
                    write_quantity(line.sku.case_size),
                    write_quantity(line.quantity_ordered),
                    *(_write_cost(line, currency=order.currency) if with_cost else ()),
                )
                for line in order.lines
            ],
            totals=_list_totals(order, with_cost=with_cost),
            notes=(order.note,) if order.note else (),
            signatures=(_("Ordered by"), _("Approved by"), _("Confirmed by the supplier")),
        ),
        language=language,
    )


def _write_cost(line: OrderLineRow, *, currency: str) -> tuple[str, str]:
    return (
        write_money(line.unit_cost_minor, currency=currency),
        write_money(line.amount_minor, currency=currency),
    )


def _list_totals(order: OrderDetail, *, with_cost: bool) -> tuple[Fact, ...]:
    quantity = Fact(label=_("Quantity"), value=write_quantity(order.quantity_ordered))
    if not with_cost:
        return (quantity,)
    amount = write_money(order.value_minor, currency=order.currency)
    return (quantity, Fact(label=_("Amount"), value=f"{order.currency} {amount}"))


def _list_facts(order: OrderDetail, *, language: str) -> tuple[Fact, ...]:
    zone = order.site.time_zone
    return (
        write_supplier(_("Supplier"), order.supplier, language=language),
        write_site(_("Deliver to"), order.site, language=language),
        Fact(label=_("Expected on"), value=write_day(order.expected_on, language=language)),
        Fact(
            label=_("Written by"),
            value=order.created_by,
            sub=write_clock(order.created_at, language=language, time_zone=zone),
        ),
        Fact(label=_("Approved by"), value=order.approved_by or "–"),
        Fact(
            label=_("Tolerance"),
            value=f"+{order.tolerance_percent} %" if order.tolerance_percent else _("none"),
        ),
    )
