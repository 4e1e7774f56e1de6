"""HTTP API of the channels. One call into a verb or a query per operation."""

from __future__ import annotations

from ninja import Router

from yipan.channels.api import feed, webhooks

router = Router(tags=["channels"])
router.add_router("", feed.router)
router.add_router("", webhooks.router)

__all__ = ["router"]
