"""What is being counted at a warehouse and a store, for the walk over all addresses."""

from __future__ import annotations

from collections.abc import Mapping

from tests.retailer import NOON, RECEIVER
from yipan.pos.documents.count_system import POS
from yipan.stocktake.documents import stocktake as plans
from yipan.stocktake.documents.stocktake import Plan, Planned
from yipan.stocktake.documents.system import System
from yipan.wms.documents.stock.count_system import WMS


def count(*, warehouse: str, store: str) -> dict[str, str]:
    """Begin a stocktake of a bin and one of a shop floor; nobody has scanned anything yet."""
    bins = _begin(warehouse, system=WMS, place="A-01-01")
    floor = _begin(store, system=POS, place="shop_floor")
    return {
        "wms/stocktakes:number": bins,
        "v1/stocktakes:number": bins,
        "pos/stocktakes:number": floor,
        "wms/counting:number": f"{bins}-001",
        "v1/count-sheets:number": f"{bins}-001",
        "pos/counting:number": f"{floor}-001",
        "pos/count-sheets:number": f"{floor}-001",
    }


def _begin(site: str, *, system: System, place: str) -> str:
    wanted = Plan(site=site, kind="spot", sheets=[Planned(place=place, skus=["TEA-250"])])
    number = plans.plan(wanted=wanted, system=system, by=RECEIVER, at=NOON).number
    return plans.start(number=number, by=RECEIVER, at=NOON).number


def make_bodies(*, warehouse: str, store: str) -> Mapping[str, object]:
    """Return the bodies of the operations on stocktakes."""
    bodies: dict[str, object] = {}
    for base, site, place in (
        ("api/v1", warehouse, "A-01-01"),
        ("api/v1/pos", store, "shop_floor"),
    ):
        rows = [{"place": place, "sku": "TEA-250", "quantity": 1}]
        bodies |= {
            f"POST {base}/stocktakes": {
                "site": site,
                "kind": "spot",
                "sheets": [{"place": place}],
            },
            f"POST {base}/stocktakes/{{number}}/observations": {"rows": rows},
            f"POST {base}/count-sheets/{{number}}/scans": {"sku": "TEA-250"},
            f"POST {base}/count-sheets/{{number}}/tags": {"tags": []},
            f"POST {base}/count-sheets/{{number}}/close": {"unseen": "none_there"},
            f"POST {base}/count-sheets/{{number}}/assign": {"person": ""},
            f"POST {base}/count-sheets/{{number}}/release": {"reason": "Gone home."},
        }
    return bodies
