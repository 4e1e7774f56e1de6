"""Operations on goods customers bring back (销售退货), sold in any store or online."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from ninja.responses import Status
from pydantic import Field

from yipan.access.actors import get_actor
from yipan.access.doors import endpoint
from yipan.documents import told
from yipan.documents.doors import get_trace
from yipan.erp.api.schemas import Code, Text
from yipan.erp.documents.sales import customer_return
from yipan.erp.documents.sales.customer_return import BroughtBack, Claim
from yipan.erp.models import CustomerReturn
from yipan.erp.queries import returnable

router = Router()


class ReturnableLineOut(Schema):
    """What of one SKU may come back; `amount_minor` is what was paid for all that was sold."""

    sku: str
    quantity_sold: int
    quantity_returned: int
    quantity_claimed: int
    quantity_returnable: int
    amount_minor: int


class ReturnableOut(Schema):
    """A receipt, or an order, with what may still be brought back."""

    number: str
    site: str
    currency: str
    lines: list[ReturnableLineOut]


class ReturnableQuery(Schema):
    """Which store sold it, where two stores use the same number."""

    original_site: Text = ""


class ClaimLineIn(Schema):
    sku: Code
    quantity: Annotated[int, Field(ge=1, le=told.QUANTITY_MAX)]
    disposition: Literal["sellable", "inspect", "damaged", "supplier"]


class CustomerReturnIn(Schema):
    """
    Goods a store is about to take back, by receipt or order code; the condition is required.

    `return_id` is made by the store: sent again, the same return is answered.
    """

    return_id: UUID
    site: Code
    original_number: Code
    original_site: Text = ""
    lines: Annotated[list[ClaimLineIn], Field(min_length=1, max_length=told.LINES_MAX)]


class ClaimedLineOut(Schema):
    sku: str
    quantity: int
    disposition: str
    refund_minor: int


class CustomerReturnOut(Schema):
    number: str
    return_id: UUID
    state: str
    site: str
    original_number: str
    original_site: str
    refund_minor: int
    currency: str
    ticket_number: str
    lines: list[ClaimedLineOut]

    @classmethod
    def of(cls, document: CustomerReturn) -> CustomerReturnOut:
        """Return what the API tells of a return."""
        return cls(
            number=document.number,
            return_id=document.return_id,
            state=document.state,
            site=document.site,
            original_number=document.original_number,
            original_site=document.original_site,
            refund_minor=document.refund_minor,
            currency=document.currency,
            ticket_number=document.ticket_number,
            lines=[ClaimedLineOut(**line) for line in document.lines],
        )


@router.get("/returnable/{number}", response=ReturnableOut)
@endpoint(action="pos.sell", at_hub=True)
def get_returnable(
    request: HttpRequest,
    number: str,
    which: Query[ReturnableQuery],
) -> ReturnableOut:
    """Tell what of a receipt may still be brought back, whichever store sold it."""
    receipt = returnable.get_receipt(number, site=which.original_site)
    return ReturnableOut(
        number=receipt.number,
        site=receipt.site,
        currency=receipt.currency,
        lines=[
            ReturnableLineOut(
                sku=line.sku,
                quantity_sold=line.quantity_sold,
                quantity_returned=line.quantity_returned,
                quantity_claimed=line.quantity_claimed,
                quantity_returnable=line.quantity,
                amount_minor=line.amount_minor,
            )
            for line in receipt.lines
        ],
    )


@router.post("/customer-returns", response={201: CustomerReturnOut})
@endpoint(action="pos.sell", at_hub=True)
def claim_customer_return(
    request: HttpRequest, payload: CustomerReturnIn
) -> Status[CustomerReturnOut]:
    """
    Claim goods of a receipt for one refund; the ticket that takes them settles it.

    It sets them aside and pays nothing: who may take goods back is asked at the register.
    """
    get_actor(request).require_site(payload.site)
    claimed = customer_return.claim(
        wanted=Claim(
            return_id=payload.return_id,
            site=payload.site,
            original_number=payload.original_number,
            original_site=payload.original_site,
            lines=[
                BroughtBack(sku=line.sku, quantity=line.quantity, disposition=line.disposition)
                for line in payload.lines
            ],
        ),
        by=get_trace(request),
        at=timezone.now(),
    )
    return Status(201, CustomerReturnOut.of(claimed))


@router.post("/customer-returns/{number}/release", response=CustomerReturnOut)
@endpoint(action="pos.refund", at_hub=True)
def release_customer_return(request: HttpRequest, number: str) -> CustomerReturnOut:
    """Give a claim up: the customer keeps the goods."""
    get_actor(request).require_site(returnable.get_return_site(number))
    released = customer_return.release(number=number, by=get_trace(request), at=timezone.now())
    return CustomerReturnOut.of(released)
