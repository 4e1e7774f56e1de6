"""What a warehouse sends, wants and scraps, for the walk over all addresses."""

from __future__ import annotations

from tests.retailer import NOON, RECEIVER, make_id
from yipan.wms.documents import kit_work, photo, site_rules
from yipan.wms.documents.inbound import inspection
from yipan.wms.documents.inbound.inspection import Goods
from yipan.wms.documents.kit_work import Work
from yipan.wms.documents.outbound import (
    load,
    move_task,
    outbound_order,
    packing,
    parcel,
    pick,
    shipment,
    wave,
)
from yipan.wms.documents.outbound.load import Truck
from yipan.wms.documents.outbound.move_task import Needed
from yipan.wms.documents.outbound.outbound_order import Wanted, WantedLine
from yipan.wms.documents.outbound.packing import Packing
from yipan.wms.documents.outbound.pick import Taking
from yipan.wms.documents.outbound.shipment import Shipping
from yipan.wms.documents.outbound.wave import Gathering
from yipan.wms.documents.photo import Subject
from yipan.wms.documents.site_rules import Asked
from yipan.wms.documents.stock import adjustment
from yipan.wms.documents.stock.adjustment import Added
from yipan.wms.models import Parcel, Pick


def send(warehouse: str) -> dict[str, str]:
    """Send a piece out of a warehouse, want another, and begin to scrap one."""
    numbers = [f"OUT-{warehouse}-{count}" for count in (1, 2, 3)]
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
    boxed = _pack(numbers[2])
    pallet = parcel.open_pallet(site=warehouse, by=RECEIVER, at=NOON)
    truck = load.open_load(truck=Truck(site=warehouse, carrier="SF"), by=RECEIVER, at=NOON)
    needed = Needed(
        kind="put_back", sku="TEA-250", quantity=1, from_bin="RECV-01", to_bin="A-01-01"
    )
    [task] = move_task.raise_tasks(warehouse, [needed], by=RECEIVER, at=NOON)
    gathered = wave.plan(gathering=Gathering(site=warehouse), by=RECEIVER, at=NOON)
    scrapped = adjustment.open_draft(site=warehouse, by=RECEIVER, at=NOON)
    added = Added(sku="TEA-250", bin_code="A-01-01", quantity=1)
    adjustment.add(number=scrapped.number, added=added, by=RECEIVER, at=NOON)
    stopped = inspection.stop(
        site=warehouse,
        goods=Goods(sku="TEA-250", lot="", bin_code="A-01-01", quantity=1),
        by=RECEIVER,
        at=NOON,
        message_id=make_id(f"{warehouse} stopped"),
    )
    asked = Asked(sku="TEA-250", sampling_percent=1)
    rule = site_rules.set_goods_rule(site=warehouse, asked=asked, by=RECEIVER, at=NOON)
    parts = [("TEA-250", 1)]
    kit_work.set_parts(site=warehouse, kit="BAG-1", parts=parts, by=RECEIVER, at=NOON)
    made = kit_work.post(
        work=Work(site=warehouse, kit="BAG-1", quantity=1, bin_code="A-01-01"),
        by=RECEIVER,
        at=NOON,
        message_id=make_id(f"{warehouse} assembled"),
    )
    return {
        "kit-work:number": made.number,
        "kits:sku": "BAG-1",
        "goods-rules:rule_id": str(rule.pk),
        "zone-rules:zone": "A",
        "inspections:number": stopped.number,
        "inspecting:number": stopped.number,
        "outbound-orders:number": numbers[1],
        "packing:number": numbers[2],
        "parcels:number": boxed.number,
        "pallets:number": pallet.number,
        "loading:number": truck.number,
        "loads:number": truck.number,
        "moving:number": task.number,
        "move-tasks:number": task.number,
        "picking:number": numbers[1],
        "picks:pick_id": str(Pick.objects.get(order__number=numbers[1]).pk),
        "wms/shipments:number": left.number,
        "waves:number": gathered.number,
        "wms/adjustments:number": scrapped.number,
        "adjusting:number": scrapped.number,
    }


def _pack(number: str) -> Parcel:
    """Pick an order of one piece, and pack it."""
    one = Pick.objects.filter(order__number=number).get()
    pick.take(pick_id=one.pk, taking=Taking(quantity=1), by=RECEIVER, at=NOON)
    return packing.pack(
        packing=Packing(order=number), by=RECEIVER, at=NOON, message_id=make_id(f"{number} packed")
    )


def take_picture(warehouse: str, *, receipt: str) -> str:
    """Take a picture of a receipt; return what names it."""
    subject = Subject(site=warehouse, document_type="receipt", number=receipt)
    content = b"\xff\xd8\xff\xe0" + warehouse.encode()
    return str(photo.add(subject=subject, content=content, by=RECEIVER, at=NOON).pk)


def make_bodies(warehouse: str, *, inbound_order: str) -> dict[str, object]:
    """Return the bodies of operations that name this site, or would fail before their object."""
    return {
        "POST api/v1/inspections": {
            "site": warehouse,
            "sku": "TEA-250",
            "bin": "A-01-01",
            "quantity": 1,
        },
        "POST api/v1/kit-work": {
            "site": warehouse,
            "kit": "BAG-1",
            "quantity": 1,
            "bin": "A-01-01",
        },
        "POST api/v1/kit-work/{number}/reverse": {
            "correction_reason": "did_not_occur",
            "reason": "Only planned.",
        },
        "PUT api/v1/warehouses/{site}/kits/{sku}": {"parts": []},
        "PUT api/v1/warehouses/{site}/zone-rules/{zone}": {"scan_profile": "bin"},
        "POST api/v1/inspections/{number}/decide": {"quantity_passed": 1},
        "POST api/v1/picks/{pick_id}/take": {"bin": "A-01-01"},
        "POST api/v1/warehouses/{site}/picks/take": {"orders": ["OUT-9"]},
        "POST api/v1/warehouses/{site}/shipments": {"shipments": [{"order": "OUT-9"}]},
        "POST api/v1/receipts/{number}/match": {"inbound_order_number": inbound_order},
    }
