"""What the API takes and tells of transfers. Quantities in smallest units."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field

from yipan.erp.api.schemas import Code, Limit, Text, WarningOut
from yipan.erp.documents.transfers import transfer_order
from yipan.erp.queries.in_transit import TransitRow
from yipan.erp.queries.transfer_differences import DifferenceDetail, DifferenceRow
from yipan.erp.queries.transfers import LegRow, TransferDetail, TransferRow

Quantity = Annotated[int, Field(ge=1, le=transfer_order.QUANTITY_TRANSFERRED_MAX)]


class TransferLineIn(Schema):
    """A quantity in the SKU's smallest unit."""

    sku: Code
    quantity: Quantity


class TransferIn(Schema):
    """What should go from where to where. `external_id` makes repeating it harmless for good."""

    from_site: Code
    to_site: Code
    lines: Annotated[
        list[TransferLineIn], Field(min_length=1, max_length=transfer_order.LINES_PER_TRANSFER_MAX)
    ]
    due_on: date | None = None
    note: Annotated[str, Field(max_length=500)] = ""
    external_id: Text = ""


class TransferEditIn(TransferIn):
    """The whole new content of a draft, and the version it was made from."""

    version: int


class TransferLineOut(Schema):
    line: int
    sku: str
    quantity_ordered: int
    quantity_shipped: int
    quantity_received: int
    quantity_damaged: int
    quantity_blocked: int
    quantity_missing: int
    quantity_settled: int
    quantity_excess: int
    quantity_in_transit: int


class LegLineOut(Schema):
    sku: str
    quantity: int


class LegOut(Schema):
    """A shipment or a receipt of a transfer."""

    number: str
    site: str
    site_number: str
    state: str
    occurred_at: datetime
    told_by: str
    is_last: bool
    inbound_order_number: str
    warnings: list[WarningOut]
    lines: list[LegLineOut]

    @classmethod
    def of(cls, leg: LegRow) -> LegOut:
        """Return what the API tells of a shipment or a receipt."""
        return cls(
            number=leg.number,
            site=leg.site.code,
            site_number=leg.site_number,
            state=leg.state,
            occurred_at=leg.at,
            told_by=leg.by,
            is_last=leg.is_last,
            inbound_order_number=leg.inbound_order_number,
            warnings=[WarningOut.model_validate(each) for each in leg.warnings],
            lines=[LegLineOut(sku=sku, quantity=quantity) for sku, quantity in leg.lines],
        )


class TransferBrief(Schema):
    """A transfer in a list. A site is empty while nobody knows it."""

    number: str
    state: str
    from_site: str
    to_site: str
    due_on: date | None
    is_reported: bool
    allocation_number: str
    created_by: str
    created_at: datetime
    quantity_ordered: int
    quantity_shipped: int
    quantity_received: int
    quantity_in_transit: int
    has_difference: bool

    @classmethod
    def of(cls, row: TransferRow) -> TransferBrief:
        """Return what a list tells of a transfer."""
        return cls(
            number=row.number,
            state=row.state,
            from_site=row.from_site.code if row.from_site else "",
            to_site=row.to_site.code if row.to_site else "",
            due_on=row.due_on,
            is_reported=row.is_reported,
            allocation_number=row.allocation_number,
            created_by=row.created_by,
            created_at=row.created_at,
            quantity_ordered=row.quantity_ordered,
            quantity_shipped=row.quantity_shipped,
            quantity_received=row.quantity_received,
            quantity_in_transit=row.quantity_in_transit,
            has_difference=row.has_difference,
        )


class TransferPage(Schema):
    """Newest first. `next_cursor` is null on the last page."""

    data: list[TransferBrief]
    next_cursor: str | None


class TransferOut(Schema):
    head: TransferBrief
    note: str
    version: int
    approved_by: str
    released_at: datetime | None
    closed_at: datetime | None
    outbound_order_number: str
    external_id: str
    lines: list[TransferLineOut]
    shipments: list[LegOut]
    receipts: list[LegOut]
    differences: list[str]

    @classmethod
    def of(cls, order: TransferDetail) -> TransferOut:
        """Return what the API tells of a transfer."""
        return cls(
            head=TransferBrief.of(order.head),
            note=order.note,
            version=order.version,
            approved_by=order.approved_by,
            released_at=order.released_at,
            closed_at=order.closed_at,
            outbound_order_number=order.outbound_order_number,
            external_id=order.external_id,
            lines=[
                TransferLineOut(
                    line=line.line,
                    sku=line.sku.code,
                    quantity_ordered=line.quantity_ordered,
                    quantity_shipped=line.quantity_shipped,
                    quantity_received=line.quantity_received,
                    quantity_damaged=line.quantity_damaged,
                    quantity_blocked=line.quantity_blocked,
                    quantity_missing=line.quantity_missing,
                    quantity_settled=line.quantity_settled,
                    quantity_excess=line.quantity_excess,
                    quantity_in_transit=line.quantity_in_transit,
                )
                for line in order.lines
            ],
            shipments=[LegOut.of(leg) for leg in order.shipments],
            receipts=[LegOut.of(leg) for leg in order.receipts],
            differences=[number for number, _ in order.differences],
        )


