"""Who hears what: the value types. The table itself is `config/subscriptions.py`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from yipan.exchange import codec
from yipan.messages.base import Message


class Heard(NamedTuple):
    """Where a message came from; goes into the trace of what it moved."""

    source: str
    epoch: int
    sequence: int
    receiver: str


#: A run as a handler sees it: messages of one kind and one source, ordered by sequence.
Run = Sequence[tuple[Any, Heard]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Subscription:
    """One receiver hears a kind, one message at a time."""

    receiver: str
    message: type[Message]
    handler: Callable[[Any, Heard], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class RunSubscription:
    """One receiver hears a kind that comes in thousands, all of a run at once."""

    receiver: str
    message: type[Message]
    handler: Callable[[Run], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """
    One receiver listens to the sources whose name begins with `prefix`.

    `is_heard`, when given, decides on the full name: whether an addressed site is one of
    the receiver's. A selective receiver takes a few kinds out of busy streams: within one
    database it passes over all others without writing them down one by one.
    """

    receiver: str
    prefix: str
    is_heard: Callable[[str], bool] | None = None
    is_selective: bool = False

    def matches(self, source: str) -> bool:
        """Return whether the receiver listens to this source."""
        return source.startswith(self.prefix) and (self.is_heard is None or self.is_heard(source))


AnySubscription = Subscription | RunSubscription

_handlers: dict[tuple[str, str], list[AnySubscription]] = {}
_routes: list[Route] = []


def connect(subscriptions: Sequence[AnySubscription], *, routes: Sequence[Route] = ()) -> None:
    """Take the wiring of this process, in place of any before. Called once at start-up."""
    codec.learn_kinds([each.message for each in subscriptions])
    _handlers.clear()
    for each in subscriptions:
        _handlers.setdefault((each.receiver, each.message.kind), []).append(each)
    _routes[:] = routes


def list_subscriptions() -> list[AnySubscription]:
    """Return the whole wiring, ordered by receiver and kind."""
    return [each for key in sorted(_handlers) for each in _handlers[key]]


def list_routes() -> list[Route]:
    """Return who listens to which sources, as it was connected."""
    return list(_routes)


def list_handlers(receiver: str, kind: str) -> Sequence[AnySubscription]:
    """Return what one receiver does with one kind; nothing, when it does not listen to it."""
    return _handlers.get((receiver, kind), ())


def list_receivers(source: str) -> list[str]:
    """Return who listens to a source here, ordered by name."""
    return sorted({route.receiver for route in _routes if route.matches(source)})


def list_kinds_of_interest(receiver: str, source: str) -> list[str] | None:
    """Return the kinds a receiver takes out of a source, or None where it takes all."""
    mine = [each for each in _routes if each.receiver == receiver and each.matches(source)]
    if not mine or not all(route.is_selective for route in mine):
        return None
    return sorted(kind for name, kind in _handlers if name == receiver)
