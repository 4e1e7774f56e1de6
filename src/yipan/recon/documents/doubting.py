"""Keeps what sites doubt of their own books (存疑), so that it is counted first."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from yipan.messages.pos_orders import DifferenceClosed, DifferenceOpened
from yipan.recon.models import Doubt


@transaction.atomic
def open_doubt(message: DifferenceOpened) -> Doubt:
    """Write down that a site doubts its book; told again, it is the same doubt."""
    found, _ = Doubt.objects.get_or_create(
        site=message.site,
        number=message.difference_number,
        defaults={
            "doubt_type": message.difference_type,
            "sku": message.sku,
            "place": message.place,
            "partner_number": message.partner_number,
            "quantity_book": message.quantity_book,
            "quantity_seen": message.quantity_seen,
            "opened_at": message.occurred_at,
        },
    )
    return found


@transaction.atomic
def close_doubt(message: DifferenceClosed, *, at: datetime) -> None:
    """Write down that a doubt is settled; one nobody told of is nobody's here."""
    rows = Doubt.objects.filter(site=message.site, number=message.difference_number)
    rows.filter(closed_at=None).update(closed_at=at, outcome=message.outcome[:16])
