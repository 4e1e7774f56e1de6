"""What a shipment tells: the lines that left, and the parcels they are in."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from yipan.exchange import outbox
from yipan.exchange.outbox import Outgoing
from yipan.ledger.moves import Trace
from yipan.masterdata import queries as masterdata
from yipan.messages.wms import GoodsShipped, Parcel, ShippedLine
from yipan.wms.models import OutboundOrder, Shipment, ShipmentLine


def tell(
    shipments: Sequence[tuple[Shipment, OutboundOrder, Sequence[ShipmentLine]]],
    *,
    with_parcels: Collection[int],
    by: Trace,
    at: datetime,
) -> None:
    """
    Tell the hub what left, in which parcels, under the numbers the shipments have reserved.

    The shipments are of one site; `with_parcels` are the ids of those that have any.
    """
    day = masterdata.get_business_date(shipments[0][0].site, at)
    outbox.publish_many(
        [
            Outgoing(
                message=_make(
                    shipment, order, lines, has_parcels=shipment.pk in with_parcels, by=by, at=at
                ),
                source=shipment.source,
                sequence=shipment.sequence,
                business_date=day,
                correlation_id=order.document_number or order.number,
            )
            for shipment, order, lines in shipments
        ]
    )


def _make(
    shipment: Shipment,
    order: OutboundOrder,
    lines: Sequence[ShipmentLine],
    *,
    has_parcels: bool,
    by: Trace,
    at: datetime,
) -> GoodsShipped:
    rows = shipment.parcels.order_by("id") if has_parcels else ()
    parcels = tuple(
        Parcel(
            sscc=row.sscc,
            carrier=row.carrier,
            tracking=row.tracking,
            weight_grams=row.weight_grams,
        )
        for row in rows
    )
    if shipment.tracking and not parcels:
        parcel = Parcel(sscc=shipment.sscc, carrier=shipment.carrier, tracking=shipment.tracking)
        parcels = (parcel,)
    return GoodsShipped(
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
    )
