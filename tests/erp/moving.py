"""Sites that tell of transfers, played by messages: what a warehouse or a store would publish."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from tests.retailer import BUYER, CHECKER, NOON, make_id, stock
from yipan.erp.documents.transfers import transfer_order
from yipan.erp.documents.transfers.transfer_order import Transferred, TransferredLine
from yipan.erp.models import TransferOrder
from yipan.exchange import outbox
from yipan.exchange.models import OutboxMessage, Stream
from yipan.ledger.moves import FactPosting, Move, Trace
from yipan.ledger.posting import post_fact
from yipan.messages import pos, wms
from yipan.messages.base import Message


def draft(*lines: tuple[str, int], from_site: str = "W1", to_site: str = "S12") -> TransferOrder:
    """Write a transfer nobody has approved yet."""
    wanted = Transferred(
        from_site=from_site,
        to_site=to_site,
        lines=tuple(TransferredLine(sku=sku, quantity=quantity) for sku, quantity in lines),
    )
    return transfer_order.create(wanted=wanted, by=BUYER, at=NOON)


def release(*lines: tuple[str, int], from_site: str = "W1", to_site: str = "S12") -> TransferOrder:
    """Write a transfer, have it approved by a second person and released."""
    number = draft(*lines, from_site=from_site, to_site=to_site).number
    transfer_order.approve(number=number, by=CHECKER, at=NOON)
    return transfer_order.release(
        number=number, by=BUYER, at=NOON, message_id=make_id(f"{number} released")
    )


@transaction.atomic
def tell(source: str, message: Message, moves: Sequence[Move] = (), origin: str = "") -> int:
    """Post in a site's own book and tell of it, as its system does. Return the number told."""
    [sequence] = outbox.reserve_numbers(source)
    if moves:
        post_fact(
            book=source.partition("/")[0],
            posting=FactPosting(
                origin=origin or f"{message.kind}/{message.get_subject()}",
                occurred_at=message.occurred_at,
                moves=moves,
                trace=Trace(source=source, sequence=sequence),
            ),
        )
    outbox.publish(message, source=source, sequence=sequence)
    return sequence


def ship(
    transfer: str,
    number: str,
    *lines: tuple[str, int],
    site: str = "W1",
    ship_to: str = "S12",
    is_last: bool = True,
    at: datetime = NOON,
) -> None:
    """A warehouse tells of a shipment."""
    message = wms.GoodsShipped(
        message_id=make_id(f"{site} {number}"),
        occurred_at=at,
        shipment_number=number,
        outbound_order_number=f"OUT-{transfer}",
        order_type="transfer",
        document_number=transfer,
        site=site,
        lines=tuple(
            wms.ShippedLine(line=line, sku=sku, quantity=quantity)
            for line, (sku, quantity) in enumerate(lines, start=1)
        ),
        ship_to=ship_to,
        shipped_by="wang.worker",
        device="handheld-7",
        is_last=is_last,
    )
    moves = _move(lines, "on_hand/A-01-01/available", "transfer:out")
    tell(f"wms:{site}/stock", message, moves)


def unship(transfer: str, number: str, *lines: tuple[str, int], site: str = "W1") -> None:
    """A warehouse tells that a shipment did not leave."""
    message = wms.ShipmentReversed(
        message_id=make_id(f"{site} {number} reversed"),
        occurred_at=NOON,
        shipment_number=number,
        outbound_order_number=f"OUT-{transfer}",
        order_type="transfer",
        document_number=transfer,
        site=site,
        reversed_by="wang.worker",
    )
    moves = _move(lines, "transfer:out", "on_hand/A-01-01/available")
    tell(f"wms:{site}/stock", message, moves)


