"""Orders of channels taken in many at once (批量接单): each alone, settings read once for all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from yipan.foundation.kept import read_once
from yipan.foundation.refusals import Refusal
from yipan.ledger.moves import Trace
from yipan.oms.documents import order
from yipan.oms.documents.order import Bought, Taken

ORDERS_MAX: Final = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What became of one order: its number, or why it was not taken."""

    external_id: str
    taken: Taken | None = None
    refusal: Refusal | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Placed:
    """An order somebody placed, when, and the id its messages follow from."""

    bought: Bought
    at: datetime
    message_id: UUID


def take_all(placed: Sequence[Placed], *, by: Trace) -> list[Answer]:
    """
    Take in orders in the order given, each in a transaction of its own; see `order.take`.

    What one refuses takes nothing from the others. A channel that is changed meanwhile is seen
    by the next batch.
    """
    assert len(placed) <= ORDERS_MAX
    answers = []
    with read_once():
        for it in placed:
            try:
                taken = order.take(bought=it.bought, by=by, at=it.at, message_id=it.message_id)
            except Refusal as refusal:
                answers.append(Answer(external_id=it.bought.external_id, refusal=refusal))
            else:
                answers.append(Answer(external_id=it.bought.external_id, taken=taken))
    return answers
