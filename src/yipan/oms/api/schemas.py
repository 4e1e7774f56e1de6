"""What the API of order management is asked with, and answers with."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import Field

from yipan.documents.told import QUANTITY_MAX
from yipan.oms.documents.order import LINES_PER_ORDER_MAX
from yipan.oms.queries import orders

Code = Annotated[str, Field(min_length=1, max_length=48)]
Site = Annotated[str, Field(max_length=16)]
Reason = Annotated[str, Field(max_length=200)]
Money = Annotated[int, Field(ge=0, le=10**15)]


class BoughtLineIn(Schema):
    """So much of a SKU or a bundle, in smallest units; what it cost in all, in minor units."""

    sku: Code
    quantity: Annotated[int, Field(ge=1, le=QUANTITY_MAX)]
    amount_minor: Money = 0


class ChannelOrderIn(Schema):
    """
    An order of a channel. `external_id` is the channel's number of it, used once for good.

    `may_wait` false refuses the whole order when anything of it is missing. `hold` is the
    number of the cart's hold, whose goods it takes over. `origin_site` is the store that takes
    the order at its register for what another site has. What waits is canceled on `cancel_on`;
    unsaid, after the days its channel says.
    `pickup_fallback` is what its customer allows when the chosen store will not have it.
    """

    channel: Annotated[str, Field(min_length=1, max_length=32)]
    external_id: Annotated[str, Field(min_length=1, max_length=96)]
    lines: Annotated[list[BoughtLineIn], Field(min_length=1, max_length=LINES_PER_ORDER_MAX)]
    method: Literal["ship", "pickup", "ship_to_store"] = "ship"
    pickup_site: Site = ""
    origin_site: Site = ""
    pickup_fallback: Literal["ask", "store", "ship", "any"] = "ask"
    customer_name: Annotated[str, Field(max_length=96)] = ""
    address: Annotated[str, Field(max_length=300)] = ""
    region: Annotated[str, Field(max_length=48)] = ""
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None
    preset: Literal["cheapest", "nearest", "fastest", "fewest_parcels"] = "cheapest"
    may_split: bool = True
    may_wait: bool = True
    priority: Annotated[int, Field(ge=-1000, le=1000)] = 0
    due_on: date | None = None
    cancel_on: date | None = None
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "CNY"
    note: Annotated[str, Field(max_length=400)] = ""
    hold: Annotated[str, Field(max_length=48)] = ""
    placed_at: datetime | None = None


class ChannelOrderLineOut(Schema):
    """A line of an order. `quantity_cut` is canceled as soon as its site lets it go."""

    line: int
    sku: str
    bundle: str
    quantity: int
    quantity_canceled: int
    quantity_placed: int
    quantity_shipped: int
    quantity_returned: int
    quantity_waiting: int
    quantity_cut: int
    amount_minor: int


class PartOut(Schema):
    sku: str
    quantity: int
    quantity_shipped: int
    quantity_short: int


class FulfillmentOut(Schema):
    """What one site does for an order. `promise` is the reservation its shipment consumes."""

    number: str
    order: str
    channel: str
    site: str
    from_site: str
    transfer: str
    method: str
    state: str
    promise: str
    reason: str
    tracking: str
    due_on: date | None
    ready_at: datetime | None
    leave_by: datetime | None
    carrier: str
    is_canceling: bool
    created_at: datetime
    lines: list[PartOut]

    @staticmethod
    def of(row: orders.FulfillmentRow) -> FulfillmentOut:
        """Return what is told of it."""
        return FulfillmentOut(
            **{n: getattr(row, n) for n in FulfillmentOut.model_fields if n != "lines"},
            lines=[
                PartOut(sku=sku, quantity=quantity, quantity_shipped=shipped, quantity_short=short)
                for sku, quantity, shipped, short in row.lines
            ],
        )


class FulfillmentsOut(Schema):
    data: list[FulfillmentOut]
    next_cursor: str | None


class ChannelOrderOut(Schema):
    """An order with what became of it. `duplicate` says that the same was told before."""

    number: str
    external_id: str
    channel: str
    state: str
    method: str
    pickup_site: str
    origin_site: str
    pickup_fallback: str
    due_on: date | None
    cancel_on: date | None
    placed_at: datetime
    lines: list[ChannelOrderLineOut]
    fulfillments: list[FulfillmentOut]
    duplicate: bool = False


class OrderRowOut(Schema):
    number: str
    external_id: str
    channel: str
    state: str
    method: str
    placed_at: datetime
    due_on: date | None
    quantity: int
    quantity_shipped: int
    quantity_waiting: int
    sites: list[str]


class OrdersOut(Schema):
    data: list[OrderRowOut]
    next_cursor: str | None


class ChannelOrdersQuery(Schema):
    """
    Which orders. `site` is where a part of it is, comes from or is picked up; days are those of
    the head office on which it was taken in, both inclusive.
    """

    state: Annotated[str, Field(max_length=16)] = ""
    channel: Annotated[str, Field(max_length=32)] = ""
    method: Annotated[str, Field(max_length=16)] = ""
    site: Site = ""
    taken_from: date | None = None
    taken_until: date | None = None
    external_id: Annotated[str, Field(max_length=96)] = ""
    cursor: Annotated[str, Field(max_length=20)] = ""
    limit: Annotated[int, Field(ge=1, le=orders.ROWS_MAX)] = 100


class DecisionOut(Schema):
    """A decision of sourcing: the question as it was, and the plan with its reasons."""

    number: int
    trigger: str
    decided_at: datetime
    decided_by: str
    reason: str
    cost_minor: int
    question: dict[str, Any]
    plan: dict[str, Any]


class DecisionsOut(Schema):
    data: list[DecisionOut]


class OrderStepIn(Schema):
    reason: Reason = ""


class LineWantedIn(Schema):
    """How much of a line is still wanted, in the SKU's smallest unit."""

    line: Annotated[int, Field(ge=1, le=LINES_PER_ORDER_MAX)]
    quantity: Annotated[int, Field(ge=0, le=QUANTITY_MAX)]


