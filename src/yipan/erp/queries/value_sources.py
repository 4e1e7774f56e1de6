"""What the valuation has to know besides the movements: whose goods, at what price."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from yipan.erp.models import (
    EntitySite,
    GoodsReceipt,
    LegalEntity,
    PurchaseOrderLine,
    ValuedPlace,
)
from yipan.erp.rules.costing import Method, Rate
from yipan.foundation.refusals import NotFound
from yipan.masterdata import queries as masterdata

ENTITIES_MAX = 200
RECEIPT_ORIGIN = "goods_receipt/"


@dataclass(frozen=True, kw_only=True, slots=True)
class EntityRow:
    """A legal entity. What is dated up to `closed_through` counts later."""

    code: str
    name: str
    name_zh: str
    currency: str
    method: Method
    time_zone: str
    is_default: bool
    closed_through: date | None
    sites: tuple[str, ...] = ()


def list_entities() -> list[EntityRow]:
    """Return the legal entities by code, the default first, with the sites assigned to them."""
    sites: dict[str, list[str]] = {}
    for site, entity in EntitySite.objects.order_by("site").values_list("site", "entity_id"):
        sites.setdefault(str(entity), []).append(site)
    return [
        EntityRow(
            code=row.code,
            name=row.name,
            name_zh=row.name_zh,
            currency=row.currency,
            method=Method(row.method),
            time_zone=row.time_zone,
            is_default=row.is_default,
            closed_through=row.closed_through,
            sites=tuple(sites.get(row.code, ())),
        )
        for row in LegalEntity.objects.order_by("-is_default", "code")[:ENTITIES_MAX]
    ]


def get_entity(code: str) -> EntityRow:
    """
    Return one legal entity.

    :raises NotFound: if there is none of this code.
    """
    found = next((row for row in list_entities() if row.code == code), None)
    if found is None:
        raise NotFound(kind="legal_entity", id=code)
    return found


def find_site_entities(sites: Collection[str]) -> dict[str, str]:
    """Return the legal entities of sites that somebody assigned, by site."""
    rows = EntitySite.objects.filter(site__in=sites)
    return {site: str(entity) for site, entity in rows.values_list("site", "entity_id")}


def find_place_entities(paths: Collection[str]) -> dict[str, str]:
    """Return whose goods have been valued at places, by the path of the place."""
    rows = ValuedPlace.objects.filter(path__in=paths)
    return dict(rows.values_list("path", "entity"))


def list_place_entities() -> dict[str, str]:
    """Return whose goods have been valued, at all places."""
    return dict(ValuedPlace.objects.values_list("path", "entity"))


def find_prices(origins: Collection[str]) -> Mapping[tuple[str, str], tuple[int, str]]:
    """
    Return what receipts cost: (origin of the posting, SKU) to minor units a piece, and currency.

    Only of receipts that name an order with a price for the SKU.
    """
    numbers = {
        origin.split("/")[1]: origin for origin in origins if origin.startswith(RECEIPT_ORIGIN)
    }
    receipts = dict(
        GoodsReceipt.objects.filter(number__in=numbers)
        .exclude(purchase_order_number="")
        .values_list("number", "purchase_order_number")
    )
    lines = PurchaseOrderLine.objects.filter(
        order__number__in=set(receipts.values()), unit_cost_minor__gt=0
    ).values_list("order__number", "sku", "unit_cost_minor", "order__currency")
    by_order: dict[str, list[tuple[str, int, str]]] = {}
    for order, sku, unit_cost, currency in lines:
        by_order.setdefault(order, []).append((sku, unit_cost, currency))
    return {
        (numbers[receipt], sku): (unit_cost, currency)
        for receipt, order in receipts.items()
        for sku, unit_cost, currency in by_order.get(order, ())
    }


def find_standard_costs(skus: Collection[str]) -> dict[str, tuple[Rate, str]]:
    """Return the standard cost and its currency of SKUs that have one."""
    return {
        code: (Rate(row.cost_minor, 1), row.currency)
        for code, row in masterdata.find_skus(skus).items()
        if row.cost_minor > 0
    }
