"""What planning does when it hears something."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from yipan.exchange.subscriptions import Heard
from yipan.messages.erp import OutboundReleased
from yipan.messages.erp_planning import PlannedDocumentEnded, PlannedDocumentMade
from yipan.messages.erp_purchasing import PurchaseOrderChanged
from yipan.messages.oms_demand import OrderTaken
from yipan.planning.documents import demand, proposal, route
from yipan.planning.documents.demand import Bought, Ordered

#: In these states nothing more comes of a purchase order.
ENDED = frozenset({"received", "closed", "closed_short", "canceled"})


def note_document(message: PlannedDocumentMade, heard: Heard) -> None:  # noqa: ARG001
    """Note which document the hub made of proposals."""
    proposal.note_document(
        numbers=message.proposals,
        document_type=message.document_type,
        document_number=message.document_number,
        at=timezone.now(),
    )


def end_document(message: PlannedDocumentEnded, heard: Heard) -> None:  # noqa: ARG001
    """Close proposals whose document came to its end."""
    proposal.end_document(document_number=message.document_number, at=timezone.now())


def follow_purchase(message: PurchaseOrderChanged, heard: Heard) -> None:  # noqa: ARG001
    """Close proposals whose purchase order is done."""
    if message.state in ENDED:
        proposal.end_document(document_number=message.purchase_order_number, at=timezone.now())


def note_route(message: OutboundReleased, heard: Heard) -> None:  # noqa: ARG001
    """Note from which site a transfer goes."""
    if message.order_type == "transfer":
        route.note(document_number=message.document_number, from_site=message.site)


def note_orders(run: Sequence[tuple[OrderTaken, Heard]]) -> None:
    """Count what orders of channels want, at the places they are wanted for."""
    demand.note_orders_for(
        [
            Ordered(
                order_number=message.order_number,
                pickup_site=message.pickup_site,
                region=message.region,
                at=message.occurred_at,
                lines=[Bought(sku=it.sku, quantity=it.quantity) for it in message.lines],
            )
            for message, _ in run
        ]
    )
