"""What the API of WMS takes and tells. Quantities are in smallest units."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

from yipan.documents import told
from yipan.wms import rules
from yipan.wms.queries import (
    BinStockRow,
    InboundDetail,
    InboundRow,
    MoveRow,
    ReceiptDetail,
    ReceiptRow,
)

Code = Annotated[str, Field(min_length=1, max_length=48)]
Text = Annotated[str, Field(max_length=96)]
Limit = Annotated[int, Field(ge=1, le=1_000)]
Lot = Annotated[str, Field(max_length=48)]
Count = Annotated[int, Field(ge=0, le=told.QUANTITY_MAX)]
Quantity = Annotated[int, Field(ge=1, le=told.QUANTITY_MAX)]


class PageQuery(Schema):
    """Which documents to list. `cursor` is the `next_cursor` of the page before."""

    site: Text = ""
    state: Text = ""
    q: Text = ""
    cursor: Text = ""
    limit: Limit = 100


class InboundBrief(Schema):
    number: str
    state: str
    site: str
    supplier: str
    purchase_order_number: str
    expected_on: date | None
    quantity_expected: int
    quantity_received: int
    quantity_open: int

    @classmethod
    def of(cls, row: InboundRow) -> InboundBrief:
        """Return what a list tells of an inbound order."""
        return cls(
            number=row.number,
            state=row.state,
            site=row.site.code,
            supplier=row.supplier,
            purchase_order_number=row.purchase_order_number,
            expected_on=row.expected_on,
            quantity_expected=row.quantity_expected,
            quantity_received=row.quantity_received,
            quantity_open=row.quantity_open,
        )


class InboundPage(Schema):
    data: list[InboundBrief]
    next_cursor: str | None


class InboundLineOut(Schema):
    line: int
    sku: str
    quantity_expected: int
    quantity_received: int
    quantity_damaged: int
    quantity_blocked: int
    quantity_open: int


class InboundOut(Schema):
    head: InboundBrief
    tolerance_percent: int
    lines: list[InboundLineOut]

    @classmethod
    def of(cls, order: InboundDetail) -> InboundOut:
        """Return what the API tells of an inbound order."""
        return cls(
            head=InboundBrief.of(order.head),
            tolerance_percent=order.tolerance_percent,
            lines=[
                InboundLineOut(
                    line=line.line,
                    sku=line.sku.code,
                    quantity_expected=line.quantity_expected,
                    quantity_received=line.quantity_received,
                    quantity_damaged=line.quantity_damaged,
                    quantity_blocked=line.quantity_blocked,
                    quantity_open=line.quantity_open,
                )
                for line in order.lines
            ],
        )


class CountedIn(Schema):
    """What came of one SKU. Both zero says that none came."""

    sku: Code
    quantity_sound: Count
    quantity_damaged: Count = 0
    quantity_wrong: Count = 0
    quantity_inspect: Count = 0
    capture_mode: Literal["scan", "key", "bulk", "rfid", "import", "api"] = "api"
    lot: Lot = ""
    expires_on: date | None = None
    package_id: Annotated[str, Field(max_length=32)] = ""
    serials: Annotated[list[Lot], Field(max_length=told.LINES_MAX)] = []


class ReceiptIn(Schema):
    """A delivery as it came. Without an inbound order it is blind (盲收)."""

    site: Code
    inbound_order_number: Text = ""
    supplier: Text = ""
    lines: Annotated[list[CountedIn], Field(max_length=told.LINES_MAX)] = []
    is_last: bool = False
    received_at: datetime | None = None
    external_id: Text = ""
    order_type: Literal["purchase", "customer_return"] = "purchase"
    partner_document: Annotated[str, Field(max_length=64)] = ""


class ReceiptBrief(Schema):
    number: str
    state: str
    site: str
    inbound_order_number: str
    purchase_order_number: str
    bin: str
    created_by: str
    posted_at: datetime | None
    is_last: bool

    @classmethod
    def of(cls, row: ReceiptRow) -> ReceiptBrief:
        """Return what a list tells of a receipt."""
        return cls(
            number=row.number,
            state=row.state,
            site=row.site.code,
            inbound_order_number=row.inbound_order_number,
            purchase_order_number=row.purchase_order_number,
            bin=row.bin_code,
            created_by=row.created_by,
            posted_at=row.posted_at,
            is_last=row.is_last,
        )


class ReceiptPage(Schema):
    data: list[ReceiptBrief]
    next_cursor: str | None


class ReceiptLineOut(Schema):
    sku: str
    quantity_expected: int | None
    quantity_sound: int
    quantity_damaged: int
    quantity_blocked: int
    quantity_quarantine: int
    quantity_wrong: int
    lot: str
    expires_on: date | None
    note: str
    capture_mode: str


class ReceiptOut(Schema):
    head: ReceiptBrief
    message_id: UUID | None
    source: str
    sequence: int | None
    lines: list[ReceiptLineOut]

    @classmethod
    def of(cls, receipt: ReceiptDetail) -> ReceiptOut:
        """Return what the API tells of a receipt."""
        return cls(
            head=ReceiptBrief.of(receipt.head),
            message_id=receipt.message_id,
            source=receipt.source,
            sequence=receipt.sequence,
            lines=[
                ReceiptLineOut(
                    sku=line.sku.code,
                    quantity_expected=line.quantity_expected,
                    quantity_sound=line.quantity_sound,
                    quantity_damaged=line.quantity_damaged,
                    quantity_blocked=line.quantity_blocked,
                    quantity_quarantine=line.quantity_quarantine,
                    quantity_wrong=line.quantity_wrong,
                    lot=line.lot,
                    expires_on=line.expires_on,
                    note=line.note,
                    capture_mode=line.capture_mode,
                )
                for line in receipt.lines
            ],
        )


class ShiftIn(Schema):
    """Goods carried from one bin to another, in one status."""

    sku: Code
    from_bin: Code
    to_bin: Code
    quantity: Annotated[int, Field(ge=1, le=rules.QUANTITY_KEYED_MAX)]
    status: Literal["available", "quarantine", "damaged", "blocked"] = "available"
    lot: Lot = ""


class BinMoveIn(Schema):
    site: Code
    lines: Annotated[list[ShiftIn], Field(min_length=1, max_length=told.LINES_MAX)]


class ShiftOut(Schema):
    sku: str
    from_bin: str
    to_bin: str
    quantity: int
    status: str
    lot: str


class BinMoveOut(Schema):
    number: str
    site: str
    state: str
    move_type: str
    created_by: str
    created_at: datetime
    lines: list[ShiftOut]

    @classmethod
    def of(cls, move: MoveRow) -> BinMoveOut:
        """Return what the API tells of a bin move."""
        return cls(
            number=move.number,
            site=move.site,
            state=move.state,
            move_type=move.move_type,
            created_by=move.created_by,
            created_at=move.created_at,
            lines=[
                ShiftOut(
                    sku=line.sku.code,
                    from_bin=line.from_bin,
                    to_bin=line.to_bin,
                    quantity=line.quantity,
                    status=line.status,
                    lot=line.lot,
                )
                for line in move.lines
            ],
        )


class BinStockIn(Schema):
    bin: Code
    sku: Code
    quantity: Quantity
    lot: Lot = ""
    expires_on: date | None = None


class WarehouseControlTotalIn(Schema):
    """What the lines have to add up to, or nothing is booked."""

    line_count: Annotated[int, Field(ge=0)]
    quantity: Annotated[int, Field(ge=0)]


class WarehouseOpeningIn(Schema):
    """What lay in the bins when the warehouse's book began (期初库存)."""

    site: Code
    lines: Annotated[list[BinStockIn], Field(min_length=1, max_length=told.LINES_MAX)]
    control_total: WarehouseControlTotalIn | None = None


class WarehouseOpeningOut(Schema):
    number: str
    site: str
    message_id: UUID


class BinStockOut(Schema):
    bin: str
    zone: str
    sku: str
    status: str
    quantity: int
    lot: str
    expires_on: date | None

    @classmethod
    def of(cls, row: BinStockRow) -> BinStockOut:
        """Return what the API tells of goods in a bin."""
        return cls(
            bin=row.bin_code,
            zone=row.zone,
            sku=row.sku.code,
            status=row.status,
            quantity=row.quantity,
            lot=row.lot,
            expires_on=row.expires_on,
        )


class BinStockPage(Schema):
    data: list[BinStockOut]
