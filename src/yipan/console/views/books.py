"""The signature view: the books of one SKU side by side, and every number opens."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from yipan.access.actors import Actor, get_actor
from yipan.access.doors import page
from yipan.access.site_choice import find_chosen_site
from yipan.console import book_charts, books
from yipan.console.naming import name_of
from yipan.console.reading import describe_levels, describe_state
from yipan.documents.exports import answer_file
from yipan.ledger.totals import list_sku_totals
from yipan.masterdata.queries import list_skus, search_skus
from yipan.masterdata.rows import SkuRow

ROWS_PER_PAGE = 50
ROWS_PER_FILE = 500
#: Sites that agree are shown up to this many, unless all are asked for.
SITES_SHOWN_MAX = 12
URGENCY = {"differs": 0, "behind": 1, "level": 2}


@dataclass(frozen=True, kw_only=True, slots=True)
class SkuBooks:
    """One row of the list: a SKU and what each kind of book has on hand of it."""

    sku: SkuRow
    hub: int | None
    warehouses: int | None
    stores: int | None
    overdraft: int

    @property
    def gap(self) -> int | None:
        """Return the hub minus the sites' own books, as they stand now; None without stock."""
        if self.hub is None and self.warehouses is None and self.stores is None:
            return None
        return (self.hub or 0) - (self.warehouses or 0) - (self.stores or 0)


@page(action="ledger.read")
def list_books(request: HttpRequest) -> HttpResponse:
    """Show SKUs with the stock each kind of book has of them."""
    text = request.GET.get("q", "").strip()[:80]
    after = request.GET.get("after", "")[:64]
    as_file = request.GET.get("format") == "csv"
    limit = ROWS_PER_FILE if as_file else ROWS_PER_PAGE
    if text:
        skus = search_skus(text, limit=limit, only_active=False)
        has_more = False
    else:
        found = list_skus(after=after, limit=limit + 1)
        skus, has_more = found[:limit], len(found) > limit
    if not as_file and len(skus) == 1 and text and skus[0].code.casefold() == text.casefold():
        return HttpResponse(status=303, headers={"Location": _get_address(skus[0].code)})
    actor = get_actor(request)
    site = find_chosen_site(request, actor=actor)
    rows = _make_rows(skus, actor=actor, site=site)
    if as_file:
        return _make_file(rows)
    return render(
        request,
        "console/books/index.html",
        {
            "q": text,
            "rows": rows,
            "next_after": skus[-1].code if has_more else "",
            "site": site,
        },
    )


@page(action="ledger.read")
def compare(request: HttpRequest, sku: str) -> HttpResponse:
    """Show the three books of one SKU side by side, each with its watermarks."""
    actor = get_actor(request)
    goods = books.get_goods(sku)
    accounts = books.list_visible_accounts(sku=sku, actor=actor)
    sites = books.compare_sites(accounts, sku=sku)
    sites.sort(key=lambda row: (URGENCY[row.state], -abs(row.hub), row.site.code))
    shown = (
        sites
        if request.GET.get("all")
        else [row for at, row in enumerate(sites) if at < SITES_SHOWN_MAX or row.state != "level"]
    )
    columns = books.make_columns(accounts, sites=actor.sites)
    return render(
        request,
        "console/books/compare.html",
        {
            "sku": goods,
            "sites": sites,
            "shown": shown,
            "hidden": len(sites) - len(shown),
            "state": describe_state(sites),
            "columns": columns,
            "reading": describe_levels(columns),
            "hub_total": sum(row.hub for row in sites),
            "own_total": sum(row.own for row in sites),
            "way_total": sum(row.under_way for row in sites),
            "difference_total": sum(row.difference for row in sites),
            "has_stock": bool(accounts),
            "by_record": _is_by_record(request),
        },
    )


@page(action="ledger.read")
def chart(request: HttpRequest, sku: str) -> HttpResponse:
    """Answer the specification of the chart: what each kind of book said, over time."""
    books.get_goods(sku)
    return JsonResponse(
        book_charts.draw_levels(sku=sku, actor=get_actor(request), by_record=_is_by_record(request))
    )


def _make_rows(skus: list[SkuRow], *, actor: Actor, site: str) -> list[SkuBooks]:
    totals = list_sku_totals(skus=[sku.code for sku in skus], within=_limit(actor, site))
    found: dict[tuple[str, str], int] = {}
    overdrafts: dict[str, int] = {}
    for row in totals:
        key = (row.sku, row.book.partition(":")[0])
        found[key] = found.get(key, 0) + row.quantity
        overdrafts[row.sku] = overdrafts.get(row.sku, 0) + row.overdraft
    return [
        SkuBooks(
            sku=sku,
            hub=found.get((sku.code, "erp")),
            warehouses=found.get((sku.code, "wms")),
            stores=found.get((sku.code, "pos")),
            overdraft=overdrafts.get(sku.code, 0),
        )
        for sku in skus
    ]


def _make_file(rows: list[SkuBooks]) -> HttpResponse:
    head = [_("SKU"), _("Name"), _("ERP hub"), _("Warehouses"), _("Stores"), _("Hub less sites")]
    return answer_file(
        name="books",
        file_format="csv",
        head=head,
        rows=[
            [row.sku.code, name_of(row.sku), row.hub, row.warehouses, row.stores, row.gap]
            for row in rows
        ],
    )


def _limit(actor: Actor, site: str) -> list[tuple[str, str]] | None:
    """Return what counts for this reader: the chosen site, else all sites seen."""
    chosen = [site] if site and actor.sees(site) else actor.sites
    if chosen is None:
        return None
    return [
        pair
        for code in sorted(chosen)
        for pair in (
            (books.HUB, f"on_hand/{code}/"),
            (f"wms:{code}", "on_hand/"),
            (f"pos:{code}", "on_hand/"),
        )
    ]


def _is_by_record(request: HttpRequest) -> bool:
    return request.GET.get("time") == "recorded"


def _get_address(sku: str) -> str:
    return reverse("books:compare", args=[sku])
