"""Operations on stock by bin: reading it, moving it, beginning with it."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router
from ninja.responses import Status

from yipan.access.actors import get_actor
from yipan.access.doors import endpoint
from yipan.documents import openings
from yipan.documents.doors import get_trace
from yipan.documents.openings import ControlTotal
from yipan.foundation.ids import make_id
from yipan.foundation.status import StockStatus
from yipan.wms import queries
from yipan.wms.api.schemas import (
    BinMoveIn,
    BinMoveOut,
    BinStockOut,
    BinStockPage,
    WarehouseOpeningIn,
    WarehouseOpeningOut,
)
from yipan.wms.documents.stock import bin_move, stock_opening
from yipan.wms.documents.stock.stock_opening import BinStock
from yipan.wms.rules import Shifted

router = Router()


@router.get("/warehouses/{site}/stock", response=BinStockPage)
@endpoint(action="wms.read")
def list_bin_stock(request: HttpRequest, site: str, q: str = "", status: str = "") -> BinStockPage:
    """Tell what lies in the bins of a warehouse, by bin and SKU."""
    get_actor(request).require_site(site)
    rows = queries.list_stock(site=site, text=q, status=status)
    return BinStockPage(data=[BinStockOut.of(row) for row in rows])


@router.post("/bin-moves", response={201: BinMoveOut})
@endpoint(action="wms.move")
def create_bin_move(request: HttpRequest, payload: BinMoveIn) -> Status[BinMoveOut]:
    """Book what was carried from bin to bin (移库)."""
    get_actor(request).require_site(payload.site)
    move = bin_move.post(
        site=payload.site,
        shifts=[
            Shifted(
                sku=line.sku,
                from_bin=line.from_bin,
                to_bin=line.to_bin,
                quantity=line.quantity,
                status=StockStatus(line.status),
                lot=line.lot,
            )
            for line in payload.lines
        ],
        by=get_trace(request),
        at=timezone.now(),
    )
    return Status(201, BinMoveOut.of(queries.get_bin_move(move.number)))


@router.post("/warehouse-openings", response={201: WarehouseOpeningOut})
@endpoint(action="wms.open_stock")
def create_warehouse_opening(
    request: HttpRequest, payload: WarehouseOpeningIn
) -> Status[WarehouseOpeningOut]:
    """Begin a warehouse's book with what lies in its bins, and tell the hub."""
    get_actor(request).require_site(payload.site)
    if payload.control_total is not None:
        openings.require_total(
            ControlTotal(**payload.control_total.dict()), [line.quantity for line in payload.lines]
        )
    opening = stock_opening.post(
        site=payload.site,
        stock=[
            BinStock(
                bin_code=line.bin,
                sku=line.sku,
                quantity=line.quantity,
                lot=line.lot,
                expires_on=line.expires_on,
            )
            for line in payload.lines
        ],
        by=get_trace(request),
        at=timezone.now(),
        message_id=make_id(),
    )
    return Status(
        201,
        WarehouseOpeningOut(
            number=opening.number, site=opening.site, message_id=opening.message_id
        ),
    )
