"""HTTP API of the ERP. One call into a verb or a query per operation."""

from __future__ import annotations

from ninja import Router

from yipan.erp.api.adjustments import router as adjustments
from yipan.erp.api.allocations import router as allocations
from yipan.erp.api.booked import router as booked
from yipan.erp.api.bulk import router as many
from yipan.erp.api.cash_sheets import router as cash_sheets
from yipan.erp.api.customer_returns import router as customer_returns
from yipan.erp.api.limits import router as limits
from yipan.erp.api.papers import router as papers
from yipan.erp.api.promotions import router as promotions
from yipan.erp.api.purchase_orders import router as purchase_orders
from yipan.erp.api.purchasing import router as purchasing
from yipan.erp.api.replenishment_requests import router as replenishment_requests
from yipan.erp.api.stock import router as stock
from yipan.erp.api.supplier_invoices import router as supplier_invoices
from yipan.erp.api.supplier_prices import router as supplier_prices
from yipan.erp.api.transfers import router as transfers
from yipan.erp.api.valuation import router as valuation

router = Router(tags=["ERP"])
# Before those that take a number in the same place of the address.
router.add_router("", many)
router.add_router("", purchase_orders)
router.add_router("", purchasing)
router.add_router("", supplier_invoices)
router.add_router("", supplier_prices)
router.add_router("", booked)
router.add_router("", transfers)
router.add_router("", stock)
router.add_router("", valuation)
router.add_router("", adjustments)
router.add_router("", allocations)
router.add_router("", papers)
router.add_router("", limits)
router.add_router("", promotions)
router.add_router("", cash_sheets)
router.add_router("", replenishment_requests)
router.add_router("", customer_returns)
