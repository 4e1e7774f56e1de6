"""
Goal: whoever is logged in hears that something moved, where they may see it, and nothing else.

Method: the stream as an ASGI server would carry it, over a real database.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests import retailer
from tests.access.builders import a_person
from tests.fastlane.callers import aside, call, run
from yipan.access.roles import Role
from yipan.fastlane.app import Fastlane
from yipan.fastlane.live import make_cors

pytestmark = pytest.mark.django_db(transaction=True)

HOST = "localhost:8001"
PAGE = "http://localhost:8000"


@pytest.fixture(autouse=True)
def _goods() -> None:
    retailer.open_retailer()
    retailer.open_store("S12", ("TEA-250", 10))
    retailer.deliver()


def a_session(*roles: Role, sites: list[str] | None = None) -> str:
    client = Client()
    client.force_login(a_person(*roles, username=roles[0].value, sites=sites or []))
    [session] = client.cookies.values()
    return f"{session.key}={session.value}"


class Ear:
    """A browser that listens: `next` waits for the next event, `leave` closes the window."""

    def __init__(self, lane: Fastlane, cookie: str) -> None:
        self.sent: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.leave = asyncio.Event()
        headers = {b"host": HOST, b"origin": PAGE, b"cookie": cookie}
        scope = {
            "type": "http",
            "method": "GET",
            "path": "/live",
            "query_string": b"",
            "headers": [(name, value.encode()) for name, value in headers.items()],
        }
        self.task = asyncio.create_task(lane(scope, self._receive, self.sent.put))

    async def _receive(self) -> dict[str, Any]:
        await self.leave.wait()
        return {"type": "http.disconnect"}

    async def begin(self) -> dict[str, str]:
        """Wait until the stream is open, and return its headers."""
        head = await self.sent.get()
        assert head["status"] == 200
        assert b"event: hello" in (await self.sent.get())["body"]
        return {name.decode(): value.decode() for name, value in head["headers"]}

    async def hear(self) -> dict[str, Any]:
        """Wait for the next change."""
        body = (await self.sent.get())["body"].decode()
        assert body.startswith("event: changed\ndata: "), body
        found: dict[str, Any] = json.loads(body.partition("data: ")[2])
        return found


def sell() -> None:
    retailer.sell(("TEA-250", 1))


def listen(cookie: str, work: Callable[[], None]) -> dict[str, Any]:
    """Return the first change that is heard when `work` is done."""

    async def story(lane: Fastlane) -> dict[str, Any]:
        ear = Ear(lane, cookie)
        await ear.begin()
        await aside(work)
        heard = await ear.hear()
        ear.leave.set()
        await ear.task
        return heard

    return run(story)


def test_a_sale_is_heard_where_it_happened() -> None:
    heard = listen(a_session(Role.INVENTORY_CONTROLLER), sell)

    assert heard["sites"] == ["S12"]
    assert "pos" in heard["kinds"]


def test_other_sites_are_not_heard() -> None:
    elsewhere = a_session(Role.WAREHOUSE_LEAD, sites=["W1"])
    controller = a_session(Role.INVENTORY_CONTROLLER)

    async def story(lane: Fastlane) -> int:
        deaf, ear = Ear(lane, elsewhere), Ear(lane, controller)
        await deaf.begin()
        await ear.begin()
        await aside(sell)
        await ear.hear()
        for each in (deaf, ear):
            each.leave.set()
            await each.task
        return deaf.sent.qsize()

    assert run(story) == 0


def test_a_clerk_hears_of_tickets_and_not_of_the_hub() -> None:
    def sell_and_deliver() -> None:
        sell()
        retailer.deliver()

    heard = listen(a_session(Role.STORE_CLERK, sites=["S12"]), sell_and_deliver)

    assert heard == {"kinds": ["pos"], "sites": ["S12"]}


def test_what_happened_before_is_no_news() -> None:
    cookie = a_session(Role.INVENTORY_CONTROLLER)

    async def story(lane: Fastlane) -> list[str]:
        first = Ear(lane, cookie)
        await first.begin()
        first.leave.set()
        await first.task
        await aside(lambda: retailer.draft(("RICE-5", 1)))
        ear = Ear(lane, cookie)
        await ear.begin()
        await aside(sell)
        heard = await ear.hear()
        ear.leave.set()
        await ear.task
        kinds: list[str] = heard["kinds"]
        return kinds

    assert "erp" not in run(story)


def test_the_page_next_door_may_read_the_stream_and_no_other() -> None:
    async def story(lane: Fastlane) -> dict[str, str]:
        ear = Ear(lane, a_session_cookie)
        headers = await ear.begin()
        ear.leave.set()
        await ear.task
        return headers

    a_session_cookie = a_session(Role.PLANNER)
    headers = run(story)

    assert headers["content-type"].startswith("text/event-stream")
    assert headers["access-control-allow-origin"] == PAGE
    for stranger in ("http://localhost:9000", "http://evil.example:8000", "null", "http://[", ""):
        assert dict(make_cors(stranger, host=HOST)) == {b"vary": b"origin"}, stranger


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"host": HOST}, 401, "auth.unauthenticated"),
        ({"host": HOST, "cookie": "yipan_session=nobody"}, 401, "auth.unauthenticated"),
        ({"host": "evil.example"}, 400, "request.malformed"),
    ],
)
def test_nobody_else_is_let_in(headers: dict[str, str], status: int, code: str) -> None:
    said = run(lambda lane: call(lane, "/live", method="GET", **headers))

    assert (said.status, said.body["code"]) == (status, code)


def test_whoever_was_logged_out_is_let_in_no_more() -> None:
    client = Client()
    client.force_login(a_person(Role.PLANNER, username="zheng"))
    [session] = client.cookies.values()
    cookie = f"{session.key}={session.value}"
    client.logout()

    said = run(lambda lane: call(lane, "/live", method="GET", host=HOST, cookie=cookie))

    assert said.status == 401


def test_a_stream_is_only_read() -> None:
    said = run(lambda lane: call(lane, "/live", host=HOST))

    assert (said.status, said.body["facts"]) == (405, {"allow": "GET"})
