"""Operations that undo posted documents of a warehouse (冲销)."""

from __future__ import annotations

from typing import Annotated, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from yipan.access.actors import get_actor
from yipan.access.doors import endpoint
from yipan.documents import reversals
from yipan.documents.doors import get_trace
from yipan.foundation.ids import make_id
from yipan.ledger.moves import Trace
from yipan.wms import queries
from yipan.wms.api.kits import KitWorkOut
from yipan.wms.api.schemas import ReceiptOut
from yipan.wms.documents import kit_work
from yipan.wms.documents.inbound import receipt_reversal
from yipan.wms.documents.stock import stock_opening
from yipan.wms.queries import kits

router = Router()


class WarehouseReversalIn(Schema):
    """Why a posted document is undone: it did not happen, or was written down wrongly."""

    correction_reason: Literal["did_not_occur", "incorrect_data"]
    reason: Annotated[str, Field(min_length=1, max_length=160)]


class OpeningReversedOut(Schema):
    """An opening that is out of the book again."""

    number: str
    state: str


@router.post("/receipts/{number}/reverse", response=ReceiptOut)
@endpoint(action="wms.reverse")
def reverse_receipt(request: HttpRequest, number: str, payload: WarehouseReversalIn) -> ReceiptOut:
    """Undo a posted receipt: its goods are expected again, and the hub is told."""
    get_actor(request).require_site(queries.get_receipt_site(number))
    receipt_reversal.reverse(
        number=number, by=_sign(request, payload), at=timezone.now(), message_id=make_id()
    )
    return ReceiptOut.of(queries.get_receipt(number))


@router.post("/warehouse-openings/{number}/reverse", response=OpeningReversedOut)
@endpoint(action="wms.reverse")
def reverse_opening(
    request: HttpRequest, number: str, payload: WarehouseReversalIn
) -> OpeningReversedOut:
    """Take back what a warehouse's book began with."""
    get_actor(request).require_site(queries.get_opening(number).site)
    undone = stock_opening.reverse(
        number=number, by=_sign(request, payload), at=timezone.now(), message_id=make_id()
    )
    return OpeningReversedOut(number=undone.number, state=undone.state)


@router.post("/kit-work/{number}/reverse", response=KitWorkOut)
@endpoint(action="wms.reverse")
def reverse_kit_work(request: HttpRequest, number: str, payload: WarehouseReversalIn) -> KitWorkOut:
    """Undo kit work: the parts are back where they came from."""
    get_actor(request).require_site(kits.get_kit_work(number).site)
    kit_work.reverse(
        number=number, by=_sign(request, payload), at=timezone.now(), message_id=make_id()
    )
    return KitWorkOut.of(kits.get_kit_work(number))


def _sign(request: HttpRequest, payload: WarehouseReversalIn) -> Trace:
    reason = reversals.write_reason(cause=payload.correction_reason, words=payload.reason)
    return get_trace(request, reason=reason)
