"""What steps of promises are asked with, answered with, and refused with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from yipan.foundation.refusals import Refusal
from yipan.pool.models import Promise
from yipan.pool.rules import PromisedLine

LINES_PER_PROMISE_MAX = 500
ASKS_PER_BATCH_MAX = 500

Step = Literal["hold", "reserve", "commit", "release"]


class InsufficientStock(Refusal):
    """Less can be promised than was asked for. Nothing was set aside."""

    code = "reservation.insufficient_stock"


class HoldExpired(Refusal):
    """The time of the hold is over, and its goods went back. Ask for a new one."""

    code = "reservation.hold_expired"


class PromiseWrongState(Refusal):
    """The promise is not in a state from which this step can be taken."""

    code = "reservation.wrong_state"


@dataclass(frozen=True, kw_only=True, slots=True)
class Ask:
    """
    One step somebody asks for. `lines` and `expires_at` belong to a new promise only.

    `seconds` is how long a hold was asked for: part of what makes a repeat the same.
    `sites` is the scope of who asks: a promise of another site does not exist for them.
    """

    step: Step
    number: str
    lines: tuple[PromisedLine, ...] = ()
    expires_at: datetime | None = None
    seconds: int | None = None
    external_id: str = ""
    actor: str = ""
    sites: frozenset[str] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PromiseRow:
    """
    A promise as its steps and reads return it, one line per site and SKU.

    `is_repeat` says that this was asked and answered before.
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
    )
