"""What the API of a store's stock work, requests and days takes and tells.

Quantities in smallest units, amounts in minor units.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field

from yipan.documents import told
from yipan.pos.api.schemas import Code, Limit, Quantity, Text
from yipan.pos.queries import (
    AdjustmentDetail,
    RequestRow,
    StoreOrderRow,
    TransferDetail,
    TransferRow,
)

Note = Annotated[str, Field(max_length=200)]
Some = Annotated[int, Field(ge=0, le=told.QUANTITY_MAX)]
Cash = Annotated[int, Field(ge=0, le=99_999_999)]
Place = Literal["shop_floor", "backroom"]
Status = Literal["available", "quarantine", "damaged", "blocked"]


class StoreOrderOut(Schema):
    """A transfer the hub told the store to take in, or to send."""

    number: str
    order_type: str
    state: str
    document_number: str
    shipment_number: str
    other_site: str
    due_on: date | None
    quantity_open: int

    @classmethod
    def of(cls, row: StoreOrderRow) -> StoreOrderOut:
        """Return what the API tells of an order."""
        return cls(
            number=row.number,
            order_type=row.order_type,
            state=row.state,
            document_number=row.document_number,
            shipment_number=row.shipment_number,
            other_site=row.other_site,
            due_on=row.due_on,
            quantity_open=row.quantity_open,
        )


class StoreOrderList(Schema):
    data: list[StoreOrderOut]


class StoreOrdersQuery(Schema):
    order_type: Literal["inbound", "outbound"] = "inbound"
    limit: Limit = 100


class StoreTransferBrief(Schema):
    number: str
    transfer_type: str
    state: str
    site: str
    order_number: str
    document_number: str
    place: str
    quantity: int
    is_last: bool
    posted_at: datetime | None

    @classmethod
    def of(cls, row: TransferRow) -> StoreTransferBrief:
        """Return what a list tells of a transfer."""
        return cls(
            number=row.number,
            transfer_type=row.transfer_type,
            state=row.state,
            site=row.site.code,
            order_number=row.order.number,
            document_number=row.order.document_number,
            place=row.place,
            quantity=row.quantity,
            is_last=row.is_last,
            posted_at=row.posted_at,
        )


class StoreTransferPage(Schema):
    data: list[StoreTransferBrief]
    next_cursor: str | None


class StoreTransferLineOut(Schema):
    sku: str
    quantity_asked: int | None
    quantity: int
    quantity_damaged: int
    capture_mode: str
    status: str


class StoreTransferOut(Schema):
    head: StoreTransferBrief
    lines: list[StoreTransferLineOut]

    @classmethod
    def of(cls, transfer: TransferDetail) -> StoreTransferOut:
        """Return what the API tells of a transfer."""
        return cls(
            head=StoreTransferBrief.of(transfer.head),
            lines=[
                StoreTransferLineOut(
                    sku=line.sku.code,
                    quantity_asked=line.quantity_asked,
                    quantity=line.quantity,
                    quantity_damaged=line.quantity_damaged,
                    capture_mode=line.capture_mode,
                    status=line.status,
                )
                for line in transfer.lines
            ],
        )


class StoreTransfersQuery(Schema):
    """Which transfers to list; empty is: all."""

    site: Text = ""
    transfer_type: Literal["", "receipt", "shipment"] = ""
    state: Text = ""
    q: Text = ""
    cursor: Text = ""
    limit: Limit = 100


class MovedLineIn(Schema):
    sku: Code
    quantity: Some = 0
    quantity_damaged: Some = 0
    capture_mode: Literal["scan", "key", "bulk"] = "scan"


class StoreTransferIn(Schema):
    """
    What came of an order, or goes. `is_last`: nothing more of it will move.

    `place` is where what goes was taken from; empty, it is where the book says it lies.
    """

    site: Code
    order_number: Code
    lines: Annotated[list[MovedLineIn], Field(max_length=told.LINES_MAX)]
    is_last: bool = True
    place: Literal["", "shop_floor", "backroom"] = ""


class ReverseIn(Schema):
    """Why a posted document is undone: it did not happen, or was written down wrongly."""

    correction_reason: Literal["did_not_occur", "incorrect_data"]
    reason: Annotated[str, Field(min_length=1, max_length=160)]


class AdjustedIn(Schema):
    sku: Code
    quantity: Quantity
    place: Literal["shop_floor", "backroom", "display"] = "shop_floor"
    from_status: Status = "available"
    to_status: Literal["", "available", "quarantine", "damaged", "blocked"] = ""
    capture_mode: Literal["scan", "key", "bulk"] = "scan"


class StoreAdjustmentIn(Schema):
    """What happened to goods. Above the caller's limit the hub decides first."""

    site: Code
    adjustment_type: Literal[
        "scrap", "sample_issue", "internal_use", "display_issue", "status_change"
    ]
    lines: Annotated[list[AdjustedIn], Field(min_length=1, max_length=told.LINES_MAX)]
    cost_center: Annotated[str, Field(max_length=48)] = ""
    reason: Note = ""


