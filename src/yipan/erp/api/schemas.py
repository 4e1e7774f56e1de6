"""What the ERP's API takes and tells. Quantities in smallest units, money in minor units."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import Field

from yipan.erp.documents.purchasing import purchase_order
from yipan.erp.queries import (
    IssueDetail,
    IssueRow,
    OrderDetail,
    OrderRow,
    ReceiptDetail,
    ReceiptRow,
)

Code = Annotated[str, Field(min_length=1, max_length=48)]
Quantity = Annotated[int, Field(ge=1, le=purchase_order.QUANTITY_ORDERED_MAX)]
Amount = Annotated[int, Field(ge=0, le=purchase_order.UNIT_COST_MINOR_MAX)]
Text = Annotated[str, Field(max_length=96)]
Limit = Annotated[int, Field(ge=1, le=1_000)]


class OrderLineIn(Schema):
    """A quantity in smallest units; a cost left out is taken from the supplier's price list."""

    sku: Code
    quantity: Quantity
    unit_cost_minor: Amount | None = None
    expected_on: date | None = None


class OrderIn(Schema):
    """What to order. `external_id` makes repeating it harmless for good."""

    site: Code
    supplier: Code
    lines: Annotated[
        list[OrderLineIn],
        Field(min_length=1, max_length=purchase_order.LINES_PER_ORDER_MAX),
    ]
    expected_on: date | None = None
    note: Annotated[str, Field(max_length=500)] = ""
    external_id: Annotated[str, Field(max_length=96)] = ""


class OrderEditIn(OrderIn):
    """The whole new content of a draft, and the version it was made from."""

    version: int


class StepIn(Schema):
    """Why a step is taken; kept in the trail."""

    reason: Annotated[str, Field(max_length=200)] = ""


class ApproveIn(StepIn):
    """`version` of what was read: 412 when somebody changed it since. Without it, as it stands."""

    version: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = None


class OrderLineOut(Schema):
    line: int
    sku: str
    quantity_ordered: int
    quantity_received: int
    quantity_damaged: int
    quantity_blocked: int
    quantity_open: int
    unit_cost_minor: int | None


class OrderOut(Schema):
    """An order. `unit_cost_minor` of its lines is null for who may not see cost."""

    number: str
    state: str
    site: str
    supplier: str
    currency: str
    expected_on: date | None
    tolerance_percent: int
    note: str
    version: int
    created_by: str
    created_at: datetime
    approved_by: str
    inbound_order_number: str
    external_id: str
    lines: list[OrderLineOut]

    @classmethod
    def of(cls, order: OrderDetail, *, with_cost: bool) -> OrderOut:
        """Return what the API tells of an order."""
        return cls(
            number=order.number,
            state=order.state,
            site=order.site.code,
            supplier=order.supplier.code,
            currency=order.currency,
            expected_on=order.expected_on,
            tolerance_percent=order.tolerance_percent,
            note=order.note,
            version=order.version,
            created_by=order.created_by,
            created_at=order.created_at,
            approved_by=order.approved_by,
            inbound_order_number=order.inbound_order_number,
            external_id=order.external_id,
            lines=[
                OrderLineOut(
                    line=line.line,
                    sku=line.sku.code,
                    quantity_ordered=line.quantity_ordered,
                    quantity_received=line.quantity_received,
                    quantity_damaged=line.quantity_damaged,
                    quantity_blocked=line.quantity_blocked,
                    quantity_open=line.quantity_open,
                    unit_cost_minor=line.unit_cost_minor if with_cost else None,
                )
                for line in order.lines
            ],
        )


class OrderBrief(Schema):
    """An order in a list. `value_minor` is null for who may not see cost."""

    number: str
    state: str
    site: str
    supplier: str
    currency: str
    expected_on: date | None
    created_by: str
    created_at: datetime
    quantity_ordered: int
    quantity_received: int
    quantity_open: int
    value_minor: int | None

    @classmethod
    def of(cls, row: OrderRow, *, with_cost: bool) -> OrderBrief:
        """Return what a list tells of an order."""
        return cls(
            number=row.number,
            state=row.state,
            site=row.site.code,
            supplier=row.supplier.code,
            currency=row.currency,
            expected_on=row.expected_on,
            created_by=row.created_by,
            created_at=row.created_at,
            quantity_ordered=row.quantity_ordered,
            quantity_received=row.quantity_received,
            quantity_open=row.quantity_open,
            value_minor=row.value_minor if with_cost else None,
        )


class OrderPage(Schema):
    """Newest first. `next_cursor` is null on the last page."""

    data: list[OrderBrief]
    next_cursor: str | None


