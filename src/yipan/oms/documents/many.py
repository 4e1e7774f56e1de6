"""One step of many orders, each alone; a trial takes them all the same, and keeps nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from yipan.foundation.ids import make_id
from yipan.foundation.refusals import Refusal
from yipan.ledger.moves import Trace
from yipan.oms.documents import order as verbs
from yipan.oms.models import ChannelOrder

STEPS: Final = ("source", "cancel")
ORDERS_MAX: Final = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What became of one order, or would: its state before and after, or why not."""

    number: str
    before: str
    after: str
    placed: int = 0
    refusal: Refusal | None = None


def take_many(
    *, step: str, numbers: Sequence[str], is_trial: bool, by: Trace, at: datetime
) -> list[Outcome]:
    """Take a step of each of some orders; what one refuses takes nothing from the others."""
    assert step in STEPS
    assert len(numbers) <= ORDERS_MAX
    return [_take(step, number, is_trial=is_trial, by=by, at=at) for number in numbers]


def _take(step: str, number: str, *, is_trial: bool, by: Trace, at: datetime) -> Outcome:
    before = _read_state(number)
    placed = 0
    try:
        with transaction.atomic():
            if step == "source":
                placed = verbs.source(number=number, by=by, at=at, message_id=make_id())
            else:
                verbs.cancel(number=number, by=by, at=at, message_id=make_id())
            after = _read_state(number)
            if is_trial:
                transaction.set_rollback(True)
    except Refusal as refusal:
        return Outcome(number=number, before=before, after=before, refusal=refusal)
    return Outcome(number=number, before=before, after=after, placed=placed)


def _read_state(number: str) -> str:
    return ChannelOrder.objects.filter(number=number).values_list("state", flat=True).first() or ""
