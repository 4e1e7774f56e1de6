"""What a shipment tells: the lines that left, and the parcels they are in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from yipan.exchange import outbox
from yipan.ledger.moves import Trace
from yipan.masterdata import queries as masterdata
from yipan.messages.wms import GoodsShipped, Parcel, ShippedLine
from yipan.wms.models import OutboundOrder, Shipment, ShipmentLine


def tell(
    shipment: Shipment,
    order: OutboundOrder,
    *,
    lines: Sequence[ShipmentLine],
    by: Trace,
    at: datetime,
) -> None:
    """Tell the hub what left, in which parcels, under the number the shipment has reserved."""
    parcels = tuple(
        Parcel(
            sscc=row.sscc,
            carrier=row.carrier,
            tracking=row.tracking,
            weight_grams=row.weight_grams,
        )
        for row in shipment.parcels.order_by("id")
    )
    if shipment.tracking and not parcels:
        parcel = Parcel(sscc=shipment.sscc, carrier=shipment.carrier, tracking=shipment.tracking)
        parcels = (parcel,)
    outbox.publish(
        GoodsShipped(
            message_id=shipment.message_id,
            occurred_at=at,
            shipment_number=shipment.number,
            outbound_order_number=order.number,
            order_type=order.order_type,
            document_number=order.document_number,
            site=order.site,
            lines=tuple(
                ShippedLine(
                    line=line.line,
                    sku=line.sku,
                    quantity=line.quantity,
                    lot=line.lot,
                    status=line.status,
                    capture_mode=line.capture_mode,
                    expires_on=line.expires_on.isoformat() if line.expires_on else "",
                    serials=tuple(line.serials),
                )
                for line in lines
            ),
            ship_to=order.ship_to,
            parcels=parcels,
            shipped_by=by.actor,
            device=by.device,
            is_last=shipment.is_last,
        ),
        source=shipment.source,
        sequence=shipment.sequence,
        business_date=masterdata.get_business_date(order.site, at),
        correlation_id=order.document_number or order.number,
    )
