"""Names of what an order is made of: goods and sites by their codes, each looked up once a page."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from yipan.masterdata.queries import find_sites
from yipan.masterdata.queries.groups import find_sku_names
from yipan.oms.queries.orders import OrderDetail
from yipan.oms.queries.returns import ReturnRow

#: Presets of weights, as people call them.
PRESET_NAMES: Mapping[str, str | Promise] = {
    "cheapest": gettext_lazy("Cheapest"),
    "nearest": gettext_lazy("Nearest"),
    "fastest": gettext_lazy("Fastest"),
    "fewest_parcels": gettext_lazy("Fewest parcels"),
}


def find_names(
    detail: OrderDetail, *, returns: Collection[ReturnRow], others: Collection[Any] = ()
) -> dict[str, Any]:
    """
    Return `goods` and `places`: rows by code, of all an order's page speaks of.

    `others` are rows with a `sku` and a `site`: goods to come, own stock.
    """
    goods = {line.sku for line in detail.lines} | {line.bundle for line in detail.lines}
    goods |= {sku for part in detail.fulfillments for sku, *_ in part.lines}
    goods |= {line.sku for it in returns for line in it.lines} | {row.sku for row in others}
    goods |= {sku for it in returns for row in it.receipts for sku, *_ in row.lines}
    places = {detail.pickup_site, detail.origin_site} | {row.site for row in others}
    places |= {site for part in detail.fulfillments for site in (part.site, part.from_site)}
    places |= {it.site for it in returns} | {row.site for it in returns for row in it.receipts}
    for row in detail.decisions:
        goods |= {part["sku"] for part in _list_parts(row.plan)}
        places |= set(_list_places(row.plan))
    return {"goods": find_sku_names(goods), "places": find_sites(places)}


def _list_parts(plan: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [*plan["parts"], *plan["unfilled"]]


def _list_places(plan: Mapping[str, Any]) -> Iterator[str]:
    yield from (it["site"] for it in plan["candidates"])
    yield from (it["site"] for it in plan["parts"])
    yield from (plan["runner_up"] or {}).get("sites", ())
    if plan["constraint_site"]:
        yield plan["constraint_site"]
