"""Which of the orders that wait could get something now: found for all of them at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import F

from yipan.foundation.kept import read_once
from yipan.oms.models import ChannelOrder, OrderLine
from yipan.oms.queries import candidates
from yipan.oms.rules import sourcing as rules
from yipan.pool.queries.promises import filter_on_hand


@read_once()
def list_hopeful(numbers: Sequence[str], *, at: datetime) -> list[str]:
    """
    Return those of some orders for which sourcing would find something now, in their order.

    Goods lie somewhere for most of what waits, at sites that may not send them: to lock and try
    each order would cost a busy hub some thousand statements a minute. Nothing is locked here, so
    who acts on the answer decides anew.
    """
    orders = {it.number: it for it in ChannelOrder.objects.filter(number__in=numbers)}
    waiting: dict[int, list[OrderLine]] = {}
    rows = OrderLine.objects.filter(
        order__in=orders.values(), quantity__gt=F("quantity_canceled") + F("quantity_placed")
    )
    for line in rows.order_by("order_id", "line"):
        waiting.setdefault(line.order_id, []).append(line)
    skus = {line.sku for lines in waiting.values() for line in lines}
    seen = candidates.look(orders.values(), skus=skus, at=at)
    come = filter_on_hand([it.backorder for it in orders.values() if it.backorder])
    return [
        number
        for number in numbers
        if (order := orders.get(number)) is not None
        and (lines := waiting.get(order.pk))
        and (
            order.backorder in come
            or any(line.quantity_cut for line in lines)
            or _finds(order, lines, seen=seen, at=at)
        )
    ]


def _finds(
    order: ChannelOrder, lines: Sequence[OrderLine], *, seen: candidates.Seen, at: datetime
) -> bool:
    question = candidates.ask(order, lines=lines, at=at, seen=seen)
    plan = rules.plan(question.wanted, question.candidates, weights=question.weights)
    return bool(plan.parts)
