"""HTTP API of order management. One call into a verb or a query per operation."""

from __future__ import annotations

from yipan.oms.api.orders import router

__all__ = ["router"]
