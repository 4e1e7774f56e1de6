"""Writing and changing a purchase order: its head, and the editor of its lines."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.access.site_choice import find_chosen_site
from yipan.documents.doors import get_trace, tell
from yipan.erp import queries
from yipan.erp.documents.purchasing import purchase_order
from yipan.erp.documents.purchasing.purchase_order import Ordered
from yipan.erp.forms import (
    LineEntry,
    OrderForm,
    add_offers,
    make_line,
    make_offered_line,
    read_lines,
)
from yipan.erp.models import PurchaseOrder
from yipan.foundation.refusals import Refusal
from yipan.masterdata import queries as masterdata

HITS_MAX = 8
TEXT_LENGTH_MAX = 96


@require_http_methods(["GET", "POST"])
@page(action="erp.purchase_order.write")
def create_order(request: HttpRequest) -> HttpResponse:
    """Write a new order."""
    form = _make_form(request, initial=_suggest(request))
    lines = read_lines(request.POST, currency=form.get_currency())
    if request.method == "POST" and _is_right(form, lines):
        ordered = form.read(lines)
        get_actor(request).require_site(ordered.site)
        order = _try(request, ordered)
        if order is not None:
            messages.success(request, _("Written. Another person has to approve it."))
            return redirect("erp:purchase_order", number=order.number)
    return _show(request, form=form, lines=lines)


@require_http_methods(["GET", "POST"])
@page(action="erp.purchase_order.write")
def edit_order(request: HttpRequest, number: str) -> HttpResponse:
    """Change a draft."""
    order = queries.get_order(number)
    get_actor(request).require_site(order.site.code)
    if order.state != "draft":
        messages.error(request, _("The order is no draft any more and cannot be changed."))
        return redirect("erp:purchase_order", number=number)
    form = _make_form(
        request,
        initial={
            "site": order.site.code,
            "supplier": order.supplier.code,
            "expected_on": order.expected_on,
            "note": order.note,
            "version": order.version,
        },
    )
    if request.method == "GET":
        lines = [
            make_line(
                line.sku, quantity=line.quantity_ordered, unit_cost_minor=line.unit_cost_minor
            )
            for line in order.lines
        ]
        return _show(request, form=form, lines=lines, number=number)
    lines = read_lines(request.POST, currency=form.get_currency())
    if _is_right(form, lines):
        version = form.cleaned_data["version"] or 0
        if _try(request, form.read(lines), number=number, version=version) is not None:
            messages.success(request, _("Saved."))
            return redirect("erp:purchase_order", number=number)
    return _show(request, form=form, lines=lines, number=number)


@require_GET
@page(action="erp.purchase_order.write")
def find_goods(request: HttpRequest) -> HttpResponse:
    """Search goods for the line editor (a fragment)."""
    text = request.GET.get("goods", "")[:TEXT_LENGTH_MAX]
    hits = masterdata.search_skus(text, HITS_MAX)
    context = {"hits": hits, "text": text, "line_url": "erp:add_line", "with_cost": True}
    return render(request, "erp/_goods_hits.html", context)


@require_GET
@page(action="erp.purchase_order.write")
def add_line(request: HttpRequest) -> HttpResponse:
    """Give a new line of the editor for a SKU, at the supplier's price (a fragment)."""
    sku = masterdata.get_sku(request.GET.get("code", ""))
    chosen = request.GET.get("supplier", "")
    line = make_offered_line(
        sku, supplier=masterdata.find_suppliers([chosen]).get(chosen), on=timezone.localdate()
    )
    return render(request, "erp/_order_line.html", {"line": line})


def _make_form(request: HttpRequest, *, initial: dict[str, object]) -> OrderForm:
    actor = get_actor(request)
    return OrderForm(
        request.POST if request.method == "POST" else None,
        initial=initial,
        sites=masterdata.list_sites(site_type="warehouse", only=actor.sites),
        suppliers=masterdata.list_suppliers(only_active=True),
    )


def _suggest(request: HttpRequest) -> dict[str, object]:
    """Return what a new order most probably is: to the chosen site, after the lead time."""
    suppliers = masterdata.list_suppliers(only_active=True, limit=1)
    days = suppliers[0].lead_time_days if suppliers else 7
    return {
        "site": find_chosen_site(request, actor=get_actor(request)),
        "supplier": suppliers[0].code if suppliers else "",
        "expected_on": timezone.localdate() + timedelta(days=days),
    }


def _is_right(form: OrderForm, lines: list[LineEntry]) -> bool:
    if not lines:
        form.add_error(
            None, _("An order needs at least one line: search for a product and add it.")
        )
    return form.is_valid() and not any(line.errors for line in lines)


def _try(
    request: HttpRequest, ordered: Ordered, *, number: str = "", version: int = 0
) -> PurchaseOrder | None:
    """Write the order down; tell why not, and return None, when it is refused."""
    trace, at = get_trace(request), timezone.now()
    try:
        if number:
            return purchase_order.edit(
                number=number, ordered=ordered, version=version, by=trace, at=at
            )
        return purchase_order.create(ordered=ordered, by=trace, at=at)
    except Refusal as refusal:
        messages.error(request, f"{tell(refusal)} ({refusal.code})")
        return None


def _show(
    request: HttpRequest, *, form: OrderForm, lines: list[LineEntry], number: str = ""
) -> HttpResponse:
    supplier = form.find_supplier()
    for line in lines:
        if request.method == "GET":
            line.check(currency=form.get_currency())
    add_offers(lines, supplier=supplier.code if supplier else "", on=timezone.localdate())
    context = {
        "form": form,
        "lines": lines,
        "number": number,
        "currency": form.get_currency(),
        "supplier": supplier,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "erp/purchase_order_form.html", context, status=status)
