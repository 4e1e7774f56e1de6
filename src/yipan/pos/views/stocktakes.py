"""Stocktakes of a store (门店盘点): at the desk, and shelf by shelf at the store."""

from __future__ import annotations

from yipan.pos.documents.count_desk import DESK
from yipan.pos.views.sites import find_store
from yipan.stocktake.routes import make_pages

PAGES = make_pages(DESK, find_site=find_store)
