"""The form of a transfer order: head, lines, and the search for goods to add."""

from __future__ import annotations

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
from yipan.erp.documents.transfers import transfer_order
from yipan.erp.documents.transfers.transfer_order import Transferred
from yipan.erp.forms import LineEntry, TransferForm, make_line, read_goods
from yipan.erp.models import TransferOrder
from yipan.erp.queries import transfers
from yipan.foundation.refusals import Refusal
from yipan.masterdata import queries as masterdata

HITS_MAX = 8
TEXT_LENGTH_MAX = 96


@require_http_methods(["GET", "POST"])
@page(action="erp.transfer_order.write")
def create_transfer(request: HttpRequest) -> HttpResponse:
    """Write a new transfer."""
    form = _make_form(request, initial=_suggest(request))
    lines = read_goods(request.POST)
    if request.method == "POST" and _is_right(form, lines):
        order = _try(request, form.read(lines))
        if order is not None:
            messages.success(request, _("Written. Another person has to approve it."))
            return redirect("erp:transfer", number=order.number)
    return _show(request, form=form, lines=lines)


@require_http_methods(["GET", "POST"])
@page(action="erp.transfer_order.write")
def edit_transfer(request: HttpRequest, number: str) -> HttpResponse:
    """Change a draft."""
    get_actor(request).require_any_site(*transfers.get_transfer_sites(number))
    order = transfers.get_transfer(number)
    if order.head.state != "draft":
        messages.error(request, _("The transfer is no draft any more and cannot be changed."))
        return redirect("erp:transfer", number=number)
    assert order.head.from_site is not None, "a draft knows its sender"
    assert order.head.to_site is not None, "a draft knows its receiver"
    form = _make_form(
        request,
        initial={
            "from_site": order.head.from_site.code,
            "to_site": order.head.to_site.code,
            "due_on": order.head.due_on,
            "note": order.note,
            "version": order.version,
        },
    )
    if request.method == "GET":
        lines = [make_line(line.sku, quantity=line.quantity_ordered) for line in order.lines]
        return _show(request, form=form, lines=lines, number=number)
    lines = read_goods(request.POST)
    if _is_right(form, lines):
        version = form.cleaned_data["version"] or 0
        if _try(request, form.read(lines), number=number, version=version) is not None:
            messages.success(request, _("Saved."))
            return redirect("erp:transfer", number=number)
    return _show(request, form=form, lines=lines, number=number)


@require_GET
@page(action="erp.transfer_order.write")
def find_goods(request: HttpRequest) -> HttpResponse:
    """Search goods for the line editor (a fragment)."""
    text = request.GET.get("goods", "")[:TEXT_LENGTH_MAX]
    hits = masterdata.search_skus(text, HITS_MAX)
    context = {"hits": hits, "text": text, "line_url": "erp:add_transfer_line"}
    return render(request, "erp/_goods_hits.html", context)


@require_GET
@page(action="erp.transfer_order.write")
def add_line(request: HttpRequest) -> HttpResponse:
    """Give a new line of the editor for a SKU (a fragment)."""
    sku = masterdata.get_sku(request.GET.get("code", ""))
    return render(request, "erp/_transfer_line.html", {"line": make_line(sku)})


def _make_form(request: HttpRequest, *, initial: dict[str, object]) -> TransferForm:
    return TransferForm(
        request.POST if request.method == "POST" else None,
        initial=initial,
        sites=masterdata.list_sites(only=get_actor(request).sites),
    )


def _suggest(request: HttpRequest) -> dict[str, object]:
    """Return what a new transfer most probably is: out of a warehouse to the chosen store."""
    actor = get_actor(request)
    chosen = find_chosen_site(request, actor=actor)
    sites = masterdata.list_sites(only=actor.sites)
    sources = [row.code for row in sites if row.site_type == "warehouse" and row.code != chosen]
    stores = [row.code for row in sites if row.site_type == "store"]
    return {
        "from_site": sources[0] if sources else "",
        "to_site": chosen or (stores[0] if stores else ""),
    }


def _is_right(form: TransferForm, lines: list[LineEntry]) -> bool:
    if not lines:
        form.add_error(
            None, _("A transfer needs at least one line: search for a product and add it.")
        )
    return form.is_valid() and not any(line.errors for line in lines)


def _try(
    request: HttpRequest, wanted: Transferred, *, number: str = "", version: int = 0
) -> TransferOrder | None:
    """Write the transfer down; tell why not, and return None, when it is refused."""
    trace, at = get_trace(request), timezone.now()
    try:
        if number:
            return transfer_order.edit(
                number=number, wanted=wanted, version=version, by=trace, at=at
            )
        return transfer_order.create(wanted=wanted, by=trace, at=at)
    except Refusal as refusal:
        messages.error(request, f"{tell(refusal)} ({refusal.code})")
        return None


def _show(
    request: HttpRequest, *, form: TransferForm, lines: list[LineEntry], number: str = ""
) -> HttpResponse:
    context = {"form": form, "lines": lines, "number": number}
    status = 422 if request.method == "POST" else 200
    return render(request, "erp/transfer_form.html", context, status=status)
