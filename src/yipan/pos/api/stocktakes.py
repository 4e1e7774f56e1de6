"""Operations on stocktakes (盘点单) of a store."""

from __future__ import annotations

from yipan.pos.documents.count_desk import DESK
from yipan.stocktake.routes import make_router

router = make_router(DESK, base="/pos")
