"""Builders for channels that are told what they may sell."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tests.pool.selling import DESK, NOON, open_pool
from yipan.channels import tasks
from yipan.channels.documents import publication
from yipan.channels.documents.publication import Manner
from yipan.channels.models import LevelChange
from yipan.pool.policy import channels
from yipan.pool.policy.channels import Service

NO_LAG = timedelta(0)


def open_channel(*skus: str, channel: str = "web", **manner: Any) -> None:
    """Open a pool of three sites, and tell a channel what it may sell."""
    open_pool(*skus)
    send_from("W1", "S1", "S2")
    switch_on(channel, **manner)


def send_from(*sites: str) -> None:
    """Let stores send parcels too."""
    for site in sites:
        channels.save_service(service=Service(site=site, method="ship"), by=DESK, at=NOON)


def switch_on(channel: str = "web", **manner: Any) -> None:
    """Tell a channel from now on."""
    publication.save(channel=channel, manner=Manner(**manner), by=DESK, at=NOON)


def publish(at: datetime = NOON) -> int:
    """Go rounds until there is nothing to look at; return how many lines the feeds have."""
    for _ in range(20):
        if not tasks.publish(clock=lambda: at, lag=NO_LAG):
            break
    return LevelChange.objects.count()


def told(channel: str = "web") -> list[tuple[int, str, int | None, str, str]]:
    """Return the feed: number, SKU, quantity, level, why."""
    rows = LevelChange.objects.filter(channel=channel).order_by("sequence")
    return [(it.sequence, it.sku, it.quantity, it.level, it.reason) for it in rows]