class AdjustedOut(Schema):
    sku: str
    quantity: int
    place: str
    from_status: str
    to_status: str


class StoreAdjustmentOut(Schema):
    number: str
    adjustment_type: str
    state: str
    site: str
    reason: str
    cost_center: str
    value_minor: int
    currency: str
    created_by: str
    posted_at: datetime | None
    decided_by: str
    lines: list[AdjustedOut]

    @classmethod
    def of(cls, adjustment: AdjustmentDetail) -> StoreAdjustmentOut:
        """Return what the API tells of an adjustment."""
        head = adjustment.head
        return cls(
            number=head.number,
            adjustment_type=head.adjustment_type,
            state=head.state,
            site=head.site.code,
            reason=head.reason,
            cost_center=head.cost_center,
            value_minor=head.value_minor,
            currency=head.currency,
            created_by=head.created_by,
            posted_at=head.posted_at,
            decided_by=head.decided_by,
            lines=[
                AdjustedOut(
                    sku=line.sku.code,
                    quantity=line.quantity,
                    place=line.place,
                    from_status=line.from_status,
                    to_status=line.to_status,
                )
                for line in adjustment.lines
            ],
        )


class AdjustmentNumbers(Schema):
    """Numbers and states of adjustments; each is told in full under its number."""

    number: str
    adjustment_type: str
    state: str
    site: str
    quantity: int


class StoreAdjustmentPage(Schema):
    data: list[AdjustmentNumbers]
    next_cursor: str | None


class StoreAdjustmentsQuery(Schema):
    site: Text = ""
    state: Text = ""
    q: Text = ""
    cursor: Text = ""
    limit: Limit = 100


class CarriedIn(Schema):
    sku: Code
    quantity: Quantity


class PlaceMoveIn(Schema):
    """What was carried between shop floor and backroom."""

    site: Code
    from_place: Place
    to_place: Place
    status: Literal["available", "quarantine", "damaged", "blocked"] = "available"
    lines: Annotated[list[CarriedIn], Field(min_length=1, max_length=told.LINES_MAX)]


class PlaceMoveOut(Schema):
    number: str
    site: str
    from_place: str
    to_place: str
    status: str


class StoreRequestIn(Schema):
    """Goods a store asks the hub for."""

    site: Code
    sku: Code
    quantity: Quantity
    need_by: date | None = None
    note: Note = ""


class StoreRequestOut(Schema):
    number: str
    state: str
    site: str
    sku: str
    quantity: int
    need_by: date | None
    quantity_ordered: int
    transfer_number: str
    answer_note: str

    @classmethod
    def of(cls, row: RequestRow) -> StoreRequestOut:
        """Return what the API tells of a request."""
        return cls(
            number=row.number,
            state=row.state,
            site=row.site.code,
            sku=row.sku.code,
            quantity=row.quantity,
            need_by=row.need_by,
            quantity_ordered=row.quantity_ordered,
            transfer_number=row.transfer_number,
            answer_note=row.answer_note,
        )


class StoreRequestPage(Schema):
    data: list[StoreRequestOut]
    next_cursor: str | None


class StoreRequestsQuery(Schema):
    site: Text = ""
    state: Text = ""
    cursor: Text = ""
    limit: Limit = 100
