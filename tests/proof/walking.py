"""
Walks: people and systems take steps in any order, refused or not, and in the end the books hold.

A walk is a state machine of hypothesis over the real verbs. What is refused changes nothing and is
no mistake; anything else that goes wrong is. Each walk is undone when it is over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import count
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from tests import retailer
from tests.retailer import NOON, make_id
from yipan.documents import reversals
from yipan.exchange import parking
from yipan.exchange.models import InboxMessage, Stream
from yipan.exchange.subscriptions import list_receivers
from yipan.foundation.refusals import Refusal
from yipan.ledger.moves import Trace
from yipan.proof.run import prove

T = TypeVar("T")

#: Which of the documents there are: the same one for the same number.
NUMBERS = st.integers(min_value=0, max_value=997)
FEW = st.integers(min_value=1, max_value=9)

WHY = reversals.write_reason(cause=reversals.INCORRECT_DATA, words="A walk.")
#: Two people of the office, and whoever works at the sites; all of them say why.
FIRST = Trace(actor="ann.office", device="office-1", reason=WHY)
SECOND = Trace(actor="ben.office", device="office-2", reason=WHY)
HANDS = Trace(actor="hu.hands", device="handheld-1", reason=WHY)


class Walk(RuleBasedStateMachine):
    """A walk over a world that stands already. `refused` are the codes of steps not taken."""

    def __init__(self) -> None:
        super().__init__()
        self._ids = count()
        self.refused: list[str] = []
        self._undone = transaction.atomic()
        self._undone.__enter__()

    def new_id(self) -> UUID:
        """Return the next id of this walk."""
        return make_id(f"walk {next(self._ids)}")

    def take(self, verb: Callable[..., T], /, **given: Any) -> T | None:
        """Take a step; return None when it is refused."""
        try:
            with transaction.atomic():
                return verb(**{"at": NOON, **given})
        except Refusal as refusal:
            self.refused.append(refusal.code)
            return None

    @rule()
    def deliver(self) -> None:
        """Let all messages arrive."""
        retailer.deliver()

    @rule(which=NUMBERS)
    def hear(self, which: int) -> None:
        """Let one message arrive before others, or once more."""
        stream = choose(Stream.objects.order_by("id"), which)
        told = choose(retailer.list_envelopes(stream.source), which // 7) if stream else None
        if told is not None:
            for receiver in list_receivers(told.source):
                retailer.hear(receiver, told)

    def end(self) -> None:
        """Let everything arrive; then the books hold, and nothing is parked."""
        retailer.deliver()
        parking.retry()
        retailer.deliver()
        broken = [finding for finding in prove() if not finding.ok]
        assert broken == []
        assert list(InboxMessage.objects.filter(state="parked").values("code", "envelope")) == []

    def teardown(self) -> None:
        """Judge the walk, and undo it."""
        try:
            self.end()
        finally:
            transaction.set_rollback(True)
            self._undone.__exit__(None, None, None)


def choose(rows: Iterable[T], which: int) -> T | None:
    """Return one of some rows, the same for the same number; None when there is none."""
    found: Sequence[T] = list(rows)
    return found[which % len(found)] if found else None


def walk(machine: type[Walk], *, examples: int, steps: int) -> None:
    """Take so many walks, the same ones each time."""
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            derandomize=True,
            # A walk that fails is read as it was; making it shorter takes minutes.
            phases=(Phase.generate,),
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
