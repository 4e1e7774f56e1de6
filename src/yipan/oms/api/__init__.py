"""HTTP API of order management. One call into a verb or a query per operation."""

from __future__ import annotations

from yipan.oms.api.orders import router
from yipan.oms.api.orders_bulk import router as orders_bulk_router
from yipan.oms.api.pickups import router as pickups_router
from yipan.oms.api.returns import router as returns_router
from yipan.oms.api.sourcing import router as sourcing_router
from yipan.oms.api.store_orders import router as store_orders_router

__all__ = [
    "orders_bulk_router",
    "pickups_router",
    "returns_router",
    "router",
    "sourcing_router",
    "store_orders_router",
]
