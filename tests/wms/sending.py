"""A hub that wants goods sent, played by messages; and hands that pick them."""

from __future__ import annotations

from django.db import transaction

from tests.retailer import NOON, RECEIVER, deliver, make_id
from yipan.exchange import outbox
from yipan.messages import erp
from yipan.messages.base import Message
from yipan.wms.documents.outbound import pick, shipment
from yipan.wms.documents.outbound.pick import Taking
from yipan.wms.documents.outbound.shipment import Shipping
from yipan.wms.documents.stock import stock_opening
from yipan.wms.documents.stock.stock_opening import BinStock
from yipan.wms.models import OutboundOrder, Pick, Shipment


def stock_bins(*lines: tuple[str, str, int], site: str = "W1") -> None:
    """Begin the book of a warehouse with what lies in its bins, and let the hub follow."""
    stock_opening.post(
        site=site,
        stock=[
            BinStock(bin_code=code, sku=sku, quantity=quantity) for code, sku, quantity in lines
        ],
        by=RECEIVER,
        at=NOON,
        message_id=make_id(f"{site} {lines}"),
    )
    deliver()


@transaction.atomic
def tell(message: Message, *, source: str = "erp:hub/orders:W1") -> None:
    """Tell a site what the hub would."""
    [sequence] = outbox.reserve_numbers(source)
    outbox.publish(message, source=source, sequence=sequence)


def want(
    number: str, *lines: tuple[str, int], order_type: str = "supplier_return", **more: object
) -> OutboundOrder:
    """Let the hub want goods sent from W1."""
    fields: dict[str, object] = {"ship_to": "SUP-01", "site": "W1", **more}
    tell(
        erp.OutboundReleased(
            message_id=make_id(f"{number} released"),
            occurred_at=NOON,
            outbound_order_number=number,
            order_type=order_type,
            document_number=f"D-{number}",
            lines=tuple(
                erp.OutboundLine(line=line, sku=sku, quantity=quantity)
                for line, (sku, quantity) in enumerate(lines, start=1)
            ),
            **fields,  # type: ignore[arg-type]
        ),
        source=f"erp:hub/orders:{fields['site']}",
    )
    deliver()
    return OutboundOrder.objects.get(number=number)


def cancel(number: str) -> OutboundOrder:
    """Let the hub want an order no more."""
    tell(
        erp.OutboundCanceled(
            message_id=make_id(f"{number} canceled"),
            occurred_at=NOON,
            outbound_order_number=number,
            document_number=f"D-{number}",
            site="W1",
            reason="Not wanted any more.",
        )
    )
    deliver()
    return OutboundOrder.objects.get(number=number)


def list_open(number: str) -> list[Pick]:
    """Return the picks still to walk, in their order."""
    picks = Pick.objects.filter(order__number=number, state="open")
    return list(picks.order_by("skips", "path", "id"))


def take(one: Pick, quantity: int | None = None, *, tote: str = "") -> Pick:
    """Scan bin and product, and take what is wanted, or less."""
    pick.scan_bin(pick_id=one.pk, bin_code=one.bin_code, by=RECEIVER, at=NOON)
    taking = Taking(quantity=one.quantity if quantity is None else quantity, tote=tote)
    return pick.take(pick_id=one.pk, taking=taking, by=RECEIVER, at=NOON)


def ship(number: str, *, is_last: bool = False) -> Shipment:
    """Let what is picked leave."""
    done = Shipment.objects.count()
    return shipment.ship(
        shipping=Shipping(order=number, is_last=is_last),
        by=RECEIVER,
        at=NOON,
        message_id=make_id(f"{number} shipment {done}"),
    )
