"""Sourcing an order (寻源): decide, reserve, tell the sites; all in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID, uuid5

import msgspec
from django.db import transaction

from yipan.exchange import outbox
from yipan.foundation.handover import get_code_hash
from yipan.foundation.refusals import Refusal
from yipan.ledger.moves import Trace
from yipan.messages.oms import FulfillmentLine as ToldLine
from yipan.messages.oms import FulfillmentReleased
from yipan.oms.documents import order_state
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
    made: list[FulfillmentOrder] = []
    for attempt in range(ATTEMPTS_MAX):
        lines = [line for line in order.lines.order_by("line") if _get_waiting(line) > 0]
        if not lines:
            break
        question = candidates.ask(order, lines=lines, at=at, only=only)
        plan = rules.plan(question.wanted, question.candidates, weights=question.weights)
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
    order_state.recount(order, at=at)
    order_state.note_order(order, step="source", from_state=before, by=by, at=at)
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
    made = []
    for site, (promise, parts) in sorted(placed.items()):
        place = order.fulfillments.count() + 1
        fulfillment = FulfillmentOrder.objects.create(
            number=f"{order.number}-{place}",
            order=order,
            site=site,
            method=order.method,
            promise=promise,
            place=place,
            due_on=question.due_on.get(site),
            pickup_code=_make_code(message_id, site) if order.method == "pickup" else "",
            created_by=by.actor,
            created_at=at,
        )
        for part in parts:
            line = lines[part.line]
            line.quantity_placed += part.quantity
            line.save(update_fields=["quantity_placed"])
            FulfillmentLine.objects.create(
                fulfillment=fulfillment, order_line=line, sku=part.sku, quantity=part.quantity
            )
        told = uuid5(message_id, f"oms.fulfillment_released {site}")
        _tell(order, fulfillment, parts=parts, at=at, message_id=told)
        order_state.note_fulfillment(
            fulfillment, step="release", from_state="", by=by, at=at, message_id=told
        )
        made.append(fulfillment)
    return made


def _make_code(message_id: UUID, site: str) -> str:
    """Return six digits a customer can say at a counter."""
    return f"{uuid5(message_id, f'code {site}').int % 1_000_000:06d}"


def _tell(
    order: ChannelOrder,
    fulfillment: FulfillmentOrder,
    *,
    parts: Sequence[Part],
    at: datetime,
    message_id: UUID,
) -> None:
    source = f"oms:hub/orders:{fulfillment.site}"
    [sequence] = outbox.reserve_numbers(source)
    code = fulfillment.pickup_code
    outbox.publish(
        FulfillmentReleased(
            message_id=message_id,
            occurred_at=at,
            fulfillment_number=fulfillment.number,
            order_number=order.number,
            site=fulfillment.site,
            method=fulfillment.method,
            lines=tuple(
                ToldLine(line=part.line, sku=part.sku, quantity=part.quantity) for part in parts
            ),
            reservation=fulfillment.promise,
            ship_to_name=order.customer_name,
            address=order.address,
            cut_off_at=fulfillment.due_on.isoformat() if fulfillment.due_on else "",
            priority=order.priority,
            note=order.note,
            customer_name=order.customer_name[:48],
            pickup_code_hash=get_code_hash(number=fulfillment.number, code=code) if code else "",
        ),
        source=source,
        sequence=sequence,
        correlation_id=order.number,
    )