class ReduceIn(OrderStepIn):
    lines: Annotated[list[LineWantedIn], Field(min_length=1, max_length=LINES_PER_ORDER_MAX)]


class CancelDayIn(OrderStepIn):
    """The day on which what still waits is canceled; none when it may wait for good."""

    cancel_on: date | None


class SourceIn(Schema):
    """From which site alone, when a person chooses it; from any when left empty."""

    site: Site = ""
    reason: Reason = ""


class OtherStoreOut(Schema):
    """A store that has all that waits: from which day, and hour where that is known."""

    site: str
    ready_on: date
    ready_at: datetime | None
    open_until: datetime | None
    kilometers: float


class PickupOptionsOut(Schema):
    """What could become of a pick-up whose store will not have it, the soonest store first."""

    stores: list[OtherStoreOut]
    ship_on: date | None
    refused_by: list[str]


class MovePickupIn(OrderStepIn):
    """The store to fetch it at instead; left empty, it is sent to the address."""

    site: Site = ""
    address: Annotated[str, Field(max_length=300)] = ""


class NoteIn(Schema):
    text: Annotated[str, Field(min_length=1, max_length=500)]


class FulfillmentsQuery(Schema):
    site: Site = ""
    open: bool = True
    cursor: Annotated[str, Field(max_length=20)] = ""
    limit: Annotated[int, Field(ge=1, le=orders.ROWS_MAX)] = 100


class PlanOut(Schema):
    """What would become of an order: where from, by when, why; what no site has would wait."""

    lines: list[ChannelOrderLineOut]
    fulfillments: list[FulfillmentOut]
    decisions: list[DecisionOut]


class BroughtBackIn(Schema):
    sku: Code
    quantity: Annotated[int, Field(ge=1, le=QUANTITY_MAX)]


class OrderReturnIn(Schema):
    """
    What a customer will bring or send back; `site` is where to, empty for anywhere.

    With an `external_id` it is announced once.
    """

    lines: Annotated[list[BroughtBackIn], Field(min_length=1, max_length=LINES_PER_ORDER_MAX)]
    site: Site = ""
    reason: Reason = ""
    external_id: Annotated[str, Field(max_length=96)] = ""


class RefundIn(Schema):
    """How much was paid back, in minor units, and the payment's number."""

    amount_minor: Money
    reference: Annotated[str, Field(min_length=1, max_length=96)]


class OrderReturnLineOut(Schema):
    sku: str
    quantity: int
    quantity_received: int


class OrderReturnReceiptOut(Schema):
    """What a site took back by one document: SKU, quantity, disposition."""

    site: str
    document: str
    lines: list[tuple[str, int, str]]


class OrderReturnOut(Schema):
    """A return of an order. Books move by what sites tell; the refund moves none."""

    number: str
    order: str
    external_id: str
    state: str
    site: str
    reason: str
    refund_minor: int
    refund_reference: str
    created_at: datetime
    received_at: datetime | None
    lines: list[OrderReturnLineOut]
    receipts: list[OrderReturnReceiptOut]


class ReturnsOut(Schema):
    data: list[OrderReturnOut]


class ReturnsQuery(Schema):
    """Which returns. `site` expects them or took them back; `external_id` is of either."""

    state: Literal["", "announced", "partly_received", "received", "refunded", "canceled"] = ""
    site: Site = ""
    external_id: Annotated[str, Field(max_length=96)] = ""
    older_than_hours: Annotated[int, Field(ge=0, le=87_600)] = 0
    cursor: Annotated[str, Field(max_length=20)] = ""
    limit: Annotated[int, Field(ge=1, le=orders.ROWS_MAX)] = 100


class ReturnsPageOut(Schema):
    """What waits for somebody the oldest first, else the newest."""

    data: list[OrderReturnOut]
    next_cursor: str | None


class ShadowIn(Schema):
    """
    Other rules for decisions of some days: a preset, and what differs from it, in minor units.

    `with_stores` false leaves stores out.
    """

    since: datetime
    until: datetime
    channel: Annotated[str, Field(max_length=32)] = ""
    preset: Literal["cheapest", "nearest", "fastest", "fewest_parcels"] = "cheapest"
    parcel: Money | None = None
    day: Money | None = None
    store_parcel: Money | None = None
    part_value_min: Money | None = None
    may_split: bool = True
    with_stores: bool = True


class ScoreOut(Schema):
    cost: int
    parcels: int
    days: int
    unfilled: int


class ShadowRowOut(Schema):
    order: str
    number: int
    decided_at: datetime
    sites: list[str]
    other_sites: list[str]
    cost: int
    other_cost: int
    difference: int
    parcels: int
    other_parcels: int


class ShadowOut(Schema):
    """What the rules would have come to, in the same money as what was decided."""

    examined: int
    changed: int
    difference: int
    was: ScoreOut
    other: ScoreOut
    rows: list[ShadowRowOut]