def ship_from_store(
    transfer: str, number: str, *lines: tuple[str, int], site: str = "S12", ship_to: str = "S1"
) -> None:
    """A store tells of a shipment."""
    message = pos.TransferShipped(
        message_id=make_id(f"{site} {number}"),
        occurred_at=NOON,
        shipment_number=number,
        outbound_order_number=f"OUT-{transfer}",
        order_type="transfer",
        document_number=transfer,
        site=site,
        lines=tuple(
            pos.TransferredLine(line=line, sku=sku, quantity=quantity)
            for line, (sku, quantity) in enumerate(lines, start=1)
        ),
        ship_to=ship_to,
        shipped_by="chen.clerk",
        is_last=True,
    )
    moves = _move(lines, "on_hand/shop_floor/available", "transfer:out")
    tell(f"pos:{site}/stock", message, moves)


def take_in(
    transfer: str,
    number: str,
    *lines: tuple[str, int, int],
    site: str = "S12",
    inbound: str | None = None,
    is_last: bool = True,
) -> None:
    """A store tells what came: of each SKU so many sound and so many damaged."""
    message = pos.TransferReceived(
        message_id=make_id(f"{site} {number}"),
        occurred_at=NOON,
        receipt_number=number,
        inbound_order_number=f"{transfer}-1" if inbound is None else inbound,
        transfer_number=transfer,
        site=site,
        lines=tuple(
            pos.TransferredLine(line=line, sku=sku, quantity=sound, quantity_damaged=damaged)
            for line, (sku, sound, damaged) in enumerate(lines, start=1)
        ),
        received_by="chen.clerk",
        device=f"{site}-1",
        is_last=is_last,
    )
    moves = [
        Move(
            sku=sku,
            from_account="transfer:in",
            to_account=f"on_hand/backroom/{status}",
            quantity=quantity,
        )
        for sku, sound, damaged in lines
        for status, quantity in (("available", sound), ("damaged", damaged))
        if quantity
    ]
    tell(f"pos:{site}/stock", message, moves)


def take_in_at_warehouse(
    transfer: str, number: str, *lines: tuple[str, int, int, int], site: str = "W1"
) -> None:
    """A warehouse tells what came of a transfer: sound, damaged and blocked."""
    message = wms.GoodsReceived(
        message_id=make_id(f"{site} {number}"),
        occurred_at=NOON,
        receipt_number=number,
        inbound_order_number=f"{transfer}-1",
        purchase_order_number="",
        site=site,
        lines=tuple(
            wms.ReceivedLine(
                line=line,
                sku=sku,
                quantity_sound=sound,
                quantity_damaged=damaged,
                quantity_blocked=blocked,
            )
            for line, (sku, sound, damaged, blocked) in enumerate(lines, start=1)
        ),
        received_by="wang.worker",
        is_last=True,
        order_type="transfer",
    )
    moves = [
        Move(
            sku=sku,
            from_account="transfer:in",
            to_account=f"on_hand/RECV-01/{status}",
            quantity=quantity,
        )
        for sku, *parts in lines
        for status, quantity in zip(("available", "damaged", "blocked"), parts, strict=True)
        if quantity
    ]
    tell(f"wms:{site}/stock", message, moves)


def count_transit(transfer: str, sku: str = "TEA-250") -> int:
    """Return what the hub says is in transit."""
    return stock("erp", f"in_transit/{transfer}/available", sku)


def list_told(source: str) -> list[OutboxMessage]:
    """Return the messages of a source, in order."""
    return list(
        OutboxMessage.objects.filter(
            stream_id__in=Stream.objects.filter(source=source).values("id")
        ).order_by("epoch", "sequence")
    )


def get_order(number: str) -> TransferOrder:
    """Return a transfer as it stands now."""
    return TransferOrder.objects.get(number=number)


def list_quantities(number: str, sku: str = "TEA-250") -> tuple[int, int, int, int, int, int]:
    """Return ordered, shipped, received, damaged, settled and excess of a line."""
    line = get_order(number).lines.get(sku=sku)
    return (
        line.quantity_ordered,
        line.quantity_shipped,
        line.quantity_received,
        line.quantity_damaged,
        line.quantity_settled,
        line.quantity_excess,
    )


def _move(lines: Sequence[tuple[str, int]], from_account: str, to_account: str) -> list[Move]:
    return [
        Move(sku=sku, from_account=from_account, to_account=to_account, quantity=quantity)
        for sku, quantity in lines
    ]
