"""What the API of a store's order tasks, counts and differences takes and tells.

Quantities in smallest units.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field

from yipan.documents import told
from yipan.pos import rules
from yipan.pos.api.schemas import Code, Limit, Text
from yipan.pos.documents.fulfillment_leaving import PARCELS_MAX
from yipan.pos.queries import CountTaskRow, DifferenceRow, FulfillmentDetail, FulfillmentRow

Note = Annotated[str, Field(max_length=200)]
Counted = Annotated[int, Field(ge=0, le=told.QUANTITY_MAX)]
Scanned = Annotated[int, Field(ge=-rules.QUANTITY_TOLD_MAX, le=rules.QUANTITY_TOLD_MAX)]


class StoreFulfillmentBrief(Schema):
    """An order of a customer at a store; times are None where there is no limit."""

    number: str
    order_number: str
    method: str
    state: str
    site: str
    customer_name: str
    quantity: int
    priority: int
    shelf: str
    accept_until: datetime | None
    due_at: datetime | None
    collect_until: datetime | None
    is_to_put_back: bool

    @classmethod
    def of(cls, row: FulfillmentRow) -> StoreFulfillmentBrief:
        """Return what a list tells of an order."""
        return cls(
            number=row.number,
            order_number=row.order_number,
            method=row.method,
            state=row.state,
            site=row.site.code,
            customer_name=row.customer_name,
            quantity=row.quantity,
            priority=row.priority,
            shelf=row.shelf,
            accept_until=row.accept_until,
            due_at=row.due_at,
            collect_until=row.collect_until,
            is_to_put_back=row.is_to_put_back,
        )


class StoreFulfillmentPage(Schema):
    data: list[StoreFulfillmentBrief]
    next_cursor: str | None


class StoreFulfillmentLineOut(Schema):
    line: int
    sku: str
    quantity: int
    quantity_picked: int
    quantity_short: int
    from_place: str


class StoreFulfillmentOut(Schema):
    head: StoreFulfillmentBrief
    reservation: str
    carrier: str
    note: str
    accepted_by: str
    picked_by: str
    left_by: str
    left_at: datetime | None
    proof: str
    reject_reason: str
    shipment_number: str
    lines: list[StoreFulfillmentLineOut]

    @classmethod
    def of(cls, order: FulfillmentDetail) -> StoreFulfillmentOut:
        """Return what the API tells of an order."""
        return cls(
            head=StoreFulfillmentBrief.of(order.head),
            reservation=order.reservation,
            carrier=order.carrier,
            note=order.note,
            accepted_by=order.accepted_by,
            picked_by=order.picked_by,
            left_by=order.left_by,
            left_at=order.left_at,
            proof=order.proof,
            reject_reason=order.reject_reason,
            shipment_number=order.shipment_number,
            lines=[
                StoreFulfillmentLineOut(
                    line=line.line,
                    sku=line.sku.code,
                    quantity=line.quantity,
                    quantity_picked=line.quantity_picked,
                    quantity_short=line.quantity_short,
                    from_place=line.from_place,
                )
                for line in order.lines
            ],
        )


class StoreFulfillmentsQuery(Schema):
    """Which orders to list; empty is: all. `cursor` is the `next_cursor` of the page before."""

    site: Text = ""
    state: Text = ""
    q: Text = ""
    cursor: Text = ""
    limit: Limit = 100


class RejectIn(Schema):
    """Why the store cannot do it; `other` needs a note."""

    reason: Literal["not_found", "damaged", "no_staff", "closed", "other"]
    note: Note = ""


class PickIn(Schema):
    """One scan, or a correction, which may be negative."""

    sku: Code
    quantity: Scanned = 1
    capture_mode: Literal["scan", "key", "bulk"] = "scan"


class StageIn(Schema):
    shelf: Annotated[str, Field(max_length=32)] = ""


class ParcelIn(Schema):
    """One parcel; `sscc` names it where it has a number of its own."""

    sscc: Annotated[str, Field(max_length=32)] = ""
    carrier: Annotated[str, Field(max_length=48)] = ""
    tracking: Annotated[str, Field(max_length=64)] = ""
    weight_grams: Annotated[int, Field(ge=0, le=1_000_000)] = 0


class StoreShipIn(Schema):
    parcels: Annotated[list[ParcelIn], Field(min_length=1, max_length=PARCELS_MAX)]


class HandOverIn(Schema):
    """The customer's code; without it a manager vouches, with a reason."""

    code: Text = ""
    reason: Note = ""


class PutBackLineIn(Schema):
    sku: Code
    to_status: Literal["available", "quarantine", "damaged"] = "available"


class PutBackIn(Schema):
    """What is not sound any more; who is not named is."""

    lines: Annotated[list[PutBackLineIn], Field(max_length=told.LINES_MAX)] = []


class CountOut(Schema):
    """A count as its counter sees it: blind."""

    number: str
    state: str
    reason: str
    site: str
    place: str
    sku: str
    partner_number: str
    quantity_counted: int | None
    counted_by: str
    counted_at: datetime | None

    @classmethod
    def of(cls, row: CountTaskRow) -> CountOut:
        """Return what the API tells of a count."""
        return cls(
            number=row.number,
            state=row.state,
            reason=row.reason,
            site=row.site.code,
            place=row.place,
            sku=row.sku.code,
            partner_number=row.partner_number,
            quantity_counted=row.quantity_counted,
            counted_by=row.counted_by,
            counted_at=row.counted_at,
        )


class CountList(Schema):
    data: list[CountOut]


class CountsQuery(Schema):
    state: Literal["open", "counted"] = "open"
    limit: Limit = 100


class CountIn(Schema):
    """What somebody counted, of a count that stands open."""

    quantity: Counted


class LookIn(Schema):
    """What somebody sees of a SKU at a place, without being asked."""

    site: Code
    sku: Code
    place: Literal["shop_floor", "backroom", "display"] = "shop_floor"
    quantity: Counted


class StoreDifferenceOut(Schema):
    """A difference of a store; `variance` is None until somebody has counted."""

    number: str
    state: str
    difference_type: str
    site: str
    sku: str
    place: str
    quantity_book: int
    quantity_seen: int | None
    variance: int | None
    partner_number: str
    count_number: str
    outcome: str
    adjustment_number: str
    created_at: datetime
    closed_at: datetime | None

    @classmethod
    def of(cls, row: DifferenceRow) -> StoreDifferenceOut:
        """Return what the API tells of a difference."""
        return cls(
            number=row.number,
            state=row.state,
            difference_type=row.difference_type,
            site=row.site.code,
            sku=row.sku.code,
            place=row.place,
            quantity_book=row.quantity_book,
            quantity_seen=row.quantity_seen,
            variance=row.variance,
            partner_number=row.partner_number,
            count_number=row.count_number,
            outcome=row.outcome,
            adjustment_number=row.adjustment_number,
            created_at=row.created_at,
            closed_at=row.closed_at,
        )


class StoreDifferencePage(Schema):
    data: list[StoreDifferenceOut]
    next_cursor: str | None


class StoreDifferencesQuery(Schema):
    """Which differences to list; empty is: all."""

    site: Text = ""
    state: Text = ""
    q: Text = ""
    cursor: Text = ""
    limit: Limit = 100


class StoreSettleIn(Schema):
    reason: Note = ""
