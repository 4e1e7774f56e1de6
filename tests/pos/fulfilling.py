"""Builders for orders of customers at a store, told as the order system tells them."""

from __future__ import annotations

from typing import Any

from tests import retailer
from tests.retailer import CLERK, NOON, make_id
from yipan.exchange.envelopes import seal
from yipan.exchange.models import Stream
from yipan.exchange.replies import Reply
from yipan.foundation.handover import get_code_hash
from yipan.messages.base import Message
from yipan.messages.oms import FulfillmentCanceled, FulfillmentLine, FulfillmentReleased
from yipan.pos.documents import fulfillment, fulfillment_picking
from yipan.pos.documents.fulfillment_picking import Scan
from yipan.pos.models import StoreFulfillment

SOURCE = "oms:hub/orders:S12"
NUMBER = "FO-2026-000001"
CODE = "73-20-18"


def an_order(*lines: tuple[str, int], number: str = NUMBER, **changes: Any) -> FulfillmentReleased:
    """Return an order to be picked up at S12."""
    fields: dict[str, Any] = {
        "message_id": make_id(f"{number} released"),
        "occurred_at": NOON,
        "fulfillment_number": number,
        "order_number": f"SO-{number[-6:]}",
        "site": "S12",
        "method": "pickup",
        "lines": tuple(
            FulfillmentLine(line=place, sku=sku, quantity=quantity)
            for place, (sku, quantity) in enumerate(lines or (("TEA-250", 2),), start=1)
        ),
        "customer_name": "Li N.",
        "pickup_code_hash": get_code_hash(number=number, code=CODE),
    }
    return FulfillmentReleased(**(fields | changes))


def tell(*messages: Message, source: str = SOURCE, first: int = 1) -> list[Reply]:
    """Let the store hear what the order system says."""
    return retailer.hear(
        "pos",
        *(
            seal(message, source=source, sequence=sequence)
            for sequence, message in enumerate(messages, start=first)
        ),
    )


def a_cancellation(number: str = NUMBER) -> FulfillmentCanceled:
    """Return the message that cancels an order."""
    return FulfillmentCanceled(
        message_id=make_id(f"{number} canceled"),
        occurred_at=NOON,
        fulfillment_number=number,
        order_number=f"SO-{number[-6:]}",
        site="S12",
        reason="The customer changed their mind.",
    )


def accept(number: str = NUMBER) -> StoreFulfillment:
    """Take an order on."""
    return fulfillment.accept(
        number=number, by=CLERK, at=NOON, message_id=make_id(f"{number} accepted")
    )


def pick(*lines: tuple[str, int], number: str = NUMBER) -> StoreFulfillment:
    """Pick so much of each SKU, and finish."""
    for sku, quantity in lines:
        scan = Scan(sku=sku, quantity=quantity)
        fulfillment_picking.pick(number=number, scan=scan, by=CLERK, at=NOON)
    return fulfillment_picking.finish(
        number=number, by=CLERK, at=NOON, message_id=make_id(f"{number} picked")
    )


def stage(number: str = NUMBER, shelf: str = "P-03") -> StoreFulfillment:
    """Put a picked order onto its shelf."""
    return fulfillment_picking.stage(
        number=number, shelf=shelf, by=CLERK, at=NOON, message_id=make_id(f"{number} staged")
    )


def list_kinds(source: str) -> list[str]:
    """Return the kinds of what a source has told so far, without publisher and version."""
    if not Stream.objects.filter(source=source).exists():
        return []
    return [each.kind.split(".")[1] for each in retailer.list_envelopes(source)]
