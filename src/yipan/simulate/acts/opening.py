"""Before the first day: master data, channels, and the goods that lie there already."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, Final

from yipan.simulate.acts.stage import Stage
from yipan.simulate.world.retailer import CHANNELS, RECEIVING, SUPPLIERS
from yipan.simulate.world.truth import FLOOR, Spot

BY: Final = "retailer.setup"
ROWS: Final = 400
ZONES: Final = (
    (RECEIVING, "RECV", "receiving"),
    ("PACK-01", "PACK", "packing"),
    ("SHIP-01", "SHIP", "shipping"),
    ("D-01", "D", "damaged"),
    ("Q-01", "Q", "quarantine"),
)
#: Days of trade a store begins with, and from and to how many a warehouse.
STORE_DAYS: Final = 9
WAREHOUSE_DAYS: Final = (5, 14)


class CannotOpen(Exception):
    """The retailer cannot be set up: a door refused what every retailer needs."""


def open_retailer(stage: Stage) -> None:
    """
    Write the master data and begin all books; books and goods agree then.

    :raises CannotOpen: if a door refuses.
    """
    _write_goods(stage)
    _open_channels(stage)
    # The sites hear of the goods by messages, before they can begin their books.
    stage.go_to(stage.now + timedelta(minutes=5))
    for store in stage.retailer.stores:
        _open_store(stage, store)
    for site in stage.retailer.warehouses:
        _open_warehouse(stage, site)
    stage.go_to(stage.now + timedelta(minutes=5))


def _need(stage: Stage, method: str, path: str, body: object, *, by: str = BY) -> None:
    answer = stage.call(method, path, body, by=by)
    if not answer.is_ok:
        raise CannotOpen(f"{method} {path}: {answer.status} {answer.body}")
    rows = answer.body.get("data", ()) if isinstance(answer.body, dict) else ()
    refused = [row for row in rows if isinstance(row, dict) and row.get("status") == "refused"]
    if refused:
        raise CannotOpen(f"{method} {path}: {refused[0]}")


def _write_goods(stage: Stage) -> None:
    retailer = stage.retailer
    sites = [
        {"code": code, "site_type": "warehouse", "name": f"Warehouse {code}", "region": "east"}
        for code in retailer.warehouses
    ] + [
        {
            "code": code,
            "site_type": "store",
            "name": f"Store {code}",
            "name_zh": f"{code[1:]} 号店",
            "region": "city",
        }
        for code in retailer.stores
    ]
    _need(stage, "POST", "sites/bulk", {"rows": sites})
    suppliers = [
        {"code": code, "name": f"Supplier {code[-2:]}", "lead_time_days": 2} for code in SUPPLIERS
    ]
    _need(stage, "POST", "suppliers/bulk", {"rows": suppliers})
    skus: list[dict[str, Any]] = [
        {
            "code": good.code,
            "name": f"Product {good.code[1:]}",
            "name_zh": f"商品 {good.code[1:]}",
            "category": good.category,
            "case_size": good.case_size,
            "cost_minor": good.cost_minor,
            "price_minor": good.price_minor,
            "is_lot_tracked": good.is_dated,
            "is_expiry_tracked": good.is_dated,
        }
        for good in retailer.goods.values()
    ]
    skus += [
        {"code": kit.code, "name": f"Gift set {kit.code[-1]}", "price_minor": 19_900}
        for kit in retailer.kits
    ]
    for rows in _cut(skus):
        _need(stage, "POST", "skus/bulk", {"rows": rows})
    for site in retailer.warehouses:
        for bins in _cut(_list_bins(stage, site)):
            _need(stage, "POST", f"sites/{site}/bins/bulk", {"rows": bins})


def _list_bins(stage: Stage, site: str) -> list[dict[str, Any]]:
    homes = sorted(
        {bin_code for (where, _), bin_code in stage.retailer.homes.items() if where == site}
    )
    return [
        {"code": code, "zone": zone, "zone_type": zone_type} for code, zone, zone_type in ZONES
    ] + [
        {
            "code": code,
            "zone": "A",
            "zone_type": "picking",
            "aisle": code[:4],
            "sequence": place,
        }
        for place, code in enumerate(homes, start=1)
    ]


def _open_channels(stage: Stage) -> None:
    retailer = stage.retailer
    sites = [*retailer.warehouses, *retailer.stores]
    _need(stage, "PUT", "site-groups/ALL", {"name": "All sites", "sites": sites})
    for code in CHANNELS:
        kind = "marketplace" if code.startswith("market") else "web_shop"
        body = {"name": code.title(), "kind": kind, "group": "ALL"}
        _need(stage, "PUT", f"channels/{code}", body)
    for store in retailer.stores:
        _need(stage, "PUT", f"site-services/{store}/ship", {"transit_days": 1})


def _open_store(stage: Stage, store: str) -> None:
    retailer = stage.retailer
    lines = []
    for sku in retailer.assortment[store]:
        quantity = max(3, round(retailer.get_pace(store, sku) * STORE_DAYS) + 2)
        stage.truth.bring(Spot(store, FLOOR, sku), quantity, what="opening", at=stage.now)
        lines.append({"sku": sku, "quantity": quantity})
    for part in _cut(lines):
        _need(
            stage, "POST", "store-openings", {"site": store, "lines": part}, by=f"manager.{store}"
        )


def _open_warehouse(stage: Stage, site: str) -> None:
    retailer = stage.retailer
    pace: dict[str, float] = {}
    for store in retailer.stores:
        if retailer.get_supplying(store) == site:
            for sku in retailer.assortment[store]:
                pace[sku] = pace.get(sku, 0.0) + retailer.get_pace(store, sku)
    lines = []
    stream = stage.get_stream(f"opening/{site}")
    for sku in sorted(pace):
        good = retailer.goods[sku]
        days = stream.uniform(*WAREHOUSE_DAYS)
        cases = max(2, round(pace[sku] * days / good.case_size))
        place = retailer.homes[site, sku]
        line: dict[str, Any] = {"bin": place, "sku": sku, "quantity": cases * good.case_size}
        if good.is_dated:
            expires = stage.today + timedelta(days=200)
            line |= {"lot": "L0", "expires_on": expires.isoformat()}
        spot = Spot(site, place, sku, line.get("lot", ""))
        stage.truth.bring(spot, line["quantity"], what="opening", at=stage.now)
        lines.append(line)
    for part in _cut(lines):
        body = {"site": site, "lines": part}
        _need(stage, "POST", "warehouse-openings", body, by=f"lead.{site}")


def _cut(rows: Sequence[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, len(rows), ROWS):
        yield list(rows[start : start + ROWS])
