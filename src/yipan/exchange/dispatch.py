"""Handing messages to whoever subscribed: in runs, and one by one when a run is refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, NamedTuple

import msgspec
from django.db import (
    DataError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    transaction,
)

from yipan.exchange import codec
from yipan.exchange.envelopes import Envelope
from yipan.exchange.models import InboxState
from yipan.exchange.subscriptions import Heard, RunSubscription, list_handlers
from yipan.foundation.refusals import Refusal
from yipan.messages.base import Message


class Opened(NamedTuple):
    """An envelope and the typed message in it."""

    envelope: Envelope
    message: Message


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """Why a message is not booked, and what becomes of it: parked, waiting or rejected."""

    code: str
    facts: dict[str, Any] = field(default_factory=dict)
    state: InboxState = InboxState.PARKED

    @property
    def is_open(self) -> bool:
        """Return whether it may still be booked."""
        return self.state in (InboxState.PARKED, InboxState.WAITING)


#: What is not booked, by sequence. Who is not in it, is.
Verdicts = dict[int, Verdict]

PREDECESSOR_OPEN = "exchange.predecessor_open"
DATA_REFUSED = "exchange.data_refused"
FAULT = "exchange.fault"


def open_envelope(envelope: Envelope) -> Opened | None:
    """Read the message in an envelope; None when the language has no such message."""
    message_type = codec.find_type(envelope.kind)
    if message_type is None:
        return None
    try:
        message = codec.decode_message(
            message_type,
            envelope.data,
            message_id=envelope.message_id,
            occurred_at=envelope.occurred_at,
        )
    except msgspec.MsgspecError:
        return None
    return Opened(envelope, message)


def apply_facts(
    receiver: str, items: Sequence[Opened], *, faults: list[Exception] | None = None
) -> Verdicts:
    """
    Apply messages of one source whose order does not matter, all of a kind at once.

    A fault of ours is raised; when `faults` is given, it is added there instead, and the
    one message that meets it gets a verdict like a refused one.
    """
    verdicts: Verdicts = {}
    by_kind: dict[str, list[Opened]] = {}
    for item in items:
        by_kind.setdefault(item.envelope.kind, []).append(item)
    for same_kind in by_kind.values():
        if _try_all(receiver, same_kind, faults=faults) is not None:
            verdicts |= _apply_singly(receiver, same_kind, faults=faults)
    return verdicts


def apply_steps(
    receiver: str, items: Sequence[Opened], *, faults: list[Exception] | None = None
) -> Verdicts:
    """
    Apply messages of one source in their order, neighbors of one kind at once.

    Behind a refused one, those of the same partition key wait; all others go on. Faults
    are raised, or added to `faults` when it is given.
    """
    verdicts: Verdicts = {}
    refused: dict[str, int] = {}
    for _, neighbors in groupby(items, key=lambda item: item.envelope.kind):
        ready: list[Opened] = []
        for item in neighbors:
            predecessor = refused.get(item.envelope.partition_key)
            if predecessor is None:
                ready.append(item)
            else:
                verdicts[item.envelope.sequence] = _wait_for(predecessor)
        if ready and _try_all(receiver, ready, faults=faults) is not None:
            verdicts |= _apply_singly(receiver, ready, refused=refused, faults=faults)
    return verdicts


def _apply_singly(
    receiver: str,
    items: Sequence[Opened],
    *,
    refused: dict[str, int] | None = None,
    faults: list[Exception] | None,
) -> Verdicts:
    verdicts: Verdicts = {}
    for item in items:
        envelope = item.envelope
        predecessor = None if refused is None else refused.get(envelope.partition_key)
        if predecessor is not None:
            verdicts[envelope.sequence] = _wait_for(predecessor)
            continue
        verdict = _try_all(receiver, [item], faults=faults)
        if verdict is not None:
            verdicts[envelope.sequence] = verdict
            if refused is not None and verdict.is_open:
                refused[envelope.partition_key] = envelope.sequence
    return verdicts


def _wait_for(predecessor: int) -> Verdict:
    facts = {"predecessor": predecessor}
    return Verdict(code=PREDECESSOR_OPEN, facts=facts, state=InboxState.WAITING)


def _try_all(
    receiver: str, items: Sequence[Opened], *, faults: list[Exception] | None
) -> Verdict | None:
    """Apply all or nothing; return why nothing."""
    try:
        with transaction.atomic():
            _call_handlers(receiver, items)
    except Refusal as refusal:
        if refusal.status >= 500:
            raise  # busy, not refused: the same message is welcome again
        is_final = refusal.is_final and items[0].message.is_request
        return Verdict(
            code=refusal.code,
            facts=_make_plain(refusal.facts),
            state=InboxState.REJECTED if is_final else InboxState.PARKED,
        )
    except (DataError, IntegrityError) as error:
        return Verdict(code=DATA_REFUSED, facts=_describe(error))
    except (OperationalError, InterfaceError):
        raise  # the database is away or busy: nothing is wrong with the message
    except Exception as fault:
        if faults is None:
            raise
        if len(items) == 1:
            faults.append(fault)
        return Verdict(code=FAULT, facts={"error": type(fault).__name__})
    return None


def _call_handlers(receiver: str, items: Sequence[Opened]) -> None:
    handlers = list_handlers(receiver, items[0].envelope.kind)
    if not handlers:
        return
    run = [
        (message, Heard(envelope.source, envelope.epoch, envelope.sequence, receiver))
        for envelope, message in items
    ]
    for each in handlers:
        if isinstance(each, RunSubscription):
            each.handler(run)
        else:
            for message, heard in run:
                each.handler(message, heard)


def _make_plain(facts: dict[str, object]) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(facts, enc_hook=str)
    return plain


def _describe(error: Exception) -> dict[str, Any]:
    diagnosis = getattr(error.__cause__, "diag", None)
    return {
        "error": type(error).__name__,
        "constraint": getattr(diagnosis, "constraint_name", None) or "",
        "message": getattr(diagnosis, "message_primary", None) or str(error),
    }
