"""Promises as they are written down: many at once, in one statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from yipan.documents import statements
from yipan.pool import rules
from yipan.pool.models.promise import PromiseState as State
from yipan.pool.promises.values import Ask
from yipan.pool.rules import PromisedLine


@dataclass(frozen=True, kw_only=True, slots=True)
class NewPromise:
    """A promise on its way into the table. `lines` are those set aside, or asked for in vain."""

    ask: Ask
    state: State
    lines: tuple[PromisedLine, ...]
    facts: Mapping[str, object] = field(default_factory=dict)


def get_ask_digest(ask: Ask) -> str:
    """Return the fingerprint of what an ask wants, which the same number must want again."""
    terms = (ask.channel, ask.method, ask.group, ask.due_on, ask.may_be_partial)
    written = "" if not any(terms) else "\0".join(str(each) for each in terms)
    return rules.get_digest(ask.lines, seconds=ask.seconds, terms=written)


def insert(promises: Sequence[NewPromise], *, at: datetime) -> None:
    """Write promises and their lines."""
    if not promises:
        return
    asks = [it.ask for it in promises]
    lines = [(it.ask.number, line) for it in promises for line in it.lines]
    texts, numbers = statements.texts, statements.numbers
    moments = [None if it.state != State.REFUSED else at for it in promises]
    statements.run(
        "yipan.pool",
        "insert_promises",
        {
            "number": texts([ask.number for ask in asks]),
            "state": texts([str(it.state) for it in promises]),
            "created_by": texts([ask.actor for ask in asks]),
            "created_at": statements.moments([at] * len(asks)),
            "expires_at": statements.moments([ask.expires_at for ask in asks]),
            "settled_at": statements.moments(moments),
            "external_id": texts([ask.external_id for ask in asks]),
            "digest": texts([get_ask_digest(ask) for ask in asks]),
            "facts": texts([msgspec.json.encode(it.facts).decode() for it in promises]),
            "channel": texts([ask.channel for ask in asks]),
            "method": texts([ask.method for ask in asks]),
            "grouped": texts([ask.group for ask in asks]),
            "priority": numbers([ask.priority for ask in asks]),
            "line_number": texts([number for number, _ in lines]),
            "site": texts([line.site for _, line in lines]),
            "sku": texts([line.sku for _, line in lines]),
            "quantity": numbers([line.quantity for _, line in lines]),
            "supply": texts([line.supply for _, line in lines]),
            "quota": numbers([line.quota for _, line in lines]),
            "quota_quantity": numbers([line.quota_quantity for _, line in lines]),
            "is_floating": statements.flags([line.is_floating for _, line in lines]),
            "due_on": statements.days([line.due_on for _, line in lines]),
        },
    )
