"""HTTP API of planning. One call into a verb or a query per operation."""

from __future__ import annotations

from ninja import Router

from yipan.planning.api.proposals import router as proposals
from yipan.planning.api.settings import router as settings

router = Router(tags=["Planning"])
router.add_router("", proposals)
router.add_router("", settings)
