"""The register: a page for touch and keyboard, and the customer's window beside it."""

from __future__ import annotations

from pathlib import Path

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.foundation.refusals import NotFound
from yipan.pos import queries
from yipan.pos.documents import register
from yipan.pos.views.sites import allow_bridge, find_store, get_store, list_stores

TILL_LENGTH_MAX = 32


@require_GET
@page(action="pos.sell")
def show_register(request: HttpRequest) -> HttpResponse:
    """Show the register of a store: ticket, quick keys, total and tenders."""
    actor = get_actor(request)
    store = get_store(request)
    tills = queries.list_tills(sites=actor.sites, site=store.code)
    wanted = request.GET.get("till", "")[:TILL_LENGTH_MAX]
    till = next((row for row in tills if row.code == wanted), tills[0] if tills else None)
    allow_bridge(request, store.code)
    context = {
        "store": store,
        "stores": list_stores(request),
        "tills": tills,
        "till": till,
        "new_till": f"{store.code}-{len(tills) + 1}",
        "quick": queries.list_quick_goods(store.code),
        "person": actor.name,
        "may_refund": actor.may("pos.refund"),
        "may_override": actor.may("pos.override"),
    }
    return render(request, "pos/register.html", context)


@require_POST
@page(action="pos.sell")
def open_till(request: HttpRequest) -> HttpResponse:
    """Make a register of the store known, and go to it."""
    store = get_store(request)
    code = request.POST.get("till", "")[:TILL_LENGTH_MAX]
    till = register.open_till(site=store.code, code=code, at=timezone.now())
    return redirect(f"{request.path.removesuffix('/open')}?site={store.code}&till={till.code}")


@require_GET
@page(action="pos.sell")
def show_display(request: HttpRequest) -> HttpResponse:
    """Show the customer's window of a till: a second screen tells what the register does."""
    store = find_store(request)
    tills = queries.list_tills(
        sites=get_actor(request).sites, site=store.code if store is not None else ""
    )
    named = request.GET.get("till", "")[:TILL_LENGTH_MAX]
    till = next((row for row in tills if row.code == named or not named), None)
    if till is None:
        raise NotFound(kind="till", id=named)
    return render(request, "pos/display.html", {"till": till, "store": till.site})


@require_GET
@page(action="pos.sell")
def serve_worker(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - the same for all
    """Give the service worker: it lives here, so that it may serve all pages of a store."""
    found = finders.find("pos/worker.js")
    assert isinstance(found, str), "the worker is among our static files"
    code = Path(found).read_text(encoding="utf-8")
    return HttpResponse(code, content_type="text/javascript; charset=utf-8")
