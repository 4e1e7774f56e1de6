"""What a store tells of an order: messages made from the document as it stands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from yipan.exchange import outbox
from yipan.exchange.outbox import Outgoing
from yipan.masterdata import queries as masterdata
from yipan.messages.base import Message
from yipan.messages.pos_orders import FulfillmentProgressed, ProgressLine
from yipan.pos.models import StoreFulfillment
from yipan.pos.rules.fulfillment import Picked


def reserve(*, site: str, count: int) -> range:
    """
    Take numbers of a store's stream of orders.

    Whoever tells in `stock` as well takes these first: numbers are taken in the order of the
    sources' names.
    """
    return outbox.reserve_numbers(f"pos:{site}/orders", count)


def publish(
    messages: Sequence[Message], *, sequences: Sequence[int], order: StoreFulfillment, at: datetime
) -> None:
    """Tell messages of an order under numbers taken before."""
    business_date = masterdata.get_business_date(order.site, at)
    outbox.publish_many(
        [
            Outgoing(
                message=message,
                source=f"pos:{order.site}/orders",
                sequence=sequence,
                business_date=business_date,
                correlation_id=order.order_number,
            )
            for message, sequence in zip(messages, sequences, strict=True)
        ]
    )


def say(message: Message, *, order: StoreFulfillment, at: datetime) -> None:
    """Tell one message of an order."""
    publish([message], sequences=reserve(site=order.site, count=1), order=order, at=at)


def make_progress(
    order: StoreFulfillment, *, message_id: UUID, at: datetime, code: str = ""
) -> FulfillmentProgressed:
    """Return the message that tells how far an order has come."""
    return FulfillmentProgressed(
        message_id=message_id,
        occurred_at=at,
        fulfillment_number=order.number,
        order_number=order.order_number,
        site=order.site,
        state=order.state,
        lines=list_progress(order),
        code=code,
    )


def list_progress(order: StoreFulfillment) -> tuple[ProgressLine, ...]:
    """Return how far each line of an order has come."""
    return tuple(
        ProgressLine(
            line=line["line"],
            sku=line["sku"],
            quantity=line["quantity"],
            quantity_picked=line["quantity_picked"],
            quantity_short=line["quantity_short"],
        )
        for line in order.lines
    )


def list_picked(order: StoreFulfillment) -> list[Picked]:
    """Return what was picked of an order, and from where."""
    return [
        Picked(sku=line["sku"], quantity=line["quantity_picked"], from_place=line["from_place"])
        for line in order.lines
        if line["quantity_picked"]
    ]
