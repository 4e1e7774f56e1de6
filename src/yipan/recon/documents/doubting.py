"""Keeps what sites doubt of their own books (存疑), so that it is counted first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from yipan.messages.pos_orders import DifferenceClosed, DifferenceOpened
from yipan.recon.models import Doubt


@transaction.atomic
def open_doubts(messages: Sequence[DifferenceOpened]) -> None:
    """Write down that sites doubt their books; told again, it is the same doubt."""
    Doubt.objects.bulk_create(
        [
            Doubt(
                site=message.site,
                number=message.difference_number,
                doubt_type=message.difference_type,
                sku=message.sku,
                place=message.place,
                partner_number=message.partner_number,
                quantity_book=message.quantity_book,
                quantity_seen=message.quantity_seen,
                opened_at=message.occurred_at,
            )
            for message in messages
        ],
        ignore_conflicts=True,
    )


@transaction.atomic
def close_doubt(message: DifferenceClosed, *, at: datetime) -> None:
    """Write down that a doubt is settled; one nobody told of is nobody's here."""
    rows = Doubt.objects.filter(site=message.site, number=message.difference_number)
    rows.filter(closed_at=None).update(closed_at=at, outcome=message.outcome[:16])
