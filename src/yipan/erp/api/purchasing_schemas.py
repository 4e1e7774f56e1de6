"""What the API of purchasing takes and tells. Smallest units; money in minor units per unit."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import AfterValidator, AwareDatetime, Field

from yipan.erp.api.schemas import Amount, Code, Limit, Quantity, Text
from yipan.erp.queries import InvoiceRow, NoticeRow, ReturnRow, SurplusRow
from yipan.foundation.moments import to_utc

Reason = Annotated[str, Field(max_length=200)]
Wanted = Annotated[int, Field(ge=0, le=9_999_999)]

Moment = Annotated[AwareDatetime, AfterValidator(to_utc)]


class PurchasingQuery(Schema):
    """Which documents to list. `cursor` is the `next_cursor` of the page before."""

    site: Text = ""
    order: Text = ""
    state: Text = ""
    q: Text = ""
    cursor: Text = ""
    limit: Limit = 100


class ChangedLineIn(Schema):
    """What a line should say; 0 ends it where it stands. A cost left out stays as it is."""

    sku: Code
    quantity: Wanted
    unit_cost_minor: Amount | None = None
    expected_on: date | None = None


class ChangeIn(Schema):
    """All lines an order that was sent should have, and the version they were made from."""

    version: int
    lines: Annotated[list[ChangedLineIn], Field(min_length=1, max_length=1_000)]
    expected_on: date | None = None
    reason: Reason = ""


class PurchaseDecisionIn(Schema):
    """Whether a change holds, and why."""

    is_approved: bool
    reason: Reason = ""


class NoticeLineIn(Schema):
    """So much of one SKU is on its way. No order: the one that waits longest."""

    sku: Code
    quantity: Quantity
    purchase_order_number: Text = ""


class PackedIn(Schema):
    sku: Code
    quantity: Quantity
    lot: Text = ""
    expires_on: date | None = None


class PackageIn(Schema):
    """A pallet or carton: its serial shipping container code, and what is in it."""

    sscc: Annotated[str, Field(min_length=18, max_length=18)]
    lines: Annotated[list[PackedIn], Field(max_length=200)] = []


class NoticeIn(Schema):
    """What is on its way. `external_id` makes repeating it harmless for good."""

    site: Code
    supplier: Code
    lines: Annotated[list[NoticeLineIn], Field(min_length=1, max_length=1_000)]
    packages: Annotated[list[PackageIn], Field(max_length=1_000)] = []
    expected_at: Moment | None = None
    carrier: Annotated[str, Field(max_length=48)] = ""
    tracking: Annotated[str, Field(max_length=64)] = ""
    note: Annotated[str, Field(max_length=400)] = ""
    external_id: Text = ""


class NoticeEditIn(NoticeIn):
    """The whole notice anew, and the version it was made from."""

    version: int


class NoticeLineOut(Schema):
    line: int
    sku: str
    purchase_order_number: str
    quantity: int
    quantity_received: int


class NoticeOut(Schema):
    number: str
    state: str
    site: str
    supplier: str
    version: int
    expected_at: datetime | None
    carrier: str
    tracking: str
    external_id: str
    packages: list[str]
    lines: list[NoticeLineOut]

    @classmethod
    def of(cls, row: NoticeRow) -> NoticeOut:
        """Return what the API tells of a notice."""
        return cls(
            number=row.number,
            state=row.state,
            site=row.site.code,
            supplier=row.supplier.code,
            version=row.version,
            expected_at=row.expected_at,
            carrier=row.carrier,
            tracking=row.tracking,
            external_id=row.external_id,
            packages=[package.sscc for package in row.packages],
            lines=[
                NoticeLineOut(
                    line=line.line,
                    sku=line.sku.code,
                    purchase_order_number=line.purchase_order_number,
                    quantity=line.quantity,
                    quantity_received=line.quantity_received,
                )
                for line in row.lines
            ],
        )


class NoticePage(Schema):
    data: list[NoticeOut]
    next_cursor: str | None


class ProposalIn(Schema):
    """What should become of surplus goods, and why."""

    outcome: Literal["accept", "return"]
    reason: Reason = ""


class SurplusOut(Schema):
    number: str
    state: str
    site: str
    supplier: str
    receipt_number: str
    purchase_order_number: str
    sku: str
    quantity: int
    is_ordered: bool
    outcome: str
    reason: str
    proposed_by: str
    decided_by: str
    adjustment_number: str
    supplier_return_number: str

    @classmethod
    def of(cls, row: SurplusRow) -> SurplusOut:
        """Return what the API tells of a surplus."""
        return cls(
            number=row.number,
            state=row.state,
            site=row.site.code,
            supplier=row.supplier.code if row.supplier else "",
            receipt_number=row.receipt_number,
            purchase_order_number=row.purchase_order_number,
            sku=row.sku.code,
            quantity=row.quantity,
            is_ordered=row.is_ordered,
            outcome=row.outcome,
            reason=row.reason,
            proposed_by=row.proposed_by,
            decided_by=row.decided_by,
            adjustment_number=row.adjustment_number,
            supplier_return_number=row.supplier_return_number,
        )


class SurplusPage(Schema):
    data: list[SurplusOut]
    next_cursor: str | None


class ReturnLineIn(Schema):
    """A credit left out is what the order, or the last one, paid."""

    sku: Code
    quantity: Quantity
    status: Literal["available", "damaged", "blocked"] = "damaged"
    unit_credit_minor: Amount | None = None


class ReturnIn(Schema):
    """What goes back. `external_id` makes repeating it harmless for good."""

    site: Code
    supplier: Code
    reason: Annotated[str, Field(min_length=1, max_length=200)]
    lines: Annotated[list[ReturnLineIn], Field(min_length=1, max_length=1_000)]
    purchase_order_number: Text = ""
    reference: Text = ""
    external_id: Text = ""


class ReturnLineOut(Schema):
    line: int
    sku: str
    status: str
    quantity: int
    quantity_shipped: int
    unit_credit_minor: int | None


class ReturnOut(Schema):
    """A return; credits are null for whoever may not see cost."""

    number: str
    state: str
    site: str
    supplier: str
    currency: str
    purchase_order_number: str
    reason: str
    reference: str
    external_id: str
    created_by: str
    approved_by: str
    outbound_order_number: str
    credit_minor: int | None
    credit_expected_minor: int | None
    lines: list[ReturnLineOut]

    @classmethod
    def of(cls, row: ReturnRow, *, with_cost: bool) -> ReturnOut:
        """Return what the API tells of a return."""
        return cls(
            number=row.number,
            state=row.state,
            site=row.site.code,
            supplier=row.supplier.code if row.supplier else "",
            currency=row.currency,
            purchase_order_number=row.purchase_order_number,
            reason=row.reason,
            reference=row.reference,
            external_id=row.external_id,
            created_by=row.created_by,
            approved_by=row.approved_by,
            outbound_order_number=row.outbound_order_number,
            credit_minor=row.credit_minor if with_cost else None,
            credit_expected_minor=row.credit_expected_minor if with_cost else None,
            lines=[
                ReturnLineOut(
                    line=line.line,
                    sku=line.sku.code,
                    status=line.status,
                    quantity=line.quantity,
                    quantity_shipped=line.quantity_shipped,
                    unit_credit_minor=line.unit_credit_minor if with_cost else None,
                )
                for line in row.lines
            ],
        )


class ReturnPage(Schema):
    data: list[ReturnOut]
    next_cursor: str | None


class ReversalIn(Schema):
    """Whether the receipt did not happen or was written down wrongly, and what was wrong."""

    correction_reason: Literal["did_not_occur", "incorrect_data"]
    reason: Annotated[str, Field(min_length=1, max_length=160)]


class InvoiceLineIn(Schema):
    purchase_order_number: Code
    sku: Code
    quantity: Quantity
    unit_price_minor: Amount


class InvoiceIn(Schema):
    """What a supplier wants to be paid. Its own number makes repeating it harmless."""

    supplier: Code
    invoice_number: Code
    invoiced_on: date
    lines: Annotated[list[InvoiceLineIn], Field(min_length=1, max_length=1_000)]
    due_on: date | None = None
    note: Annotated[str, Field(max_length=500)] = ""


class MatchDifferenceOut(Schema):
    """What was expected and what was found: a quantity, or a price in minor units."""

    code: str
    expected: int
    found: int


class InvoiceLineOut(Schema):
    line: int
    purchase_order_number: str
    sku: str
    quantity: int
    unit_price_minor: int
    unit_cost_minor: int | None
    quantity_ordered: int
    quantity_received: int
    differences: list[MatchDifferenceOut]
    landed_cost_number: str


class InvoiceOut(Schema):
    number: str
    state: str
    supplier: str
    invoice_number: str
    currency: str
    invoiced_on: date
    due_on: date | None
    amount_minor: int
    created_by: str
    approved_by: str
    approved_reason: str
    lines: list[InvoiceLineOut]

    @classmethod
    def of(cls, row: InvoiceRow) -> InvoiceOut:
        """Return what the API tells of an invoice."""
        return cls(
            number=row.number,
            state=row.state,
            supplier=row.supplier.code,
            invoice_number=row.invoice_number,
            currency=row.currency,
            invoiced_on=row.invoiced_on,
            due_on=row.due_on,
            amount_minor=row.amount_minor,
            created_by=row.created_by,
            approved_by=row.approved_by,
            approved_reason=row.approved_reason,
            lines=[
                InvoiceLineOut(
                    line=line.line,
                    purchase_order_number=line.purchase_order_number,
                    sku=line.sku.code,
                    quantity=line.quantity,
                    unit_price_minor=line.unit_price_minor,
                    unit_cost_minor=line.unit_cost_minor,
                    quantity_ordered=line.quantity_ordered,
                    quantity_received=line.quantity_received,
                    differences=[
                        MatchDifferenceOut(code=it.code, expected=it.expected, found=it.found)
                        for it in line.differences
                    ],
                    landed_cost_number=line.landed_cost_number,
                )
                for line in row.lines
            ],
        )


class InvoicePage(Schema):
    data: list[InvoiceOut]
    next_cursor: str | None
