"""What the hub tells planning of the documents it made of approved proposals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from yipan.erp.models import PurchaseOrder
from yipan.exchange import outbox
from yipan.messages.base import Message
from yipan.messages.erp_planning import PlannedDocumentEnded, PlannedDocumentMade

#: The stream in which the hub answers planning.
SOURCE: Final = "erp:hub/planning"
#: Beginning of the external id of every document made of proposals.
PREFIX: Final = "planning/"


def tell_made(
    *,
    approval: str,
    document_type: str,
    number: str,
    proposals: Sequence[str],
    at: datetime,
    cause: UUID,
) -> None:
    """Tell which document was made of an approval."""
    _tell(
        PlannedDocumentMade(
            message_id=uuid5(cause, "erp.planned_document_made"),
            occurred_at=at,
            approval_number=approval,
            document_type=document_type,
            document_number=number,
            proposals=tuple(proposals),
        ),
        cause=cause,
    )


def tell_ended(order: PurchaseOrder, *, at: datetime, cause: UUID) -> None:
    """Tell that a purchase order made of proposals came to its end before it was sent."""
    if order.external_id.startswith(PREFIX):
        _tell(
            PlannedDocumentEnded(
                message_id=uuid5(cause, "erp.planned_document_ended"),
                occurred_at=at,
                document_type="purchase_order",
                document_number=order.number,
                state=order.state,
            ),
            cause=cause,
        )


def _tell(message: Message, *, cause: UUID) -> None:
    [sequence] = outbox.reserve_numbers(SOURCE)
    outbox.publish(
        message,
        source=SOURCE,
        sequence=sequence,
        correlation_id=message.get_subject(),
        causation_id=str(cause),
    )
