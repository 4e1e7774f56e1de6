"""Orders of the demo's channels: open ones in every state, some done, one come back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from yipan.demo.buying import LEAD, WORKER
from yipan.demo.goods import GOODS
from yipan.demo.moving import CLERKS
from yipan.demo.trading import make_id
from yipan.exchange import delivery
from yipan.ledger.moves import Trace
from yipan.messages.wms import Parcel
from yipan.oms.documents import order, order_return
from yipan.oms.documents.order import Bought, BoughtLine
from yipan.oms.documents.order_return import Announced, BroughtBack
from yipan.oms.models import FulfillmentOrder
from yipan.pos.documents import fulfillment, fulfillment_leaving, fulfillment_picking
from yipan.pos.documents.fulfillment_leaving import Proof
from yipan.pos.documents.fulfillment_picking import Scan
from yipan.wms.documents.outbound import pick, shipment
from yipan.wms.documents.outbound.pick import Taking
from yipan.wms.documents.outbound.shipment import Shipping
from yipan.wms.models import OutboundOrder, Pick

DESK = Trace(actor="orderdesk", device="office-2f-5")
SHOP = Trace(actor="key:shop")
PRICES: Final = {good.code: good.price_minor for good in GOODS}


@dataclass(frozen=True, kw_only=True, slots=True)
class Purchase:
    """Something bought: by whom, through what, how long ago, and how far it came."""

    name: str
    customer: str
    lines: Mapping[str, int]
    hours_ago: float
    go_on: Callable[[str, datetime], None] | None = None
    channel: str = "shop"
    external_id: str = ""
    fields: Mapping[str, object] = field(default_factory=dict)


def tell(*, now: datetime) -> None:
    """Let people buy, and let sites do what they did; the channels are open."""
    for bought in list_purchases(now.date()):
        buy(bought, now=now)


AT_BINJIANG: Final[dict[str, object]] = {"method": "pickup", "pickup_site": "S12"}


def list_purchases(today: date) -> tuple[Purchase, ...]:
    """Return what was bought, the oldest first."""
    return (*_list_days_ago(), *_list_of_the_morning(), *_list_just_bought(today))


def _list_days_ago() -> tuple[Purchase, ...]:
    return (
        Purchase(
            name="late",
            customer="何雨桐",
            lines={"TEA-PUER-357": 1},
            hours_ago=140,
            channel="tmall",
        ),
        Purchase(
            name="done",
            customer="徐佳怡",
            lines={"TEA-250": 2, "CHRYS-80": 1},
            hours_ago=75,
            go_on=ship,
        ),
        Purchase(
            name="back",
            customer="马思远",
            lines={"TEA-TGY-150": 2},
            hours_ago=70,
            channel="tmall",
            go_on=_ship_and_announce,
        ),
        Purchase(
            name="fetched",
            customer="高欣然",
            lines={"NUT-WAL-500": 1},
            hours_ago=30,
            channel="app",
            go_on=hand_over,
            fields=AT_BINJIANG,
        ),
        Purchase(
            name="to store",
            customer="罗子轩",
            lines={"WINE-HJ-500": 2},
            hours_ago=26,
            go_on=_send_to_store,
            fields={"method": "ship_to_store", "pickup_site": "S1"},
        ),
    )


def _list_of_the_morning() -> tuple[Purchase, ...]:
    return (
        Purchase(
            name="picked",
            customer="梁若曦",
            lines={"TEA-JAS-200": 3},
            hours_ago=5,
            go_on=_pick,
        ),
        Purchase(
            name="parcels",
            customer="韩雪",
            lines={"TEA-100": 6},
            hours_ago=4.5,
            channel="tmall",
            go_on=_ship_part,
        ),
        Purchase(
            name="ready",
            customer="唐一诺",
            lines={"TEA-BAG-50": 2},
            hours_ago=4,
            channel="app",
            go_on=_stage,
            fields=AT_BINJIANG,
        ),
        Purchase(
            name="refused",
            customer="冯晨",
            lines={"COOKIE-300": 1},
            hours_ago=3.5,
            go_on=_refuse,
            fields={"method": "pickup", "pickup_site": "S1"},
        ),
    )


def _list_just_bought(today: date) -> tuple[Purchase, ...]:
    return (
        Purchase(
            name="waiting",
            customer="沈嘉",
            lines={"CHOC-100": 12},
            hours_ago=3,
            channel="app",
            fields={**AT_BINJIANG, "cancel_on": today + timedelta(days=1)},
        ),
        Purchase(
            name="aisle",
            customer="丁宁",
            lines={"WINE-HJ-500": 1},
            hours_ago=2,
            fields={"origin_site": "S1", "note": "西湖店代客下单"},
        ),
        Purchase(
            name="gone",
            customer="彭越",
            lines={"RICE-5": 1},
            hours_ago=1.5,
            channel="tmall",
            go_on=_cancel,
        ),
        Purchase(
            name="new",
            customer="邓可",
            lines={"TEA-250": 1, "NOODLE-1": 2},
            hours_ago=0.4,
            channel="app",
        ),
    )


def buy(bought: Purchase, *, now: datetime) -> None:
    """Let somebody buy, and let what was bought go as far as its story says."""
    at = now - timedelta(hours=bought.hours_ago)
    wanted = Bought(
        channel=bought.channel,
        external_id=bought.external_id
        or f"{bought.channel.upper()}-{8_400_000 + round(bought.hours_ago * 1_000)}",
        lines=tuple(
            BoughtLine(sku=sku, quantity=quantity, amount_minor=quantity * PRICES[sku])
            for sku, quantity in bought.lines.items()
        ),
        customer_name=bought.customer,
        address="杭州市上城区清泰街 117 号",
        region="杭州",
        placed_at=at,
        **bought.fields,  # type: ignore[arg-type]
    )
    message_id = make_id(f"order {bought.name}")
    number = order.take(bought=wanted, by=SHOP, at=at, message_id=message_id).number
    delivery.deliver_pending()
    if bought.go_on is not None:
        bought.go_on(number, at + timedelta(minutes=10))
    delivery.deliver_pending()


def _find_part(number: str) -> str:
    return FulfillmentOrder.objects.filter(order__number=number).latest("place").number


def _pick(number: str, at: datetime) -> None:
    _pick_outbound(_find_part(number), at)


def _pick_outbound(outbound: str, at: datetime, *, quantity: int = 0) -> None:
    for row in Pick.objects.filter(order__number=outbound, state="open").order_by("path", "id"):
        pick.scan_bin(pick_id=row.pk, bin_code=row.bin_code, by=WORKER, at=at)
        taking = Taking(quantity=min(quantity or row.quantity, row.quantity))
        pick.take(pick_id=row.pk, taking=taking, by=WORKER, at=at)


def _ship_outbound(outbound: str, at: datetime, *, tracking: str, is_last: bool) -> None:
    shipment.ship(
        shipping=Shipping(order=outbound, is_last=is_last, carrier="顺丰速运", tracking=tracking),
        by=LEAD,
        at=at + timedelta(minutes=30),
        message_id=make_id(f"{outbound} left"),
    )
    delivery.deliver_pending()


def ship(number: str, at: datetime) -> None:
    """Let the warehouse pick an order and send it."""
    part = _find_part(number)
    _pick_outbound(part, at)
    _ship_outbound(part, at, tracking=f"SF{1_340_000_000 + int(number[-6:])}", is_last=True)


def leave(number: str, at: datetime) -> None:
    """Let whichever sites an order was given to send their parts of it."""
    for part in FulfillmentOrder.objects.filter(order__number=number).order_by("place"):
        if part.site not in CLERKS:
            _pick_outbound(part.number, at)
            tracking = f"SF{1_340_000_000 + int(number[-6:])}"
            _ship_outbound(part.number, at, tracking=tracking, is_last=True)
        else:
            by = CLERKS[part.site]
            _pick_in_store(part, by=by, at=at)
            message_id = make_id(f"{part.number} left the store")
            parcel = Parcel(
                sscc="", carrier="顺丰速运", tracking=f"SF{1_350_000_000 + int(number[-6:])}"
            )
            fulfillment_leaving.ship(
                number=part.number, parcels=[parcel], by=by, at=at, message_id=message_id
            )


def _ship_part(number: str, at: datetime) -> None:
    part = _find_part(number)
    _pick_outbound(part, at, quantity=4)
    _ship_outbound(part, at, tracking="SF1340007741", is_last=False)


def _ship_and_announce(number: str, at: datetime) -> None:
    ship(number, at)
    [sku] = Pick.objects.filter(order__number=_find_part(number)).values_list("sku", flat=True)
    order_return.announce(
        announced=Announced(
            order=number, lines=(BroughtBack(sku=sku, quantity=1),), reason="口味不合"
        ),
        by=DESK,
        at=at + timedelta(days=2),
    )


def _send_to_store(number: str, at: datetime) -> None:
    outbound = OutboundOrder.objects.filter(
        order_type="transfer", document_number__in=_list_transfers(number)
    ).latest("id")
    _pick_outbound(outbound.number, at)
    _ship_outbound(outbound.number, at, tracking="", is_last=True)


def _list_transfers(number: str) -> list[str]:
    rows = FulfillmentOrder.objects.filter(order__number=number).exclude(transfer="")
    return list(rows.values_list("transfer", flat=True))


def _stage(number: str, at: datetime) -> None:
    part, by = FulfillmentOrder.objects.get(order__number=number), CLERKS["S12"]
    _pick_in_store(part, by=by, at=at)
    message_id = make_id(f"{part.number} staged")
    fulfillment_picking.stage(number=part.number, shelf="P-02", by=by, at=at, message_id=message_id)


def _pick_in_store(part: FulfillmentOrder, *, by: Trace, at: datetime) -> None:
    fulfillment.accept(
        number=part.number, by=by, at=at, message_id=make_id(f"{part.number} accepted")
    )
    for line in part.lines.all():
        scan = Scan(sku=line.sku, quantity=line.quantity)
        fulfillment_picking.pick(number=part.number, scan=scan, by=by, at=at)
    message_id = make_id(f"{part.number} picked")
    fulfillment_picking.finish(number=part.number, by=by, at=at, message_id=message_id)


def hand_over(number: str, at: datetime) -> None:
    """Let the store pick an order and give it to whoever comes for it."""
    _stage(number, at)
    delivery.deliver_pending()
    part = FulfillmentOrder.objects.get(order__number=number)
    fulfillment_leaving.hand_over(
        number=part.number,
        proof=Proof(code=part.pickup_code),
        by=CLERKS["S12"],
        at=at + timedelta(hours=3),
        message_id=make_id(f"{part.number} handed over"),
    )


def _refuse(number: str, at: datetime) -> None:
    part = FulfillmentOrder.objects.get(number=_find_part(number))
    if part.site not in CLERKS:
        return
    by = CLERKS[part.site]
    fulfillment.reject(
        number=part.number,
        reason="not_found",
        by=by,
        at=at,
        message_id=make_id(f"{part.number} rejected"),
    )


def _cancel(number: str, at: datetime) -> None:
    by = Trace(actor=DESK.actor, device=DESK.device, reason="顾客拍错")
    order.cancel(number=number, by=by, at=at, message_id=make_id(f"{number} canceled"))