class TransfersQuery(Schema):
    """Which transfers to list; empty is: all. `cursor` is the `next_cursor` of the page before."""

    state: Text = ""
    from_site: Text = ""
    to_site: Text = ""
    sku: Text = ""
    allocation: Text = ""
    q: Text = ""
    cursor: Text = ""
    limit: Limit = 100


class InTransitOut(Schema):
    """What one transfer has on its way. Below zero: it came, but nobody told that it left."""

    number: str
    state: str
    from_site: str
    to_site: str
    quantity: int
    sku_count: int
    since: datetime | None
    days: int
    difference: str

    @classmethod
    def of(cls, row: TransitRow) -> InTransitOut:
        """Return what the API tells of goods on their way."""
        return cls(
            number=row.number,
            state=row.state,
            from_site=row.from_site.code if row.from_site else "",
            to_site=row.to_site.code if row.to_site else "",
            quantity=row.quantity,
            sku_count=row.sku_count,
            since=row.since,
            days=row.days,
            difference=row.difference,
        )


class InTransitPage(Schema):
    """All that is on its way, the oldest first, at most 1,000 transfers."""

    data: list[InTransitOut]


class SettleLineIn(Schema):
    """A quantity that did not come, and what became of it."""

    sku: Code
    quantity: Quantity
    outcome: Literal["claim_carrier", "claim_sender", "found", "write_off"]


class SettleTransferIn(Schema):
    """What is decided. `reference` is the other party's, such as the number of a claim."""

    lines: Annotated[list[SettleLineIn], Field(min_length=1, max_length=1_000)]
    reference: Text = ""
    reason: Annotated[str, Field(max_length=200)] = ""


class AssignIn(Schema):
    """Who has to find out what became of the goods."""

    owner: Annotated[str, Field(min_length=1, max_length=160)]


class DifferencesQuery(Schema):
    """Which differences to list; empty is: all."""

    state: Text = ""
    q: Text = ""
    cursor: Text = ""
    limit: Limit = 100


class DifferenceBrief(Schema):
    number: str
    state: str
    transfer: str
    from_site: str
    to_site: str
    owner: str
    created_at: datetime
    settled_at: datetime | None
    quantity_missing: int
    quantity_open: int

    @classmethod
    def of(cls, row: DifferenceRow) -> DifferenceBrief:
        """Return what a list tells of a difference."""
        return cls(
            number=row.number,
            state=row.state,
            transfer=row.transfer,
            from_site=row.from_site.code if row.from_site else "",
            to_site=row.to_site.code if row.to_site else "",
            owner=row.owner,
            created_at=row.created_at,
            settled_at=row.settled_at,
            quantity_missing=row.quantity_missing,
            quantity_open=row.quantity_open,
        )


class DifferencePage(Schema):
    """Newest first. `next_cursor` is null on the last page."""

    data: list[DifferenceBrief]
    next_cursor: str | None


class DifferenceLineOut(Schema):
    sku: str
    quantity_missing: int
    quantity_came: int
    quantity_settled: int
    quantity_open: int


class SettlementOut(Schema):
    sku: str
    quantity: int
    outcome: str
    reference: str
    note: str
    settled_by: str
    settled_at: datetime


class DifferenceOut(Schema):
    head: DifferenceBrief
    lines: list[DifferenceLineOut]
    settlements: list[SettlementOut]

    @classmethod
    def of(cls, document: DifferenceDetail) -> DifferenceOut:
        """Return what the API tells of a difference."""
        return cls(
            head=DifferenceBrief.of(document.head),
            lines=[
                DifferenceLineOut(
                    sku=line.sku.code,
                    quantity_missing=line.quantity_missing,
                    quantity_came=line.quantity_came,
                    quantity_settled=line.quantity_settled,
                    quantity_open=line.quantity_open,
                )
                for line in document.lines
            ],
            settlements=[
                SettlementOut(
                    sku=each.sku.code,
                    quantity=each.quantity,
                    outcome=each.outcome,
                    reference=each.reference,
                    note=each.note,
                    settled_by=each.settled_by,
                    settled_at=each.settled_at,
                )
                for each in document.settlements
            ],
        )
