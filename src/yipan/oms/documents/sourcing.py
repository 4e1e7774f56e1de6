"""Sourcing an order (寻源): decide, reserve, tell the sites; all in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID, uuid5

import msgspec
from django.db import transaction

from yipan.foundation.refusals import Refusal
from yipan.ledger.moves import Trace
from yipan.oms.documents import backorder, order_state, telling
from yipan.oms.models import (
    ChannelOrder,
    FulfillmentLine,
    FulfillmentOrder,
    OrderLine,
    SourcingDecision,
)
from yipan.oms.queries import candidates
from yipan.oms.queries.candidates import Question
from yipan.oms.rules import sourcing as rules
from yipan.oms.rules.sourcing import Part, Plan
from yipan.pool import promises
from yipan.pool.promises import Ask
from yipan.pool.rules import PromisedLine

#: How often an order is decided anew because somebody else took the goods meanwhile.
ATTEMPTS_MAX = 3


@transaction.atomic
def source(
    *,
    order: ChannelOrder,
    trigger: str,
    by: Trace,
    at: datetime,
    message_id: UUID,
    only: str = "",
) -> list[FulfillmentOrder]:
    """
    Decide from where what still waits of an order is sent, reserve it and tell the sites.

    The order is locked by the caller. Sites that refused it before, or were short, are left
    out. `only` is the site a person chose instead. What no site has keeps waiting: it is
    back-ordered. `message_id` is what the ids of the messages follow from.
    """
    before = order.state
    order_state.apply_cuts(order)
    made: list[FulfillmentOrder] = []
    is_retry = trigger == "again" and not backorder.has_come(order)
    if not is_retry:
        # What was set aside of goods to come is given back here and taken again below; nobody
        # comes between: the balances stay locked until the end of the transaction.
        backorder.give_back(order, by=by, at=at)
    for attempt in range(ATTEMPTS_MAX):
        lines = [line for line in order.lines.order_by("line") if _get_waiting(line) > 0]
        if not lines:
            break
        question = candidates.ask(order, lines=lines, at=at, only=only)
        plan = rules.plan(question.wanted, question.candidates, weights=question.weights)
        if is_retry and not made and not plan.parts:
            return []
        _keep(order, question, plan, trigger=trigger, by=by, at=at)
        placed, refused = _reserve(order, plan, by=by, at=at)
        made += _release(
            order,
            placed,
            question=question,
            by=by,
            at=at,
            message_id=uuid5(message_id, f"{attempt}"),
        )
        if not refused:
            break
    backorder.give_back(order, by=by, at=at)
    backorder.set_aside(order, by=by, at=at)
    order_state.recount(order, at=at)
    order_state.ORDER_TRAIL.note(order, step="source", from_state=before, by=by, at=at)
    return made


def _get_waiting(line: OrderLine) -> int:
    return line.quantity - line.quantity_canceled - line.quantity_placed


def _keep(
    order: ChannelOrder, question: Question, plan: Plan, *, trigger: str, by: Trace, at: datetime
) -> None:
    """Store question and answer, so that the decision can be read, and asked again."""
    order.sourcings_count += 1
    order.save(update_fields=["sourcings_count"])
    SourcingDecision.objects.create(
        order=order,
        number=order.sourcings_count,
        trigger=trigger,
        decided_at=at,
        decided_by=by.actor,
        reason=by.reason,
        cost_minor=plan.cost,
        question=msgspec.to_builtins(question),
        plan=msgspec.to_builtins(plan),
    )


def _reserve(
    order: ChannelOrder, plan: Plan, *, by: Trace, at: datetime
) -> tuple[dict[str, tuple[str, Sequence[Part]]], bool]:
    """Reserve what each site sends; return site to promise and parts, and if any was refused."""
    by_site: dict[str, list[Part]] = {}
    for part in plan.parts:
        by_site.setdefault(part.site, []).append(part)
    first = order.fulfillments.count() + 1
    asks = {
        site: Ask(
            step="reserve",
            number=f"rsv_{order.number}-{first + place}-{order.sourcings_count}",
            lines=tuple(
                PromisedLine(site=site, sku=part.sku, quantity=part.quantity) for part in parts
            ),
            external_id=f"{order.number}-{first + place}",
            actor=by.actor,
            channel=order.channel,
            method=order.method,
            is_owed=True,
            priority=order.priority,
        )
        for place, (site, parts) in enumerate(sorted(by_site.items()))
    }
    answers = promises.decide(asks=list(asks.values()), at=at)
    placed: dict[str, tuple[str, Sequence[Part]]] = {}
    for (site, ask), answer in zip(asks.items(), answers, strict=True):
        if not isinstance(answer, Refusal):
            placed[site] = (ask.number, by_site[site])
    return placed, len(placed) < len(asks)


def _release(
    order: ChannelOrder,
    placed: Mapping[str, tuple[str, Sequence[Part]]],
    *,
    question: Question,
    by: Trace,
    at: datetime,
    message_id: UUID,
) -> list[FulfillmentOrder]:
    lines = {line.line: line for line in order.lines.all()}
    to_store = order.method == "ship_to_store"
    made, first = [], order.fulfillments.count() + 1
    for place, (site, (promise, parts)) in enumerate(sorted(placed.items()), start=first):
        fulfillment = FulfillmentOrder.objects.create(
            number=f"{order.number}-{place}",
            order=order,
            site=order.pickup_site if to_store else site,
            from_site=site if to_store and site != order.pickup_site else "",
            method=order.method,
            promise=promise,
            place=place,
            **_read_when(question, site, method=order.method),
            pickup_code="" if order.method == "ship" else _make_code(message_id, site),
            created_by=by.actor,
            created_at=at,
        )
        for part in parts:
            lines[part.line].quantity_placed += part.quantity
        FulfillmentLine.objects.bulk_create(
            FulfillmentLine(
                fulfillment=fulfillment,
                order_line=lines[part.line],
                sku=part.sku,
                quantity=part.quantity,
            )
            for part in parts
        )
        told = uuid5(message_id, f"oms.fulfillment_released {site}")
        quantities = {part.line: part.quantity for part in parts}
        tell = telling.order_delivery if fulfillment.from_site else telling.release
        tell(fulfillment, quantities, at=at, message_id=told)
        order_state.FULFILLMENT_TRAIL.note(
            fulfillment, step="release", from_state="", by=by, at=at, message_id=told
        )
        made.append(fulfillment)
    OrderLine.objects.bulk_update(
        [lines[part.line] for _, parts in placed.values() for part in parts], ["quantity_placed"]
    )
    return made


def _read_when(question: Question, site: str, *, method: str) -> dict[str, object]:
    """Return by when a site has it there, as its fulfillment order keeps it."""
    when = question.whens.get(site)
    if when is None:
        return {"due_on": question.due_on.get(site)}
    is_pickup = method == "pickup"
    return {
        "due_on": when.day,
        "ready_at": when.ready_at if is_pickup else None,
        "leave_by": None if is_pickup else when.leave_by,
        "carrier": when.carrier,
    }


def _make_code(message_id: UUID, site: str) -> str:
    """Return six digits a customer can say at a counter."""
    return f"{uuid5(message_id, f'code {site}').int % 1_000_000:06d}"
