"""A step of a promise that may be taken: what it moves, and what becomes of the promise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

from yipan.foundation.status import StockStatus
from yipan.ledger.moves import Move, Trace
from yipan.pool import rules
from yipan.pool.models import Promise, PromiseLine
from yipan.pool.models.promise import PromiseState as State
from yipan.pool.promises.values import Ask
from yipan.pool.rules import PromisedLine

#: From which states may each step be taken?
STEPS: Final[Mapping[str, frozenset[str]]] = {
    "commit": frozenset({State.HELD}),
    "extend": frozenset({State.HELD}),
    "move": frozenset({State.HELD, State.RESERVED}),
    "release": frozenset({State.HELD, State.RESERVED}),
    "expire": frozenset({State.HELD}),
}

#: Where the goods of a standing promise are.
STATUS: Final[Mapping[str, StockStatus]] = {
    State.HELD: StockStatus.HELD,
    State.RESERVED: StockStatus.RESERVED,
}

#: In which state each step leaves the promise; a move and an extension change none.
TO_STATE: Final[Mapping[str, State]] = {
    "hold": State.HELD,
    "reserve": State.RESERVED,
    "commit": State.RESERVED,
    "release": State.RELEASED,
    "expire": State.EXPIRED,
}


class Known(NamedTuple):
    """A promise under our lock: what is open of it, and all sites it was ever given at."""

    promise: Promise
    lines: tuple[PromisedLine, ...]
    sites: frozenset[str]


@dataclass(kw_only=True, slots=True, eq=False)
class Planned:
    """A step that may be taken, and for which only stock can be missing."""

    step: str
    number: str
    lines: tuple[PromisedLine, ...]
    trace: Trace
    place: int = -1
    ask: Ask | None = None
    known: Known | None = None
    is_placed: bool = False
    short: Mapping[str, int] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        """Return the origin of its posting; a promise may be moved more than once."""
        if self.step == "move":
            assert self.known is not None
            return f"promise/{self.number}/move-{self.known.promise.postings_count + 1}"
        return f"promise/{self.number}/{self.step}"

    def list_moves(self) -> list[Move]:
        """Return what the step moves."""
        if self.known is None:
            status = STATUS[TO_STATE[self.step]]
            return rules.move_between(
                self.lines, from_status=StockStatus.AVAILABLE, to_status=status
            )
        status = STATUS[self.known.promise.state]
        if self.step == "move":
            # Given back first: what stays where it is must not be there twice.
            free = StockStatus.AVAILABLE
            return [
                *rules.move_between(self.known.lines, from_status=status, to_status=free),
                *rules.move_between(self.lines, from_status=free, to_status=status),
            ]
        after = STATUS.get(TO_STATE[self.step], StockStatus.AVAILABLE)
        return rules.move_between(self.lines, from_status=status, to_status=after)


def note_steps(planned: Sequence[Planned], *, at: datetime) -> None:
    """Write down the new state of promises that existed before."""
    by_step: dict[str, list[Planned]] = {}
    for step in planned:
        by_step.setdefault(step.step, []).append(step)
    for name, steps in sorted(by_step.items()):
        promises = Promise.objects.filter(number__in=[step.number for step in steps])
        if name == "commit":
            promises.update(state=TO_STATE[name], committed_at=at, expires_at=None)
        elif name == "extend":
            for step in steps:
                assert step.ask is not None
                promises.filter(number=step.number).update(expires_at=step.ask.expires_at)
        elif name == "move":
            for step in steps:
                _replace_lines(step)
        else:
            promises.update(state=TO_STATE[name], settled_at=at)


def _replace_lines(step: Planned) -> None:
    assert step.known is not None
    promise = step.known.promise
    # What was handed over before stays as it is; the rest is now set aside elsewhere.
    for row in promise.lines.select_for_update().order_by("id"):
        if row.quantity_open == row.quantity:
            row.delete()
        else:
            row.quantity -= row.quantity_open
            row.quantity_open = 0
            row.save(update_fields=["quantity", "quantity_open"])
    for line in step.lines:
        row, is_new = PromiseLine.objects.get_or_create(
            promise=promise,
            site=line.site,
            sku=line.sku,
            supply=line.supply,
            defaults={
                "quantity": line.quantity,
                "quantity_open": line.quantity,
                "quota": line.quota,
                "quota_quantity": line.quota_quantity,
                "is_floating": line.is_floating,
                "due_on": line.due_on,
            },
        )
        if not is_new:
            row.quantity += line.quantity
            row.quantity_open += line.quantity
            row.quota, row.quota_quantity = line.quota, line.quota_quantity
            row.save()
    promise.postings_count += 1
    promise.save(update_fields=["postings_count"])
