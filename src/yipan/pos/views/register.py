"""The register: a page for touch and keyboard. Its tickets go through the public API."""

from __future__ import annotations

from pathlib import Path

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.foundation.refusals import NotFound, Refusal
from yipan.masterdata.rows import SkuRow
from yipan.pos import queries
from yipan.pos.documents import register
from yipan.pos.queries import GoodsRow
from yipan.pos.views.sites import find_store, list_stores

TEXT_LENGTH_MAX = 96
TILL_LENGTH_MAX = 32


@require_GET
@page(action="pos.sell")
def show_register(request: HttpRequest) -> HttpResponse:
    """Show the register of a store: ticket, quick keys, total and tenders."""
    actor = get_actor(request)
    store = find_store(request)
    if store is None:
        raise NotFound(kind="site")
    tills = queries.list_tills(sites=actor.sites, site=store.code)
    wanted = request.GET.get("till", "")[:TILL_LENGTH_MAX]
    till = next((row for row in tills if row.code == wanted), tills[0] if tills else None)
    context = {
        "store": store,
        "stores": list_stores(request),
        "tills": tills,
        "till": till,
        "new_till": f"{store.code}-{len(tills) + 1}",
        "quick": queries.list_quick_goods(store.code),
        "recent": queries.list_register_tickets(till.code) if till else [],
        "may_refund": actor.may("pos.refund"),
    }
    return render(request, "pos/register.html", context)


@require_POST
@page(action="pos.sell")
def open_till(request: HttpRequest) -> HttpResponse:
    """Make a register of the store known, and go to it."""
    store = find_store(request)
    if store is None:
        raise NotFound(kind="site")
    code = request.POST.get("till", "")[:TILL_LENGTH_MAX]
    till = register.open_till(site=store.code, code=code, at=timezone.now())
    return redirect(f"{request.path.removesuffix('/open')}?site={store.code}&till={till.code}")


@require_GET
@page(action="pos.sell")
def read_catalog(request: HttpRequest) -> JsonResponse:
    """Give a page of the goods a register keeps, so that a scan is known without a network."""
    store = find_store(request)
    if store is None:
        raise NotFound(kind="site")
    after = request.GET.get("after", "")[:TEXT_LENGTH_MAX]
    rows = queries.list_catalog(store.code, after=after)
    is_full = len(rows) == queries.CATALOG_MAX
    next_after = rows[-1].sku.code if is_full else ""
    return JsonResponse({"goods": [_describe(row) for row in rows], "after": next_after})


@require_GET
@page(action="pos.sell")
def serve_worker(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - the same for all
    """Give the service worker: it lives here, so that it may serve all pages of a store."""
    found = finders.find("pos/worker.js")
    assert isinstance(found, str), "the worker is among our static files"
    code = Path(found).read_text(encoding="utf-8")
    return HttpResponse(code, content_type="text/javascript; charset=utf-8")


@require_GET
@page(action="pos.sell")
def find_goods(request: HttpRequest) -> JsonResponse:
    """Find what is not in the register's memory: by scan, else by words."""
    store = find_store(request)
    if store is None:
        raise NotFound(kind="site")
    text = request.GET.get("q", "")[:TEXT_LENGTH_MAX]
    try:
        exact = queries.find_product(store.code, text)
    except Refusal as refusal:
        hits = queries.search_goods(store.code, text, limit=12)
        return JsonResponse({"exact": None, "code": refusal.code, "hits": _describe_all(hits)})
    return JsonResponse({"exact": _describe(exact), "code": "", "hits": []})


def _describe_all(rows: list[GoodsRow]) -> list[dict[str, object]]:
    return [_describe(row) for row in rows]


def _describe(row: GoodsRow) -> dict[str, object]:
    return {
        "sku": row.sku.code,
        "name": row.sku.name,
        "name_zh": row.sku.name_zh or row.sku.name,
        "price_minor": row.sku.price_minor,
        "currency": row.sku.currency,
        "pack_size": row.pack_size,
        "available": row.quantity_available,
        "barcodes": _describe_barcodes(row.sku),
    }


def _describe_barcodes(sku: SkuRow) -> dict[str, int]:
    """Return barcode to how many smallest units a scan of it means."""
    return {barcode.code: barcode.pack_size for barcode in sku.barcodes}
