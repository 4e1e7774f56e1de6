"""What can be bought: the catalog with its search, and one product with dates and stores."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from yipan.foundation.refusals import NotFound
from yipan.masterdata.queries.goods import find_category, list_categories
from yipan.masterdata.rows import CategoryRow
from yipan.pool.queries.channels import get_channel
from yipan.shop import basket as baskets
from yipan.shop import offers
from yipan.shop.basket import Basket
from yipan.shop.doors import open_to_all

TEXT_LENGTH_MAX = 80


def make_frame(channel: str, basket: Basket) -> dict[str, object]:
    """Return what every page of the shop shows around it."""
    return {"channel": get_channel(channel), "basket": basket}


@open_to_all("GET")
def show_catalog(request: HttpRequest, channel: str) -> HttpResponse:
    """Show what can be had now."""
    text = request.GET.get("q", "").strip()[:TEXT_LENGTH_MAX]
    category = request.GET.get("category", "")[:96]
    found = find_category(category) if category else None
    page = offers.list_offers(
        channel=channel,
        text=text,
        category=found.code if found else "",
        after=request.GET.get("after", "")[:48],
        at=timezone.now(),
    )
    context = make_frame(channel, baskets.load(request)) | {
        "page": page,
        "text": text,
        "category": found,
        "categories": _list_branches(found),
    }
    return render(request, "shop/catalog.html", context)


@open_to_all("GET")
def show_product(request: HttpRequest, channel: str, sku: str) -> HttpResponse:
    """Show one product: the price, by when it comes, and where it can be picked up."""
    found = offers.find_offers([sku], channel=channel, at=timezone.now()).get(sku)
    if found is None:
        raise NotFound(kind="sku", id=sku)
    context = make_frame(channel, baskets.load(request)) | {
        "offer": found,
        "category": find_category(found.sku.category) if found.sku.category else None,
    }
    return render(request, "shop/product.html", context)


def _list_branches(chosen: CategoryRow | None) -> list[CategoryRow]:
    """Return the branches below the chosen one, or beside it when there are none below."""
    rows = list_categories()
    parent = chosen.code if chosen else ""
    below = [row for row in rows if row.parent == parent]
    if not below and chosen:
        below = [row for row in rows if row.parent == chosen.parent]
    return below
