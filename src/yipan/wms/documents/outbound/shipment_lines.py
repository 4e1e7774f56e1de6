"""The lines of a shipment: what left by line of the order and lot, and how it was picked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db.models import BigIntegerField, Case, Value, When

from yipan.documents.evidence import Evidence, Stamp
from yipan.wms import rules
from yipan.wms.documents.stock import lot
from yipan.wms.models import OutboundLine, OutboundOrder, Pick, Shipment, ShipmentLine
from yipan.wms.models.outbound_order import PickState
from yipan.wms.models.parcel import ParcelState
from yipan.wms.queries.lots import LotKey, LotRow, find_lots


def write(
    leaving: Sequence[tuple[Shipment, Sequence[Pick]]],
) -> dict[int, list[ShipmentLine]]:
    """
    Write what leaves by line of the order and lot, and note it there.

    `leaving` are shipments of one site with their picks, an order once. Return the id of each
    shipment to its lines.
    """
    picked = [pick for _, picks in leaving for pick in picks]
    for shipment, picks in leaving:
        for pick in picks:
            pick.state, pick.shipment = PickState.SHIPPED, shipment
    Pick.objects.filter(pk__in=[pick.pk for pick in picked]).update(
        state=PickState.SHIPPED,
        shipment=Case(
            *[When(order=it.order_id, then=Value(it.pk)) for it, _ in leaving],
            output_field=BigIntegerField(),
        ),
    )
    with_lots = {pick.sku for pick in picked if pick.lot}
    ends = find_lots(leaving[0][0].site, with_lots) if with_lots else {}
    lines = {shipment.pk: _make_lines(shipment, picks, ends) for shipment, picks in leaving}
    touched = {pick.line_id: pick.line for pick in picked}
    OutboundLine.objects.bulk_update(list(touched.values()), ["quantity_shipped"], batch_size=1_000)
    for shipment, _ in leaving:
        serials = [(it.sku, it.lot, serial) for it in lines[shipment.pk] for serial in it.serials]
        if serials:
            lot.take_serials(
                site=shipment.site,
                serials=serials,
                document=shipment.number,
                at=shipment.created_at,
            )
    ShipmentLine.objects.bulk_create(line for rows in lines.values() for line in rows)
    return lines


def _make_lines(
    shipment: Shipment, picked: Sequence[Pick], ends: Mapping[LotKey, LotRow]
) -> list[ShipmentLine]:
    by_lot: dict[tuple[int, str], list[Pick]] = {}
    orders_lines: dict[int, OutboundLine] = {}
    for pick in picked:
        # The picks of a line share its row, so that what leaves of it is counted once.
        pick.line = orders_lines.setdefault(pick.line_id, pick.line)
        by_lot.setdefault((pick.line_id, pick.lot), []).append(pick)
    lines = []
    for (line_id, lot_code), picks in by_lot.items():
        line = orders_lines[line_id]
        quantity = sum(pick.quantity_picked for pick in picks)
        known = ends.get((line.sku, lot_code))
        lines.append(
            ShipmentLine(
                shipment=shipment,
                line=line.line,
                sku=line.sku,
                lot=lot_code,
                status=line.status,
                expires_on=known.expires_on if known else None,
                quantity=quantity,
                serials=[serial for pick in picks for serial in pick.serials],
                **_gather_evidence(line, picks).make_columns(at=shipment.created_at),
            )
        )
        line.quantity_shipped += quantity
    return lines


def _gather_evidence(line: OutboundLine, picks: Sequence[Pick]) -> Evidence:
    last = picks[-1]
    return Evidence(
        capture_mode=rules.get_capture_mode(pick.capture_mode for pick in picks),
        quantity_entered=last.quantity_entered,
        units_per_pack=last.units_per_pack,
        barcode_scanned=last.barcode_scanned,
        quantity_expected=line.quantity_ordered - line.quantity_shipped,
        was_expected_shown=True,
        counterpart_document=last.counterpart_document,
        counterpart_line=line.line,
        package_id=last.package_id,
        actor=last.actor,
        device=last.device,
        stamp=Stamp(
            device_sequence=last.device_sequence,
            occurred_at=last.occurred_at,
            sent_at=last.sent_at,
        ),
    )


def take_back(order: OutboundOrder, shipment: Shipment) -> None:
    """Write down that what a shipment took stands picked again, on its order and its picks."""
    left: dict[int, int] = {}
    for gone in shipment.lines.all():
        left[gone.line] = left.get(gone.line, 0) + gone.quantity
    lines = list(order.lines.filter(line__in=left))
    for line in lines:
        line.quantity_shipped -= left[line.line]
    OutboundLine.objects.bulk_update(lines, ["quantity_shipped"])
    lot.put_back_serials(site=shipment.site, document=shipment.number)
    shipment.picks.update(state=PickState.PICKED, shipment=None)
    shipment.parcels.update(state=ParcelState.PACKED, shipment=None, load=None)
