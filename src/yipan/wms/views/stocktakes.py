"""Stocktakes of a warehouse (仓库盘点): at the desk, and bin by bin on a handheld."""

from __future__ import annotations

from yipan.stocktake.routes import make_pages
from yipan.wms.documents.stock.count_desk import DESK
from yipan.wms.views.sites import find_warehouse

PAGES = make_pages(DESK, find_site=find_warehouse)
