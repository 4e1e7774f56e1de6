"""Asking the hub for goods on a handheld (要货): scan, how many, post; and what became of it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from yipan.access.doors import page
from yipan.documents.doors import get_trace, tell
from yipan.foundation.ids import make_id
from yipan.foundation.moments import read_day
from yipan.foundation.refusals import Refusal
from yipan.masterdata.rows import SiteRow
from yipan.pos import queries
from yipan.pos.documents import replenishment
from yipan.pos.documents.replenishment import Need
from yipan.pos.queries import RequestFilter
from yipan.pos.views.scanned import find_scanned
from yipan.pos.views.sites import get_store
from yipan.pos.views.stock_work import read_id
from yipan.pos.views.transfers import read_quantity

ROWS_SHOWN_MAX = 50


@require_http_methods(["GET", "POST"])
@page(action="pos.request_goods")
def show_requests(request: HttpRequest) -> HttpResponse:
    """Show what was asked for and what came of it; take a new request."""
    store = get_store(request)
    if request.method == "POST" and _submit(request, store):
        return redirect(f"{reverse('pos:requests')}?{urlencode({'site': store.code})}")
    found = find_scanned(request, store)
    which = RequestFilter(sites=frozenset({store.code}))
    context = {
        "store": store,
        "found": found,
        "rows": queries.list_requests(which, limit=ROWS_SHOWN_MAX),
        "quantity": request.POST.get("quantity", ""),
        "message_id": make_id(),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "pos/requests.html", context, status=status)


def _submit(request: HttpRequest, store: SiteRow) -> bool:
    """Ask the hub; return whether the page is done with it."""
    quantity = read_quantity(request.POST.get("quantity", ""))
    if not quantity:
        messages.error(request, _("Say how many you need: a number up to 99,999."))
        return False
    need_by = read_day(request.POST.get("need_by", ""))
    need = Need(
        site=store.code, sku=request.POST.get("sku", ""), quantity=quantity, need_by=need_by
    )
    try:
        asked = replenishment.submit(
            need=need,
            by=get_trace(request, reason=request.POST.get("note", "")),
            at=timezone.now(),
            message_id=read_id(request.POST.get("message_id", "")),
        )
    except Refusal as refusal:
        messages.error(request, tell(refusal))
        return False
    messages.success(request, _("%(number)s is sent to the hub.") % {"number": asked.number})
    return True
