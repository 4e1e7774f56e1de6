"""What a warehouse sends, wants and scraps, for the walk over all addresses."""

from __future__ import annotations

from tests.retailer import NOON, RECEIVER, make_id
from yipan.wms.documents import adjustment, outbound_order, pick, shipment, wave
from yipan.wms.documents.adjustment import Added
from yipan.wms.documents.outbound_order import Wanted, WantedLine
from yipan.wms.documents.pick import Taking
from yipan.wms.documents.shipment import Shipping
from yipan.wms.documents.wave import Gathering
from yipan.wms.models import Pick


def send(warehouse: str) -> dict[str, str]:
    """Send a piece out of a warehouse, want another, and begin to scrap one."""
    numbers = [f"OUT-{warehouse}-1", f"OUT-{warehouse}-2"]
    for number in numbers:
        outbound_order.release(
            wanted=Wanted(
                number=number,
                site=warehouse,
                order_type="supplier_return",
                document_number=f"D-{number}",
                lines=[WantedLine(line=1, sku="TEA-250", quantity=1)],
            ),
            by=RECEIVER,
            at=NOON,
            message_id=make_id(number),
        )
    first = Pick.objects.filter(order__number=numbers[0]).get()
    pick.take(pick_id=first.pk, taking=Taking(quantity=1), by=RECEIVER, at=NOON)
    left = shipment.ship(
        shipping=Shipping(order=numbers[0]),
        by=RECEIVER,
        at=NOON,
        message_id=make_id(f"{numbers[0]} left"),
    )
    gathered = wave.plan(gathering=Gathering(site=warehouse), by=RECEIVER, at=NOON)
    scrapped = adjustment.open_draft(site=warehouse, by=RECEIVER, at=NOON)
    added = Added(sku="TEA-250", bin_code="A-01-01", quantity=1)
    adjustment.add(number=scrapped.number, added=added, by=RECEIVER, at=NOON)
    return {
        "outbound-orders:number": numbers[1],
        "picking:number": numbers[1],
        "wms/shipments:number": left.number,
        "waves:number": gathered.number,
        "wms/adjustments:number": scrapped.number,
        "adjusting:number": scrapped.number,
    }
