"""What steps of promises are asked with, answered with, and refused with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from yipan.foundation.refusals import Refusal
from yipan.pool.models import Promise
from yipan.pool.rules import PromisedLine

LINES_PER_PROMISE_MAX = 500
ASKS_PER_BATCH_MAX = 500

Step = Literal["hold", "reserve", "commit", "release", "extend", "move"]


class InsufficientStock(Refusal):
    """Less can be promised than was asked for. Nothing was set aside."""

    code = "reservation.insufficient_stock"


class HoldExpired(Refusal):
    """The time of the hold is over, and its goods went back. Ask for a new one."""

    code = "reservation.hold_expired"


class PromiseWrongState(Refusal):
    """The promise is not in a state from which this step can be taken."""

    code = "reservation.wrong_state"


class LinesDiffer(Refusal):
    """A promise is moved as a whole: the same SKUs and quantities, at other sites."""

    code = "reservation.lines_differ"
    status = 422


class ReleaseReasonMissing(Refusal):
    """Say in a few words why the goods are given back to everybody."""

    code = "reservation.reason_missing"
    status = 422


@dataclass(frozen=True, kw_only=True, slots=True)
class Ask:
    """
    One step somebody asks for. What follows `number` belongs to a new promise only, but for
    the lines of a move and the new end of an extended hold.

    `seconds` is how long a hold was asked for: part of what makes a repeat the same. A hold or an
    extension without `expires_at` lasts as long as its channel keeps carts.
    `sites` is the scope of who asks: a promise of another site does not exist for them.
    A line without a site is wanted from any site of the `channel` or `group`, except those
    `without`; `due_on` allows goods that come until then; `may_be_partial` takes what there is.
    `is_owed` says that it was ordered before: a channel that is closed by now does not matter.
    `reason` and `device` are remembered by the posting of a step a person takes.
    """

    step: Step
    number: str
    lines: tuple[PromisedLine, ...] = ()
    expires_at: datetime | None = None
    seconds: int | None = None
    external_id: str = ""
    actor: str = ""
    sites: frozenset[str] | None = None
    channel: str = ""
    method: str = ""
    group: str = ""
    due_on: date | None = None
    may_be_partial: bool = False
    priority: int = 0
    without: frozenset[str] = frozenset()
    is_owed: bool = False
    reason: str = ""
    device: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class PromiseRow:
    """
    A promise as its steps and reads return it, one line per site and SKU.

    `is_repeat` says that this was asked and answered before. `short` maps a SKU to what of it
    could not be set aside of a promise that may be partial.
    """

    number: str
    state: str
    lines: tuple[PromisedLine, ...]
    created_at: datetime
    created_by: str
    external_id: str = ""
    expires_at: datetime | None = None
    committed_at: datetime | None = None
    is_repeat: bool = False
    channel: str = ""
    method: str = ""
    short: Mapping[str, int] = field(default_factory=dict)


#: What an ask comes to: the promise, or why not.
Answer = PromiseRow | Refusal


def make_row(promise: Promise, lines: tuple[PromisedLine, ...]) -> PromiseRow:
    """Return the plain row of a promise."""
    return PromiseRow(
        number=promise.number,
        state=promise.state,
        lines=lines,
        created_at=promise.created_at,
        created_by=promise.created_by,
        external_id=promise.external_id,
        expires_at=promise.expires_at,
        committed_at=promise.committed_at,
        channel=promise.channel,
        method=promise.method,
        short=promise.facts.get("short", {}),
    )
