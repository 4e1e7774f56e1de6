"""What the order system tells of demand: whatever was ordered, whether or not there is any."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from yipan.exchange import outbox
from yipan.messages.oms_demand import OrderTaken, WantedLine
from yipan.oms.models import ChannelOrder

#: The stream planning reads the demand of channels in.
SOURCE: Final = "oms:hub/demand"


def tell_taken(order: ChannelOrder, *, at: datetime, cause: UUID) -> None:
    """Tell what an order wants and where, in the transaction that takes it in."""
    [sequence] = outbox.reserve_numbers(SOURCE)
    outbox.publish(
        OrderTaken(
            message_id=uuid5(cause, f"oms.order_taken {order.number}"),
            occurred_at=at,
            order_number=order.number,
            channel=order.channel,
            pickup_site=order.pickup_site,
            region=order.region,
            lines=tuple(
                WantedLine(sku=line.sku, quantity=line.quantity)
                for line in order.lines.order_by("line")
            ),
        ),
        source=SOURCE,
        sequence=sequence,
        correlation_id=order.number,
    )
