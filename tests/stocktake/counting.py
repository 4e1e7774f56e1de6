"""People who count at a store and at a warehouse, for the tests of stocktakes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import count
from uuid import UUID

from tests.retailer import CLERK, NOON, make_id
from yipan.ledger.moves import Trace
from yipan.messages.till import TicketLine
from yipan.pos.documents import register
from yipan.pos.documents import stocktake as store
from yipan.pos.documents.count_system import POS
from yipan.pos.documents.register import Sale
from yipan.stocktake.documents import counting
from yipan.stocktake.documents import stocktake as plans
from yipan.stocktake.documents.closing import ASK, NONE_THERE
from yipan.stocktake.documents.counting import Counting
from yipan.stocktake.documents.stocktake import Plan, Planned
from yipan.stocktake.documents.system import System
from yipan.stocktake.models import CountSheet, Stocktake
from yipan.wms.documents.stock import stocktake as warehouse
from yipan.wms.documents.stock.count_system import WMS

ANN = Trace(actor="ann", device="handheld-1")
BEN = Trace(actor="ben", device="handheld-2")
EVA = Trace(actor="eva", device="handheld-3")
MANAGER = Trace(actor="mia.manager", device="office-3")

_ids = count()


def new_id() -> UUID:
    """Return the next id of the test."""
    return make_id(f"stocktake {next(_ids)}")


def minutes(number: float) -> datetime:
    """Return a moment after noon."""
    return NOON + timedelta(minutes=number)


def plan(
    *sheets: tuple[str, Sequence[str]],
    site: str = "S12",
    system: System = POS,
    kind: str = "full",
    is_double: bool = False,
    uncertainty_seconds: int = 0,
) -> Stocktake:
    """Plan a stocktake of some places (all that lies there, or some SKUs), and start it."""
    wanted = Plan(
        site=site,
        kind=kind,
        sheets=[Planned(place=place, skus=skus) for place, skus in sheets],
        is_double=is_double,
        uncertainty_seconds=uncertainty_seconds,
    )
    number = plans.plan(wanted=wanted, system=system, by=MANAGER, at=NOON).number
    return plans.start(number=number, by=MANAGER, at=NOON)


def get_open(stocktake: Stocktake, *, place: str = "shop_floor") -> CountSheet:
    """Return the sheet that is to be counted at a place."""
    return stocktake.sheets.filter(place=place, state__in=["open", "counting"]).order_by("id").get()


def see(
    sheet: CountSheet,
    *seen: tuple[str, int],
    by: Trace = ANN,
    at: datetime,
    closes: bool = True,
) -> CountSheet:
    """Count SKUs on a sheet, all at one moment, and close it: nothing else is there."""
    for sku, quantity in seen:
        counting.scan(
            sheet=sheet.number,
            seen=Counting(sku=sku, quantity=quantity, capture_mode="key"),
            by=by,
            at=at,
        )
    return close(sheet, by=by, at=at) if closes else sheet


def close(
    sheet: CountSheet, *, by: Trace = ANN, at: datetime, unseen: str = NONE_THERE
) -> CountSheet:
    """Close a sheet; what was not seen is not there."""
    closer = get_closer(sheet.stocktake.system)
    return closer(sheet=sheet.number, unseen=unseen, roles=(), by=by, at=at, message_id=new_id())


def get_closer(system: str) -> Callable[..., CountSheet]:
    """Return how a system closes a sheet."""
    return store.close_sheet if system == "pos" else warehouse.close_sheet


def post(
    stocktake: Stocktake,
    *,
    by: Trace = MANAGER,
    at: datetime,
    roles: Sequence[str] = ("store_manager",),
) -> Stocktake:
    """Post what a stocktake found."""
    verb = store.post if stocktake.system == "pos" else warehouse.post
    return verb(number=stocktake.number, roles=roles, by=by, at=at, new_id=new_id)


def sell(*lines: tuple[str, int], at: datetime, till: str = "S12-1") -> None:
    """Sell at a till at a moment; the store's book has it when the message is delivered."""
    sale = Sale(
        message_id=new_id(),
        lines=tuple(
            TicketLine(line=number, sku=sku, quantity=quantity, amount_minor=6_800 * quantity)
            for number, (sku, quantity) in enumerate(lines, start=1)
        ),
    )
    register.close_ticket(site=till.rpartition("-")[0], till_code=till, sale=sale, by=CLERK, at=at)


__all__ = [
    "ANN", "ASK", "BEN", "EVA", "MANAGER", "NONE_THERE", "POS", "WMS", "close", "get_open",
    "minutes", "new_id", "plan", "post", "see", "sell",
]  # fmt: skip
