"""Callers of the fastlane: requests as an ASGI server would hand them over."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from django.db import connection

from yipan.fastlane.app import Fastlane

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What the fastlane answered."""

    status: int
    headers: Mapping[str, str]
    body: Any


async def call(
    lane: Fastlane, path: str, body: object = None, *, method: str = "POST", **headers: str
) -> Said:
    """Send one request; keyword names become header names with hyphens."""
    sent: list[dict[str, Any]] = []
    path, _, query = path.partition("?")
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": raw}

    async def send(event: dict[str, Any]) -> None:
        sent.append(event)

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "headers": [
            (name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()
        ],
    }
    await lane(scope, receive, send)
    return Said(
        status=sent[0]["status"],
        headers={name.decode(): value.decode() for name, value in sent[0]["headers"]},
        body=json.loads(sent[1]["body"]),
    )


def run(
    story: Callable[[Fastlane], Awaitable[T]], *, at: datetime = NOON, reads_age_max: float = 0
) -> T:
    """
    Let a story happen on a fastlane that is started before and stopped after.

    `reads_age_max` is how many seconds old an answer about availability may be.
    """

    async def tell() -> T:
        lane = Fastlane(clock=lambda: at, reads_age_max=reads_age_max)
        lane.start()
        try:
            async with asyncio.timeout(60):
                return await story(lane)
        finally:
            await lane.stop()

    return asyncio.run(tell())


async def aside(work: Callable[[], T]) -> T:
    """Do something in the database beside the loop, and leave no connection behind."""

    def go() -> T:
        try:
            return work()
        finally:
            connection.close()

    return await asyncio.to_thread(go)
