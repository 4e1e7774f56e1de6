"""Pages of outlooks: one SKU at a site in full, what may run out, what there is too much of."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.access.site_choice import find_chosen_site
from yipan.foundation.status import StockStatus
from yipan.masterdata import queries as masterdata
from yipan.planning.queries import outlooks, policies, proposals
from yipan.planning.views.words import METHODS, MODELS
from yipan.pool import queries as pool

ROWS_PER_PAGE = 50
CODE_LENGTH_MAX = 48
PAGES_DIGITS_MAX = 5
#: The season is told of the week that begins in so many weeks.
WEEKS_TOLD = 4


@require_GET
@page(action="planning.read")
def list_outlooks(request: HttpRequest) -> HttpResponse:
    """List places that may run out, or that have too much."""
    actor = get_actor(request)
    kind = "overstock" if request.GET.get("kind") == "overstock" else "risk"
    site = find_chosen_site(request, actor=actor)
    text = request.GET.get("after", "")
    skip = int(text) if text.isdecimal() and len(text) <= PAGES_DIGITS_MAX else 0
    rows = outlooks.list_outlooks(
        kind, sites=actor.sites, site=site, skip=skip, limit=ROWS_PER_PAGE
    )
    count, value = outlooks.count_outlooks(kind, sites=actor.sites, site=site)
    context = {
        "rows": rows,
        "kind": kind,
        "count": count,
        "value": value,
        "after": str(skip + ROWS_PER_PAGE) if len(rows) == ROWS_PER_PAGE else "",
    }
    return render(request, "planning/outlooks.html", context)


@require_GET
@page(action="planning.read")
def show_sku(request: HttpRequest, sku: str) -> HttpResponse:
    """Show a SKU at a site: history, what is expected, and when it runs out."""
    actor = get_actor(request)
    goods = masterdata.get_sku(sku)
    rows = outlooks.list_sites_of(sku, sites=actor.sites)
    asked = request.GET.get("site", "")[:CODE_LENGTH_MAX] or find_chosen_site(request, actor=actor)
    row = next((it for it in rows if it.site.code == asked), rows[0] if rows else None)
    context: dict[str, object] = {"sku": goods, "rows": rows, "row": row}
    if row is not None:
        stock = pool.get_stock(site=row.site.code, sku=sku)
        layers = policies.read_layers()
        policy, said_by = policies.resolve_policy(
            layers, sku=goods, site=row.site, suppliers=policies.read_suppliers(layers)
        )
        today = timezone.localdate()
        context |= {
            "available": stock[StockStatus.AVAILABLE],
            "on_hand": sum(stock.values()),
            "arrivals": outlooks.list_arrivals(sku=sku, site=row.site.code),
            "proposals": proposals.list_of_sku(sku=sku, site=row.site.code),
            "policy": policy,
            "service_percent": policy.service_permille / 10,
            "said_by": {name: str(layer.number) for name, layer in said_by.items()},
            "method": METHODS.get(policy.method, policy.method),
            "model": MODELS.get(row.model, row.model),
            "quantiles": [(permille / 10, value) for permille, value in row.quantiles],
            "season": round(row.season[WEEKS_TOLD] / 10) - 100 if row.season else None,
            "today": today,
            "steps": [
                it
                for it in outlooks.project(row, available=stock[StockStatus.AVAILABLE], today=today)
                if it.arrives or it.day.weekday() == 0
            ],
        }
    return render(request, "planning/sku.html", context)
