"""Messages and wirings for the tests of the exchange."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar
from uuid import UUID, uuid5

from yipan.exchange import subscriptions
from yipan.exchange.envelopes import Envelope, seal
from yipan.exchange.outbox import Outgoing, publish_many, reserve_numbers
from yipan.exchange.subscriptions import AnySubscription, Route
from yipan.messages.base import Message

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
NAMESPACE = UUID("0198c7b2-6a11-7c3e-9d0a-5b8f2f0a1c77")


@dataclass(frozen=True, kw_only=True, slots=True)
class Moved(Message):
    """A fact of the tests: a quantity moved."""

    kind: ClassVar[str] = "test.moved.v1"

    sku: str
    quantity: int
    note: str | None = None

    def get_subject(self) -> str:
        return self.sku


@dataclass(frozen=True, kw_only=True, slots=True)
class Stepped(Message):
    """A step of one paper, which has to come after the steps before it."""

    kind: ClassVar[str] = "test.stepped.v1"
    is_ordered: ClassVar[bool] = True

    paper: str
    step: int

    def get_subject(self) -> str:
        return self.paper


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked(Message):
    """A request about one paper, which has to come after what was asked before."""

    kind: ClassVar[str] = "test.asked.v1"
    is_ordered: ClassVar[bool] = True
    is_request: ClassVar[bool] = True

    paper: str
    step: int

    def get_subject(self) -> str:
        return self.paper


def an_asked(number: int, *, paper: str = "P-1") -> Asked:
    return Asked(
        message_id=uuid5(NAMESPACE, f"asked {number}"), occurred_at=NOON, paper=paper, step=number
    )


def a_moved(number: int, *, sku: str = "TEA-250", quantity: int = 1) -> Moved:
    return Moved(
        message_id=uuid5(NAMESPACE, f"moved {number}"),
        occurred_at=NOON,
        sku=sku,
        quantity=quantity,
    )


def a_stepped(number: int, *, paper: str = "P-1", step: int = 0) -> Stepped:
    return Stepped(
        message_id=uuid5(NAMESPACE, f"stepped {number}"),
        occurred_at=NOON,
        paper=paper,
        step=step or number,
    )


def sealed(number: int, message: Message, *, source: str = "wms:W1/stock") -> Envelope:
    return seal(message, source=source, sequence=number)


def say(source: str, messages: Sequence[Message]) -> None:
    """Publish messages as a verb would, in the open transaction."""
    numbers = reserve_numbers(source, len(messages))
    publish_many(
        [
            Outgoing(message=message, source=source, sequence=number)
            for number, message in zip(numbers, messages, strict=True)
        ]
    )


@contextmanager
def wired(*table: AnySubscription, routes: Sequence[Route] = ()) -> Iterator[None]:
    """Replace the wiring of the process for a while."""
    before = subscriptions.list_subscriptions()
    routes_before = subscriptions.list_routes()
    subscriptions.connect(table, routes=routes)
    try:
        yield
    finally:
        subscriptions.connect(before, routes=routes_before)
