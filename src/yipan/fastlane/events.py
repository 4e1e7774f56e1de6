"""Messages through the fastlane: the batches of many senders in one commit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from django.db import transaction

from yipan.access.actors import Actor
from yipan.exchange import door, wire
from yipan.exchange.envelopes import Envelope
from yipan.exchange.replies import Reply as Heard
from yipan.exchange.sources import get_site
from yipan.exchange.wire import Unreadable
from yipan.fastlane.answers import Reply, tell, tell_refusal
from yipan.foundation.refusals import Refusal


class Post(NamedTuple):
    """What was read of one call, and who sent it."""

    items: Sequence[Envelope | Unreadable]
    actor: Actor


def weigh(post: Post) -> int:
    """Return how many messages a call brings; one without any counts too."""
    return len(post.items) or 1


def find_site(post: Post) -> str:
    """Return the site whose book a call is about: that of its first message."""
    for item in post.items:
        if isinstance(item, Envelope):
            return get_site(item.source)
    return ""


def receive(posts: Sequence[Post]) -> list[list[Heard] | Refusal]:
    """
    Take in the messages of several calls: one commit for all, a savepoint for each run.

    A call that is refused as a whole takes nothing from the others. A fault of ours takes
    the batch back, and is raised; whoever calls asks again in smaller batches.
    """
    with transaction.atomic():
        return [_receive_one(post) for post in posts]


def _receive_one(post: Post) -> list[Heard] | Refusal:
    try:
        return door.receive_call(post.items, actor=post.actor)
    except Refusal as refusal:
        return refusal


def write_answer(answer: list[Heard] | Refusal) -> Reply:
    """Return one reply line per message, in the order they were sent."""
    if isinstance(answer, Refusal):
        return tell_refusal(answer)
    return tell({"data": [wire.write_reply(heard) for heard in answer]})
