"""
Goal: no message is too large for good, and none holds up those behind it.

Method: a site node and its hub over a real socket, at a door that takes 5 MB of a body.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from django.db import transaction
from pytest_django.live_server_helper import LiveServer

from tests.access.builders import a_key
from tests.exchange.builders import Moved, a_moved, say, wired
from yipan.access.roles import Role
from yipan.exchange.backoff import Backoff
from yipan.exchange.forwarding import Forwarder
from yipan.exchange.models import Forwarding
from yipan.exchange.pulling import Puller
from yipan.exchange.subscriptions import Heard, Route, Subscription
from yipan.exchange.transport import Https
from yipan.messages.base import Message

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS_MAX = 12
#: After so long, whoever failed tries again.
WAIT_SECONDS_MAX = 300.0


@pytest.fixture
def booked() -> Iterator[list[int]]:
    """The numbers of the messages somebody booked, at the hub or at the site, in their order."""
    numbers: list[int] = []

    def book(_: Moved, heard: Heard) -> None:
        numbers.append(heard.sequence)

    table = [Subscription(receiver=name, message=Moved, handler=book) for name in ("erp", "wms")]
    with wired(*table, routes=[Route(receiver="erp", prefix="wms:")]):
        yield numbers


def large(number: int, *, kilobytes: int) -> Message:
    return replace(a_moved(number), note="x" * kilobytes * 1024)


def tell(source: str, messages: Sequence[Message]) -> None:
    with transaction.atomic():
        say(source, messages)


def open_line(server: LiveServer) -> Https:
    return Https(url=server.url, key=a_key(Role.INTEGRATION, name="node W1", sites=["W1"]))


def forward(line: Https) -> None:
    """Send until the hub has all, or a while has passed."""
    forwarder = Forwarder(transport=line, backoff=Backoff(chance=random.Random(7)))
    for number in range(ROUNDS_MAX):
        forwarder.go_round(now=number * WAIT_SECONDS_MAX)
    line.close()


def test_more_than_a_door_takes_goes_in_several_parts(
    booked: list[int], live_server: LiveServer
) -> None:
    tell("wms:W1/stock", [large(number, kilobytes=400) for number in range(1, 21)])

    forward(open_line(live_server))

    assert booked == list(range(1, 21))
    assert Forwarding.objects.get().acknowledged == 20


def test_a_door_that_takes_less_gets_less_at_once(
    booked: list[int], live_server: LiveServer, settings: Any
) -> None:
    settings.YIPAN_API_BODY_BYTES_MAX = 100 * 1024
    tell("wms:W1/stock", [large(number, kilobytes=30) for number in range(1, 11)])

    forward(open_line(live_server))

    assert booked == list(range(1, 11))
    assert Forwarding.objects.get().last_error == ""


def test_what_no_door_takes_is_told_and_passed_by_until_one_does(
    booked: list[int], live_server: LiveServer, settings: Any
) -> None:
    tell("wms:W1/stock", [a_moved(1), large(2, kilobytes=6_000), a_moved(3)])

    line = open_line(live_server)
    forward(line)

    assert booked == [1, 3]
    kept = Forwarding.objects.get()
    assert kept.acknowledged == 1
    assert "413" in kept.last_error

    settings.YIPAN_API_BODY_BYTES_MAX = settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
    forward(line)

    assert booked == [1, 3, 2]
    assert Forwarding.objects.get().acknowledged == 3


def test_a_site_reads_so_much_at_once_and_then_the_rest(
    booked: list[int], live_server: LiveServer
) -> None:
    tell("erp:hub/orders:W1", [large(number, kilobytes=1_000) for number in range(1, 7)])
    line = open_line(live_server)
    sizes = []
    pull = line.pull

    def note(**asked: Any) -> Any:
        pulled = pull(**asked)
        sizes.append(len(pulled.envelopes))
        return pulled

    line.pull = note  # type: ignore[method-assign]
    puller = Puller(
        transport=line,
        receiver="wms",
        sources=["erp:hub/orders:W1"],
        backoff=Backoff(chance=random.Random(7)),
    )
    for number in range(3):
        puller.go_round(now=number * WAIT_SECONDS_MAX)
    line.close()

    assert sizes == [4, 2, 0]
    assert booked == [1, 2, 3, 4, 5, 6]
