"""The two ways a message goes: within one database, and over HTTPS between two."""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, Protocol, TypeVar
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from yipan.exchange import inbox, streams, told, wire
from yipan.exchange.envelopes import Envelope
from yipan.exchange.replies import Reply, ReplyState

T = TypeVar("T")

TIMEOUT_SECONDS: Final = 30.0
ANSWER_BYTES_MAX: Final = 64 * 1024 * 1024
BATCH_TYPE: Final = "application/cloudevents-batch+json"


class NoAnswer(Exception):
    """
    Nobody can say what became of the messages: they are to be sent again.

    Not a refusal: a time-out, a 5xx, an answer that was cut, or a hub that does not know us.
    """


class TooLarge(NoAnswer):
    """The receiver, or somebody on the way to it, takes no body of this size: send less."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pulled:
    """
    What a source told after a number, in order, and how far it has told.

    It keeps nothing below `first_sequence` of the epoch that was asked for.
    """

    envelopes: Sequence[Envelope]
    epoch: int
    last_sequence: int
    first_sequence: int = 1


class Transport(Protocol):
    """Carries messages to a receiver, and fetches what is told for us."""

    def push(self, envelopes: Sequence[Envelope]) -> list[Reply]:
        """
        Bring messages to the receiver and return its answers, one for each.

        :raises TooLarge: if they are more bytes than go through at once.
        :raises NoAnswer: if it is not known what became of them.
        """

    def pull(self, *, source: str, epoch: int, after: int, limit: int) -> Pulled:
        """
        Fetch what `source` told in `epoch` after a number.

        :raises NoAnswer: if it is not known what it told.
        """


class InProcess:
    """Both ends in this database. Faults of the receiver's code are added to `faults`."""

    def __init__(self, *, receiver: str, faults: list[Exception]) -> None:
        self._receiver = receiver
        self._faults = faults

    def push(self, envelopes: Sequence[Envelope]) -> list[Reply]:
        """Receive the messages."""
        return inbox.receive(self._receiver, envelopes, faults=self._faults)

    def pull(self, *, source: str, epoch: int, after: int, limit: int) -> Pulled:
        """Read the outbox."""
        issued = streams.get_issued(source, epoch=epoch)
        return Pulled(
            envelopes=told.list_after(source=source, epoch=epoch, after=after, limit=limit),
            epoch=issued.epoch,
            last_sequence=issued.last_sequence,
            first_sequence=issued.first_sequence,
        )


class ReplyOnWire(msgspec.Struct, kw_only=True):
    """One line of the answer to a batch."""

    id: str
    source: str
    sequence: int
    state: ReplyState
    code: str = ""
    facts: dict[str, Any] = {}
    applied_sequence: int = 0
    waiting: tuple[int, ...] = ()


class RepliesOnWire(msgspec.Struct, kw_only=True):
    """The answer to a batch."""

    data: list[ReplyOnWire]


class EventsOnWire(msgspec.Struct, kw_only=True):
    """The answer to a pull."""

    data: list[msgspec.Raw]
    epoch: int
    last_sequence: int
    first_sequence: int = 1


class Https:
    """
    A hub at an address, spoken to under our key, over one connection that is kept alive.

    Not to be shared between threads.
    """

    def __init__(self, *, url: str, key: str, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        parts = urlsplit(url)
        assert parts.scheme in {"http", "https"}, f"no address of a hub: {url}"
        assert parts.hostname, f"no address of a hub: {url}"
        self._root = parts.path.rstrip("/") + "/api/v1"
        self._headers = {"Authorization": f"Bearer {key}", "Accept": "application/json"}
        if parts.scheme == "https":
            self._connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                parts.hostname,
                parts.port,
                timeout=timeout_seconds,
                context=ssl.create_default_context(),
            )
        else:
            self._connection = http.client.HTTPConnection(
                parts.hostname, parts.port, timeout=timeout_seconds
            )

    def push(self, envelopes: Sequence[Envelope]) -> list[Reply]:
        """Send one batch to the hub's door."""
        body = self._call("POST", "/events", body=wire.write_batch(envelopes))
        answer = _read(body, RepliesOnWire)
        if len(answer.data) != len(envelopes):
            raise NoAnswer(f"{len(answer.data)} replies to {len(envelopes)} messages")
        return [
            Reply(
                message_id=line.id,
                source=line.source,
                sequence=line.sequence,
                state=line.state,
                code=line.code,
                facts=line.facts,
                applied_sequence=line.applied_sequence,
                waiting=line.waiting,
            )
            for line in answer.data
        ]

    def pull(self, *, source: str, epoch: int, after: int, limit: int) -> Pulled:
        """Ask the hub for what it told us."""
        query = urlencode(
            {"source": source, "epoch": epoch, "after": after, "limit": limit}, quote_via=quote
        )
        answer = _read(self._call("GET", f"/events?{query}"), EventsOnWire)
        envelopes = [wire.read_event(text) for text in answer.data]
        return Pulled(
            envelopes=[each for each in envelopes if isinstance(each, Envelope)],
            epoch=answer.epoch,
            last_sequence=answer.last_sequence,
            first_sequence=answer.first_sequence,
        )

    def close(self) -> None:
        """Close the connection; the next call opens another."""
        self._connection.close()

    def _call(self, method: str, path: str, *, body: bytes | None = None) -> bytes:
        headers = dict(self._headers)
        if body is not None:
            headers["Content-Type"] = BATCH_TYPE
        try:
            self._connection.request(method, self._root + path, body=body, headers=headers)
            response = self._connection.getresponse()
            answer = response.read(ANSWER_BYTES_MAX + 1)
        except (OSError, http.client.HTTPException) as error:
            # The connection may hold half an answer: the next call starts anew.
            self._connection.close()
            raise NoAnswer(f"{type(error).__name__}: {error}") from error
        if len(answer) > ANSWER_BYTES_MAX:
            self._connection.close()
            raise NoAnswer(f"an answer of more than {ANSWER_BYTES_MAX} bytes")
        if response.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            # Whoever refuses a body may not have read all of it.
            self._connection.close()
            raise TooLarge(f"HTTP {response.status} {_find_code(answer)}".rstrip())
        if response.status != HTTPStatus.OK:
            raise NoAnswer(f"HTTP {response.status} {_find_code(answer)}".rstrip())
        return answer


def _read(body: bytes, form: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=form)
    except msgspec.MsgspecError as error:
        raise NoAnswer(f"an answer that cannot be read: {error}") from error


def _find_code(answer: bytes) -> str:
    try:
        return str(json.loads(answer).get("code", ""))
    except (ValueError, AttributeError):
        return ""
