"""What the hub tells the receiver of a transfer: what to expect, and what not any more."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from uuid import UUID, uuid5

from yipan.erp.models import TransferOrder, TransferShipment
from yipan.erp.rules import Warned
from yipan.erp.rules import transfer_order as rules
from yipan.exchange import outbox
from yipan.masterdata import queries as masterdata
from yipan.messages.base import Message
from yipan.messages.erp import InboundCanceled, InboundLine, InboundReleased


def tell_receiver(
    order: TransferOrder, shipment: TransferShipment, *, carrier: str, at: datetime
) -> None:
    """Tell the receiver what to expect; that nobody knows who it is, is a warning."""
    if not order.to_site:
        shipment.warnings = [
            *shipment.warnings,
            asdict(Warned(code=rules.TRANSFER_RECEIVER_UNKNOWN)),
        ]
        shipment.save(update_fields=["warnings"])
        return
    sender = masterdata.get_site(shipment.site)
    _tell(
        order,
        InboundReleased(
            message_id=uuid5(shipment.message_id, "erp.inbound_released"),
            occurred_at=at,
            inbound_order_number=shipment.inbound_order_number,
            purchase_order_number="",
            site=order.to_site,
            supplier="",
            supplier_name=sender.name_zh or sender.name,
            expected_on=order.due_on.isoformat() if order.due_on else "",
            order_type="transfer",
            transfer_number=order.number,
            from_site=shipment.site,
            shipment_number=shipment.site_number,
            carrier=carrier,
            lines=tuple(
                InboundLine(line=place, sku=sku, quantity_expected=quantity)
                for place, (sku, quantity) in enumerate(_sum(shipment), start=1)
            ),
        ),
        causation_id=str(shipment.message_id),
    )


def tell_receiver_not(
    order: TransferOrder, shipment: TransferShipment, *, message_id: UUID, at: datetime
) -> None:
    """Tell the receiver that a shipment it was told of does not come."""
    if not order.to_site:
        return
    _tell(
        order,
        InboundCanceled(
            message_id=uuid5(message_id, "erp.inbound_canceled"),
            occurred_at=at,
            inbound_order_number=shipment.inbound_order_number,
            purchase_order_number="",
            site=order.to_site,
            reason="The shipment did not leave.",
        ),
        causation_id=str(message_id),
    )


def _tell(order: TransferOrder, message: Message, *, causation_id: str) -> None:
    source = f"erp:hub/orders:{order.to_site}"
    [sequence] = outbox.reserve_numbers(source)
    outbox.publish(
        message,
        source=source,
        sequence=sequence,
        correlation_id=order.number,
        causation_id=causation_id,
    )


def _sum(shipment: TransferShipment) -> list[tuple[str, int]]:
    """Return what a shipment carries by SKU, in the order of its lines."""
    total: dict[str, int] = {}
    for line in shipment.lines.order_by("id"):
        total[line.sku] = total.get(line.sku, 0) + line.quantity
    return [(sku, quantity) for sku, quantity in total.items() if quantity]
