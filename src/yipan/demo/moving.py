"""Goods between the sites of the demo retailer: transfers in every state, and what waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from yipan.demo.buying import CHECKER, LEAD, WORKER, get_home_bin
from yipan.demo.places import WAREHOUSE
from yipan.demo.trading import make_id
from yipan.erp.documents.stock import adjustment, limit_change
from yipan.erp.documents.transfers import allocation, transfer_difference, transfer_order
from yipan.erp.documents.transfers.allocation import Need
from yipan.erp.documents.transfers.transfer_difference import SettledLine
from yipan.erp.documents.transfers.transfer_order import Transferred, TransferredLine
from yipan.erp.models import TransferDifference
from yipan.erp.rules.adjustment import AdjustedLine
from yipan.exchange import delivery
from yipan.foundation.limits import Limit, Purpose
from yipan.ledger.moves import Trace
from yipan.pos.documents import adjustment as store_adjustment
from yipan.pos.documents import transfer
from yipan.pos.documents.adjustment import AdjustedGoods
from yipan.pos.models import StoreOrder
from yipan.wms.documents.outbound import pick, shipment
from yipan.wms.documents.outbound.pick import Taking
from yipan.wms.documents.outbound.shipment import Shipping
from yipan.wms.documents.stock import adjustment as warehouse_adjustment
from yipan.wms.documents.stock.adjustment import Added, Kind
from yipan.wms.models import OutboundOrder, Pick

PLANNER = Trace(actor="planner", device="office-2f-3")
FINANCE = Trace(actor="finance", device="office-2f-4")
CLERKS = {
    "S1": Trace(actor="manager", device="S1-back"),
    "S12": Trace(actor="clerk", device="S12-back"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Trip:
    """
    One transfer from the warehouse: what is asked for, how far it goes, what comes of it.

    `came` maps a SKU to how much came sound; None is all. `outcome` settles what did not.
    """

    name: str
    to_site: str
    lines: Mapping[str, int]
    days_ago: float
    until: str = "received"
    due_in_days: int = 2
    came: Mapping[str, int] | None = None
    outcome: str = ""
    note: str = ""


TRIPS: Sequence[Trip] = (
    Trip(name="full", to_site="S12", lines={"WATER-550": 48, "COLA-330": 24}, days_ago=4.5),
    Trip(
        name="claimed",
        to_site="S12",
        lines={"MUG-1": 24, "NOODLE-1": 24},
        days_ago=4,
        came={"MUG-1": 20, "NOODLE-1": 24},
        outcome="claim_carrier",
    ),
    Trip(
        name="short",
        to_site="S1",
        lines={"BEER-500": 24, "TISSUE-3": 16},
        days_ago=3,
        came={"BEER-500": 18, "TISSUE-3": 16},
    ),
    Trip(
        name="late",
        to_site="S1",
        lines={"ROLL-10": 16, "SALT-500": 40},
        days_ago=6,
        until="shipped",
        due_in_days=1,
        note="国庆陈列",
    ),
    Trip(name="moving", to_site="S12", lines={"JUICE-1": 24}, days_ago=0.6, until="shipped"),
    Trip(name="to ship", to_site="S1", lines={"CHIPS-75": 22}, days_ago=0.3, until="released"),
    Trip(name="approved", to_site="S12", lines={"JUICE-1": 12}, days_ago=0.2, until="approved"),
    Trip(name="draft", to_site="S1", lines={"SOAP-1": 72}, days_ago=0.1, until="draft"),
    Trip(name="canceled", to_site="S12", lines={"BOWL-6": 6}, days_ago=2, until="canceled"),
)


def tell(*, now: datetime) -> None:
    """Let goods move between the sites, and leave what waits for a person."""
    for trip in TRIPS:
        go(trip, now=now)
    _ask_for_adjustments(now=now)
    _share_out(now=now)
    limit_change.create(
        limit=Limit(purpose=Purpose.POST, role="store_clerk", quantity_max=20, percent_max=10),
        sites=None,
        by=replace(FINANCE, reason="内控要求：店员单笔报损不超过账面 10%"),
        at=now - timedelta(hours=3),
    )
    delivery.deliver_pending()


def go(trip: Trip, *, now: datetime) -> str:
    """Let one transfer go as far as its story says, by hours; return its number."""
    start = now - timedelta(days=trip.days_ago)
    wanted = Transferred(
        from_site=WAREHOUSE,
        to_site=trip.to_site,
        due_on=(start + timedelta(days=trip.due_in_days)).date(),
        note=trip.note,
        lines=tuple(TransferredLine(sku=sku, quantity=it) for sku, it in trip.lines.items()),
    )
    number = transfer_order.create(wanted=wanted, by=PLANNER, at=start).number
    if trip.until == "draft":
        return number
    transfer_order.approve(number=number, by=CHECKER, at=start + timedelta(minutes=30))
    if trip.until == "approved":
        return number
    at = start + timedelta(hours=1)
    transfer_order.release(
        number=number, by=PLANNER, at=at, message_id=make_id(f"transfer {trip.name} released")
    )
    delivery.deliver_pending()
    if trip.until == "canceled":
        transfer_order.cancel(
            number=number,
            by=replace(PLANNER, reason="门店改期"),
            at=at + timedelta(hours=1),
            message_id=make_id(f"transfer {trip.name} canceled"),
        )
        delivery.deliver_pending()
    if trip.until in ("canceled", "released"):
        return number
    _ship(trip, number, at=start + timedelta(hours=3))
    if trip.until == "received":
        take_in(trip, number, at=start + timedelta(hours=9))
        _settle(trip, number, at=start + timedelta(hours=30))
    return number


def _ship(trip: Trip, number: str, *, at: datetime) -> None:
    order = OutboundOrder.objects.get(document_number=number)
    for row in Pick.objects.filter(order=order, state="open").order_by("path", "id"):
        pick.scan_bin(pick_id=row.pk, bin_code=row.bin_code, by=WORKER, at=at)
        pick.take(pick_id=row.pk, taking=Taking(quantity=row.quantity), by=WORKER, at=at)
    shipment.ship(
        shipping=Shipping(order=order.number, is_last=True, carrier="自有车队"),
        by=LEAD,
        at=at + timedelta(minutes=40),
        message_id=make_id(f"transfer {trip.name} shipped"),
    )
    delivery.deliver_pending()


def take_in(trip: Trip, number: str, *, at: datetime) -> None:
    """Let the store count and take in what came of a transfer."""
    by, message_id = CLERKS[trip.to_site], make_id(f"transfer {trip.name} received")
    order = StoreOrder.objects.get(site=trip.to_site, number__startswith=number)
    opened = transfer.open_transfer(
        site=trip.to_site, order_number=order.number, by=by, at=at
    ).number
    for sku, quantity in (trip.lines if trip.came is None else trip.came).items():
        counting = transfer.Counting(sku=sku, quantity=quantity)
        transfer.count(number=opened, counting=counting, by=by, at=at)
    transfer.post(number=opened, is_last=True, by=by, at=at, message_id=message_id)
    delivery.deliver_pending()


def _settle(trip: Trip, number: str, *, at: datetime) -> None:
    if not trip.outcome or trip.came is None:
        return
    difference = TransferDifference.objects.get(order__number=number)
    lines = [
        SettledLine(sku=sku, quantity=asked - trip.came[sku], outcome=trip.outcome)
        for sku, asked in trip.lines.items()
        if asked > trip.came[sku]
    ]
    transfer_difference.settle(
        number=difference.number,
        lines=lines,
        reference="CLM-2217",
        by=replace(CHECKER, reason="车厢进水，承运商已签认"),
        at=at,
    )


def _ask_for_adjustments(*, now: datetime) -> None:
    at = now - timedelta(hours=5)
    opened = warehouse_adjustment.open_draft(site=WAREHOUSE, by=WORKER, at=at).number
    found = Added(
        sku="CHOC-100",
        bin_code=get_home_bin("CHOC-100"),
        quantity=40,
        cause="damage",
        quantity_counted=120,
        quantity_book=160,
    )
    warehouse_adjustment.add(number=opened, added=found, by=WORKER, at=at)
    warehouse_adjustment.choose(
        number=opened, kind=Kind(adjustment_type="count_loss", reason="叉车撞倒一层")
    )
    warehouse_adjustment.post(
        number=opened,
        by=WORKER,
        at=at,
        message_id=make_id("adjusted W1"),
        roles=("warehouse_worker",),
    )
    store_adjustment.post(
        wanted=store_adjustment.Wanted(
            site="S12",
            adjustment_type="scrap",
            goods=[AdjustedGoods(sku="MILK-250-12", quantity=6)],
            roles=("store_clerk",),
        ),
        by=replace(CLERKS["S12"], reason="冷柜断电"),
        at=now - timedelta(hours=2),
        message_id=make_id("adjusted S12"),
    )
    adjustment.create(
        wanted=adjustment.Wanted(
            site="S1",
            adjustment_type="sample_issue",
            lines=(AdjustedLine(sku="MUG-1", quantity=2),),
            reason="新品拍摄样品",
            cost_center="MKT",
        ),
        by=CHECKER,
        at=now - timedelta(hours=1),
    )
    delivery.deliver_pending()


def _share_out(*, now: datetime) -> None:
    allocation.create(
        wanted=allocation.Wanted(
            from_site=WAREHOUSE,
            needs=tuple(
                Need(sku=sku, to_site=site, quantity=quantity)
                for sku, by_site in (
                    ("WATER-550", {"S1": 240, "S12": 360}),
                    ("NUT-WAL-500", {"S1": 4_000, "S12": 6_000}),
                )
                for site, quantity in by_site.items()
            ),
            due_on=(now + timedelta(days=2)).date(),
            note="周末配货",
        ),
        by=PLANNER,
        at=now - timedelta(hours=4),
    )