class OrdersQuery(Schema):
    """Which orders to list; empty is: all. `cursor` is the `next_cursor` of the page before."""

    state: Text = ""
    site: Text = ""
    supplier: Text = ""
    sku: Text = ""
    q: Text = ""
    cursor: Text = ""
    limit: Limit = 100


class PageQuery(Schema):
    """Which documents to list. `cursor` is the `next_cursor` of the page before."""

    site: Text = ""
    q: Text = ""
    cursor: Text = ""
    limit: Limit = 100


class IssueQuery(PageQuery):
    """Which sales issues to list: `day` is the store's business date, `cashier` its exact name."""

    day: date | None = None
    sku: Text = ""
    cashier: Text = ""


class OnOrderOut(Schema):
    site: str
    sku: str
    quantity: int


class OnOrderQuery(Schema):
    """What to tell of; empty is: all. `cursor` is the `next_cursor` of the page before."""

    site: Text = ""
    sku: Text = ""
    cursor: Text = ""
    limit: Limit = 100


class OnOrderPage(Schema):
    """What is still to come from suppliers, by site and SKU."""

    data: list[OnOrderOut]
    next_cursor: str | None


class GoodsReceiptLineOut(Schema):
    sku: str
    quantity_sound: int
    quantity_damaged: int
    quantity_blocked: int
    capture_mode: str


class WarningOut(Schema):
    code: str
    sku: str
    quantity: int


class GoodsReceiptBrief(Schema):
    number: str
    state: str
    site: str
    purchase_order_number: str
    received_at: datetime
    received_by: str
    quantity_sound: int
    quantity_damaged: int
    quantity_blocked: int

    @classmethod
    def of(cls, row: ReceiptRow) -> GoodsReceiptBrief:
        """Return what a list tells of a receipt."""
        return cls(
            number=row.number,
            state=row.state,
            site=row.site.code,
            purchase_order_number=row.purchase_order_number,
            received_at=row.received_at,
            received_by=row.received_by,
            quantity_sound=row.quantity_sound,
            quantity_damaged=row.quantity_damaged,
            quantity_blocked=row.quantity_blocked,
        )


class GoodsReceiptPage(Schema):
    data: list[GoodsReceiptBrief]
    next_cursor: str | None


class GoodsReceiptOut(Schema):
    head: GoodsReceiptBrief
    site_number: str
    device: str
    source: str
    sequence: int | None
    message_id: UUID
    warnings: list[WarningOut]
    lines: list[GoodsReceiptLineOut]

    @classmethod
    def of(cls, receipt: ReceiptDetail) -> GoodsReceiptOut:
        """Return what the API tells of a receipt."""
        return cls(
            head=GoodsReceiptBrief.of(receipt.head),
            site_number=receipt.site_number,
            device=receipt.device,
            source=receipt.source,
            sequence=receipt.sequence,
            message_id=receipt.message_id,
            warnings=[WarningOut(**each) for each in receipt.warnings],
            lines=[
                GoodsReceiptLineOut(
                    sku=line.sku.code,
                    quantity_sound=line.quantity_sound,
                    quantity_damaged=line.quantity_damaged,
                    quantity_blocked=line.quantity_blocked,
                    capture_mode=line.capture_mode,
                )
                for line in receipt.lines
            ],
        )


class IssueLineOut(Schema):
    line: int
    sku: str
    quantity: int
    amount_minor: int


class IssueBrief(Schema):
    number: str
    site: str
    ticket_number: str
    till: str
    business_date: date
    occurred_at: datetime
    recorded_at: datetime
    cashier: str
    currency: str
    total_minor: int
    quantity: int

    @classmethod
    def of(cls, row: IssueRow) -> IssueBrief:
        """Return what a list tells of a sales issue."""
        return cls(
            number=row.number,
            site=row.site.code,
            ticket_number=row.ticket_number,
            till=row.till,
            business_date=row.business_date,
            occurred_at=row.occurred_at,
            recorded_at=row.recorded_at,
            cashier=row.cashier,
            currency=row.currency,
            total_minor=row.total_minor,
            quantity=row.quantity,
        )


class IssuePage(Schema):
    data: list[IssueBrief]
    next_cursor: str | None


class IssueOut(Schema):
    head: IssueBrief
    source: str
    sequence: int | None
    message_id: UUID
    lines: list[IssueLineOut]

    @classmethod
    def of(cls, issue: IssueDetail) -> IssueOut:
        """Return what the API tells of a sales issue."""
        return cls(
            head=IssueBrief.of(issue.head),
            source=issue.source,
            sequence=issue.sequence,
            message_id=issue.message_id,
            lines=[
                IssueLineOut(
                    line=line.line,
                    sku=line.sku.code,
                    quantity=line.quantity,
                    amount_minor=line.amount_minor,
                )
                for line in issue.lines
            ],
        )
