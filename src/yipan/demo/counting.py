"""Stocktakes of the demo: some finished, one waiting for approval, and two under way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import count
from uuid import UUID

from yipan.demo.trading import make_id
from yipan.exchange import delivery
from yipan.ledger.moves import Trace
from yipan.pos.documents import stocktake as store
from yipan.pos.documents.count_system import POS
from yipan.stocktake.documents import closing, counting
from yipan.stocktake.documents import stocktake as plans
from yipan.stocktake.documents.counting import Counting
from yipan.stocktake.documents.stocktake import Plan, Planned
from yipan.stocktake.documents.system import System
from yipan.stocktake.models import CountSheet, Stocktake
from yipan.stocktake.queries.books import compare_keys, list_on_hand
from yipan.stocktake.rules import Key, Seen
from yipan.wms.documents.stock import stocktake as warehouse
from yipan.wms.documents.stock.count_system import WMS

CLERK = Trace(actor="clerk", device="handheld-2")
MANAGER = Trace(actor="manager", device="S12-1")
HELPER = Trace(actor="helper", device="handheld-3")
WORKER = Trace(actor="worker", device="handheld-7")
SECOND = Trace(actor="lead", device="handheld-8")
CONTROLLER = Trace(actor="controller", device="office-2")

#: So many products are counted in each list.
LIST = 8
_ids = count()


def tell(*, now: datetime) -> None:
    """Count in warehouse and store, as people did in the last days and do now."""
    count_store(now=now - timedelta(days=2, hours=1), off={1: -1, 4: -3})
    count_warehouse(now=now - timedelta(days=1, hours=2), off={2: -2})
    count_warehouse(now=now - timedelta(hours=5), off={0: -30, 3: 1}, skip=LIST)
    delivery.deliver_pending()
    _begin(POS, "S12", kind="full", now=now - timedelta(minutes=50), by=CLERK, closes=False)
    _begin(WMS, "W1", kind="cycle", now=now - timedelta(minutes=35), by=WORKER, closes=True)
    delivery.deliver_pending()


def count_store(*, now: datetime, off: Mapping[int, int], site: str = "S12", skip: int = 0) -> None:
    """Count one list of a shop floor twice and post it; `off` maps a place in it to a loss."""
    keys = _list_keys(POS, site, place="shop_floor")[skip : skip + LIST]
    running = _plan(POS, site, keys=keys, kind="spot", at=now, by=MANAGER)
    _count_all(POS, running, keys=keys, off=off, at=now + timedelta(minutes=10), by=CLERK)
    _count_all(POS, running, keys=keys, off=off, at=now + timedelta(minutes=40), by=HELPER)
    store.post(
        number=running.number,
        roles=("store_manager",),
        by=MANAGER,
        at=now + timedelta(hours=1),
        new_id=_make_id,
    )


def count_warehouse(*, now: datetime, off: Mapping[int, int], skip: int = 0) -> None:
    """Count one list of bins twice and post it; `off` maps a place in it to a loss."""
    keys = _list_keys(WMS, "W1")[skip : skip + LIST]
    running = _plan(WMS, "W1", keys=keys, kind="cycle", at=now, by=CONTROLLER)
    _count_all(WMS, running, keys=keys, off=off, at=now + timedelta(minutes=20), by=WORKER)
    _count_all(WMS, running, keys=keys, off=off, at=now + timedelta(minutes=50), by=SECOND)
    warehouse.post(
        number=running.number,
        roles=("warehouse_lead",),
        by=CONTROLLER,
        at=now + timedelta(hours=1),
        new_id=_make_id,
    )


def _begin(system: System, site: str, *, kind: str, now: datetime, by: Trace, closes: bool) -> None:
    """Begin a stocktake of which about half is counted."""
    keys = _list_keys(system, site)[-3 * LIST :]
    running = _plan(system, site, keys=keys, kind=kind, at=now, by=CONTROLLER)
    sheets = list(running.sheets.order_by("id"))
    for at, sheet in enumerate(sheets[: max(1, len(sheets) // 2)]):
        moment = now + timedelta(minutes=5 + at)
        mine = [key for key in keys if key.place == sheet.place]
        half = mine if closes else mine[: max(1, len(mine) // 2)]
        _scan(system, sheet, keys=half, off={}, at=moment, by=by)
        if closes:
            _close(system, sheet, at=moment, by=by)


def _plan(
    system: System, site: str, *, keys: Sequence[Key], kind: str, at: datetime, by: Trace
) -> Stocktake:
    skus: dict[str, list[str]] = {}
    for key in keys:
        skus.setdefault(key.place, []).append(key.sku)
    wanted = Plan(
        site=site,
        kind=kind,
        sheets=[Planned(place=place, skus=each) for place, each in sorted(skus.items())],
        due_on=(at + timedelta(days=1)).date(),
    )
    number = plans.plan(wanted=wanted, system=system, by=by, at=at).number
    return plans.start(number=number, by=by, at=at)


def _count_all(
    system: System,
    running: Stocktake,
    *,
    keys: Sequence[Key],
    off: Mapping[int, int],
    at: datetime,
    by: Trace,
) -> None:
    """Count every sheet that is open; `off` maps a place in the list to what is missing."""
    for sheet in running.sheets.filter(state="open").order_by("id"):
        mine = [key for key in keys if key.place == sheet.place and key.sku in sheet.skus]
        missing = {mine.index(keys[n]): short for n, short in off.items() if keys[n] in mine}
        _scan(system, sheet, keys=mine, off=missing, at=at, by=by)
        _close(system, sheet, at=at + timedelta(minutes=1), by=by)


def _scan(
    system: System,
    sheet: CountSheet,
    *,
    keys: Sequence[Key],
    off: Mapping[int, int],
    at: datetime,
    by: Trace,
) -> None:
    seen = Seen(quantity=0, first_at=at, last_at=at)
    books = compare_keys(
        book=system.get_book(sheet.stocktake.site), looks=[(key, seen) for key in keys]
    )
    for number, (key, compared) in enumerate(zip(keys, books, strict=True)):
        act = Counting(
            sku=key.sku,
            quantity=max(0, compared.book + off.get(number, 0)),
            lot=key.lot,
            status=key.status,
            capture_mode="key",
        )
        counting.scan(sheet=sheet.number, seen=act, by=by, at=at)


def _close(system: System, sheet: CountSheet, *, at: datetime, by: Trace) -> None:
    close = store.close_sheet if system is POS else warehouse.close_sheet
    close(
        sheet=sheet.number,
        unseen=closing.NOT_LOOKED,
        roles=(),
        by=by,
        at=at,
        message_id=_make_id(),
    )


def _list_keys(system: System, site: str, *, place: str = "") -> list[Key]:
    """Return what lies sound at a site, in bins and areas; all lots of a product."""
    return [
        key
        for key, quantity in sorted(list_on_hand(book=system.get_book(site)).items())
        if quantity > 0
        and key.status == "available"
        and place in ("", key.place)
        and not key.place.startswith(("TOTE", "PICKING"))
    ]


def _make_id() -> UUID:
    return make_id(f"stocktake {next(_ids)}")
