"""HTTP API of POS. One call into a verb or a query per operation."""

from __future__ import annotations

from ninja import Router

from yipan.pos.api.days import router as days
from yipan.pos.api.differences import router as differences
from yipan.pos.api.fulfillments import router as fulfillments
from yipan.pos.api.registers import router as registers
from yipan.pos.api.stock_work import router as stock_work
from yipan.pos.api.stocktakes import router as stocktakes
from yipan.pos.api.tickets import router as tickets

router = Router(tags=["POS"])
router.add_router("", tickets)
router.add_router("", fulfillments)
router.add_router("", differences)
router.add_router("", registers)
router.add_router("", stock_work)
router.add_router("", days)
router.add_router("", stocktakes)
