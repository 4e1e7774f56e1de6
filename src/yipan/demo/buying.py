"""Purchase orders of the demo retailer, in every state they can be in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from yipan.demo.goods import GOODS
from yipan.demo.places import WAREHOUSE
from yipan.demo.trading import make_id
from yipan.erp.documents.purchasing import purchase_order
from yipan.erp.documents.purchasing.purchase_order import Ordered, OrderedLine
from yipan.exchange import delivery
from yipan.ledger.moves import Trace
from yipan.wms.documents.inbound import receipt
from yipan.wms.documents.inbound.receipt import Opening
from yipan.wms.documents.stock import bin_move
from yipan.wms.rules import Counted, Shifted

BUYER = Trace(actor="purchaser", device="office-3f")
SECOND = Trace(actor="purchaser2", device="office-3f-2")
CHECKER = Trace(actor="controller", device="office-2f")
WORKER = Trace(actor="worker", device="handheld-7")
LEAD = Trace(actor="lead", device="handheld-2")

#: SKU to how much of it came sound and how much damaged.
Arrival = dict[str, tuple[int, int]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Story:
    """
    One order: what is ordered, how far it goes, and what came.

    `days_ago` is when it was written; steps follow by hours. `arrivals` are deliveries, the
    last of which may close the order.
    """

    name: str
    supplier: str
    lines: dict[str, int]
    days_ago: float
    until: str = "sent"
    arrivals: Sequence[Arrival] = ()
    is_closed_by_last: bool = False
    expected_in_days: int = 3
    note: str = ""
    by: Trace = BUYER


STORIES: Sequence[Story] = (
    Story(
        name="full",
        supplier="SUP-02",
        lines={"WATER-550": 480, "COLA-330": 240, "BEER-500": 120, "CHIPS-75": 220},
        days_ago=6.2,
        arrivals=[
            {
                "WATER-550": (480, 0),
                "COLA-330": (236, 4),
                "BEER-500": (120, 0),
                "CHIPS-75": (220, 0),
            }
        ],
        expected_in_days=2,
    ),
    Story(
        name="first goods",
        supplier="SUP-01",
        lines={"TEA-250": 100},
        days_ago=3.1,
        arrivals=[{"TEA-250": (95, 2)}],
        note="春茶，先到先上架",
    ),
    Story(
        name="two trucks",
        supplier="SUP-02",
        lines={"RICE-5": 160, "RICE-10": 60, "OIL-5": 48, "NOODLE-1": 240},
        days_ago=4.3,
        arrivals=[
            {"RICE-5": (100, 0), "OIL-5": (48, 0)},
            {"RICE-5": (40, 1), "NOODLE-1": (240, 0)},
        ],
    ),
    Story(
        name="too much",
        supplier="SUP-02",
        lines={"TISSUE-3": 160, "ROLL-10": 80},
        days_ago=2.4,
        arrivals=[{"TISSUE-3": (176, 0), "ROLL-10": (80, 0), "MUG-1": (6, 0)}],
    ),
    Story(
        name="closed short",
        supplier="SUP-01",
        lines={"TEA-PUER-357": 56, "TEA-TGY-150": 90},
        days_ago=5.5,
        arrivals=[{"TEA-PUER-357": (50, 1), "TEA-TGY-150": (90, 0)}],
        is_closed_by_last=True,
    ),
    Story(
        name="late",
        supplier="SUP-02",
        lines={"SHAMPOO-500": 48, "TOOTHPASTE-120": 96, "SOAP-1": 144},
        days_ago=4.8,
        expected_in_days=3,
        note="供应商说车在路上",
    ),
    Story(
        name="on its way",
        supplier="SUP-01",
        lines={"TEA-100": 192, "TEA-JAS-200": 120, "TEA-BAG-50": 144, "CHRYS-80": 80},
        days_ago=1.3,
        expected_in_days=4,
    ),
    Story(
        name="approved",
        supplier="SUP-02",
        lines={"DETERGENT-2": 36, "DISH-1": 60},
        days_ago=0.8,
        until="approved",
        by=SECOND,
    ),
    Story(
        name="draft",
        supplier="SUP-02",
        lines={"CHILI-280": 96, "SOY-500": 72, "VINEGAR-500": 48},
        days_ago=0.3,
        until="draft",
    ),
    Story(
        name="draft of the other",
        supplier="SUP-01",
        lines={"TEA-250": 144, "TEA-100": 96},
        days_ago=0.15,
        until="draft",
        expected_in_days=6,
        by=SECOND,
        note="国庆备货",
    ),
    Story(
        name="canceled",
        supplier="SUP-02",
        lines={"BOWL-6": 24},
        days_ago=3.6,
        until="canceled",
    ),
)


def tell(*, now: datetime) -> None:
    """Write all orders, oldest first, and deliver every message on the way."""
    costs = {good.code: good.cost_minor for good in GOODS}
    for story in sorted(STORIES, key=lambda each: -each.days_ago):
        tell_one(story, written_at=now - timedelta(days=story.days_ago), costs=costs)


def tell_one(story: Story, *, written_at: datetime, costs: dict[str, int]) -> None:
    """Write one order and let it go as far as its story says; steps follow by hours."""
    number = purchase_order.create(
        ordered=_order(story, on=written_at.date(), costs=costs), by=story.by, at=written_at
    ).number
    if story.until == "draft":
        return
    at = written_at + timedelta(hours=1)
    purchase_order.approve(number=number, by=CHECKER, at=at)
    if story.until == "approved":
        return
    at += timedelta(hours=1)
    order = purchase_order.send(
        number=number, by=story.by, at=at, message_id=make_id(f"sent {story.name}")
    )
    delivery.deliver_pending()
    if story.until == "canceled":
        purchase_order.cancel(
            number=number,
            by=Trace(actor=story.by.actor, device=story.by.device, reason="供应商停产"),
            at=at + timedelta(hours=3),
            message_id=make_id(f"canceled {story.name}"),
        )
    for position, arrival in enumerate(story.arrivals, start=1):
        at += timedelta(hours=16)
        _take_in(story, order.inbound_order_number, arrival=arrival, position=position, at=at)
    delivery.deliver_pending()


def _order(story: Story, *, on: date, costs: dict[str, int]) -> Ordered:
    return Ordered(
        site=WAREHOUSE,
        supplier=story.supplier,
        expected_on=on + timedelta(days=story.expected_in_days),
        note=story.note,
        external_id=f"demo {story.name}",
        lines=tuple(
            OrderedLine(sku=sku, quantity=quantity, unit_cost_minor=costs[sku])
            for sku, quantity in story.lines.items()
        ),
    )


def _take_in(
    story: Story, inbound_order_number: str, *, arrival: Arrival, position: int, at: datetime
) -> None:
    """Receive a delivery, and put the sound part of it away an hour later."""
    is_last = story.is_closed_by_last and position == len(story.arrivals)
    posted = receipt.receive(
        opening=Opening(site=WAREHOUSE, inbound_order_number=inbound_order_number),
        counted=[
            Counted(sku=sku, quantity_sound=sound, quantity_damaged=damaged, capture_mode="scan")
            for sku, (sound, damaged) in arrival.items()
        ],
        is_last=is_last,
        by=WORKER,
        at=at,
        message_id=make_id(f"received {story.name} {position}"),
    )
    if story.name == "first goods":
        # These wait in the receiving bin, for whoever tries the demo.
        return
    shifts = [
        Shifted(
            sku=line.sku,
            from_bin=posted.bin_code,
            to_bin=get_home_bin(line.sku),
            quantity=line.quantity_sound,
        )
        for line in posted.lines.order_by("id")
        if line.quantity_sound
    ]
    bin_move.post(site=WAREHOUSE, shifts=shifts, by=LEAD, at=at + timedelta(hours=1))


def get_home_bin(sku: str) -> str:
    """Return the bin a product has its place in."""
    position = next(place for place, good in enumerate(GOODS) if good.code == sku)
    return f"A-{position // 12 + 1:02d}-{position % 12 + 1:02d}"
