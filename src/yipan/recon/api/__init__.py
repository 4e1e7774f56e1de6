"""HTTP API of reconciliation. One call into a verb or a query per operation."""

from __future__ import annotations

from ninja import Router

from yipan.recon.api.cases import router as cases
from yipan.recon.api.reports import router as reports

router = Router(tags=["Reconciliation"])
router.add_router("", cases)
router.add_router("", reports)
