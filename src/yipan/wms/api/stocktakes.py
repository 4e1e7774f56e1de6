"""Operations on stocktakes (盘点单) of a warehouse."""

from __future__ import annotations

from yipan.stocktake.routes import make_router
from yipan.wms.documents.stock.count_desk import DESK

router = make_router(DESK)
