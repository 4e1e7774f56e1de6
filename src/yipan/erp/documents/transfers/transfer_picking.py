"""What a warehouse tells of a transfer before goods leave: how far it is, and what it lacks."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from yipan.documents import told, trail
from yipan.erp.documents.transfers.transfer_progress import DOCUMENT_TYPE
from yipan.erp.models import TransferOrder, TransferShortage
from yipan.exchange.subscriptions import Heard
from yipan.messages.wms import OutboundProgressed, PickShorted


def follow_all(run: Sequence[tuple[OutboundProgressed, Heard]]) -> None:
    """
    Write down how far senders are with transfers; most of what they tell is of other orders.

    :raises SiteMismatch: if a source tells of another warehouse.
    """
    numbers = {message.document_number for message, _ in run}
    found = TransferOrder.objects.filter(number__in=numbers)
    transfers = set(found.values_list("number", flat=True))
    for message, heard in run:
        told.require_speaker(source=heard.source, site=message.site)
        if message.document_number in transfers:
            follow(message=message, heard=heard)


@transaction.atomic
def follow(*, message: OutboundProgressed, heard: Heard) -> TransferOrder | None:
    """
    Write down how far the sender is with a transfer. What is older than known changes nothing.

    Return None when the order it sends is no transfer: others listen to that.

    :raises SiteMismatch: if a source tells of another warehouse.
    """
    told.require_speaker(source=heard.source, site=message.site)
    order = _find(message.document_number, site=message.site)
    if order is None:
        return None
    if order.outbound_at is not None and order.outbound_at > message.occurred_at:
        return order
    order.outbound_state = message.state[:16]
    order.outbound_code = message.code[:48]
    order.outbound_at = message.occurred_at
    order.save(update_fields=["outbound_state", "outbound_code", "outbound_at"])
    return order


@transaction.atomic
def fall_short(*, message: PickShorted, heard: Heard) -> TransferShortage | None:
    """
    Write down that a picker found less than the book says. Told again, it changes nothing.

    Nothing moves by it: what is missing in the bin is counted, and what leaves is told by the
    shipment. Return None when the order is no transfer.

    :raises SiteMismatch: if a source tells of another warehouse.
    :raises QuantityNotPlausible: if a quantity is negative, or absurd.
    """
    told.require_speaker(source=heard.source, site=message.site)
    told.require_plausible(
        [(message.sku, message.quantity_found), (message.sku, message.quantity_missing)]
    )
    order = _find(message.document_number, site=message.site)
    if order is None:
        return None
    told.require_known(sites=[], skus=[message.sku])
    shortage, is_new = TransferShortage.objects.get_or_create(
        message_id=message.message_id,
        defaults={
            "order": order,
            "sku": message.sku,
            "quantity_found": message.quantity_found,
            "quantity_missing": message.quantity_missing,
            "place": message.place[:48],
            "reason": message.reason[:200],
            "count_task": message.count_task[:48],
            "picked_by": message.picked_by[:160],
            "occurred_at": message.occurred_at,
        },
    )
    if is_new:
        trail.record(
            trail.Step(
                document_type=DOCUMENT_TYPE,
                system="erp",
                sites=(order.from_site, order.to_site),
                number=order.number,
                step="short",
                from_state=order.state,
                to_state=order.state,
                actor=message.picked_by or heard.source,
                at=message.occurred_at,
                reason=f"{message.sku} -{message.quantity_missing} {message.reason}"[:200],
                message_id=message.message_id,
            )
        )
    return shortage


def _find(number: str, *, site: str) -> TransferOrder | None:
    rows = TransferOrder.objects.select_for_update()
    return rows.filter(number=number, from_site=site).first()
