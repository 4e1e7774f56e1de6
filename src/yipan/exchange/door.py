"""The door for messages from outside: read, check who speaks, hand to every listener."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

import msgspec

from yipan.access.actors import Actor
from yipan.exchange import inbox, streams, wire
from yipan.exchange.envelopes import Envelope
from yipan.exchange.replies import Reply, ReplyState
from yipan.exchange.sources import find_source
from yipan.exchange.subscriptions import list_receivers
from yipan.exchange.wire import BATCH_MESSAGES_MAX, Unreadable
from yipan.foundation.refusals import NotFound, Refusal

EPOCH_UNKNOWN: Final = "exchange.epoch_unknown"


class BatchUnreadable(Refusal):
    """The body is no JSON of one message or a list of them, as when it was cut on the way."""

    code = "request.malformed"
    status = 400


class BatchTooLong(Refusal):
    """More messages in one call than are taken. Send them in several."""

    code = "bulk.too_many_lines"
    status = 413


def take_in(body: bytes, *, actor: Actor) -> list[Reply]:
    """
    Receive the messages of one call, and answer each in the order given.

    Raises and answers as `read_call` and `receive_call`, one after the other.
    """
    return receive_call(read_call(body), actor=actor)


def read_call(body: bytes) -> list[Envelope | Unreadable]:
    """
    Read the messages of one call. Needs no database, so that it may run beside other work.

    :raises BatchUnreadable: if the body is cut or no JSON at all.
    :raises BatchTooLong: if there are more than 100 messages.
    """
    try:
        items = wire.read_batch(body)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise BatchUnreadable(reason=str(error)) from error
    if len(items) > BATCH_MESSAGES_MAX:
        raise BatchTooLong(maximum=BATCH_MESSAGES_MAX, messages=len(items))
    return items


def receive_call(items: Sequence[Envelope | Unreadable], *, actor: Actor) -> list[Reply]:
    """
    Receive what was read of one call, and answer each message in the order given.

    Nothing is received unless the caller may speak for every source in the batch. A
    message several receivers listen to is received by each; its answer is the least
    favorable. A fault of ours leaves its message `unknown`; when it leaves all of them
    so, it is raised.

    :raises NotFound: if a source is none of the caller's, or nobody here listens to it.
    """
    sources = {item.source for item in items if isinstance(item, Envelope)}
    check_speaker(actor, sources)
    epochs = streams.list_epochs(sources)
    taken: list[Envelope] = []
    refused: dict[int, Reply] = {}
    for place, item in enumerate(items):
        if isinstance(item, Unreadable):
            refused[place] = wire.refuse(item)
        elif item.epoch > epochs.get(item.source, 1):
            refused[place] = _refuse_epoch(item)
        else:
            taken.append(item)
    replies = iter(_receive_everywhere(taken))
    return [refused.get(place) or next(replies) for place in range(len(items))]


def _refuse_epoch(envelope: Envelope) -> Reply:
    """Answer a message of an epoch the hub never gave out."""
    return Reply(
        message_id=str(envelope.message_id),
        source=envelope.source,
        sequence=envelope.sequence,
        state=ReplyState.REJECTED,
        code=EPOCH_UNKNOWN,
        facts={"epoch": envelope.epoch},
    )


def check_speaker(actor: Actor, sources: Collection[str]) -> None:
    """
    Check that the actor may speak for all these sources. The hub's own need all sites.

    :raises NotFound: if not, or nobody here listens to one of them.
    """
    for name in sorted(sources):
        source = find_source(name)
        is_hub = source is not None and source.system == "erp"
        is_allowed = (
            source is not None
            and (actor.sites is None if is_hub else actor.sees(source.site))
            and actor.speaks_for(name)
        )
        if not is_allowed or not list_receivers(name):
            raise NotFound(kind="source", id=name)


def check_reader(actor: Actor, source: str) -> None:
    """
    Check that the actor may see a source: one of his sites, or one that is for all sites.

    :raises NotFound: if not.
    """
    found = find_source(source)
    if found is None or (found.site and not actor.sees(found.site)):
        raise NotFound(kind="source", id=source)


def _receive_everywhere(envelopes: Sequence[Envelope]) -> list[Reply]:
    by_receiver: dict[str, list[int]] = {}
    for place, envelope in enumerate(envelopes):
        for receiver in list_receivers(envelope.source):
            by_receiver.setdefault(receiver, []).append(place)
    faults: list[Exception] = []
    answers: dict[int, Reply] = {}
    for receiver, places in by_receiver.items():
        replies = inbox.receive(receiver, [envelopes[place] for place in places], faults=faults)
        for place, reply in zip(places, replies, strict=True):
            answers[place] = _join(answers.get(place), reply)
    if faults and all(reply.state == ReplyState.UNKNOWN for reply in answers.values()):
        raise faults[0]
    return [answers[place] for place in range(len(envelopes))]


#: From the least to the most favorable: the sender must act on the worst.
_ORDER = (
    ReplyState.UNKNOWN,
    ReplyState.REJECTED,
    ReplyState.PARKED,
    ReplyState.WAITING,
    ReplyState.APPLIED,
    ReplyState.DUPLICATE,
)


def _join(first: Reply | None, second: Reply) -> Reply:
    if first is None or _ORDER.index(second.state) < _ORDER.index(first.state):
        worst, other = second, first
    else:
        worst, other = first, second
    if other is None:
        return worst
    return Reply(
        message_id=worst.message_id,
        source=worst.source,
        sequence=worst.sequence,
        state=worst.state,
        code=worst.code,
        facts=worst.facts,
        applied_sequence=min(worst.applied_sequence, other.applied_sequence),
        waiting=tuple(sorted({*worst.waiting, *other.waiting})),
    )
