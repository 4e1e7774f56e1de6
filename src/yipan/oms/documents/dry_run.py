"""A dry run (试算): what would become of an order, decided in full and taken back at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

from yipan.ledger.moves import Trace
from yipan.oms.documents import order as verbs
from yipan.oms.documents.order import Bought
from yipan.oms.queries import orders
from yipan.oms.queries.orders import OrderDetail


def plan(*, bought: Bought, by: Trace, at: datetime, message_id: UUID) -> OrderDetail:
    """
    Return the order as it would be, with its decision; nothing of it is kept, reserved or told.

    :raises NotFound: if there is no such channel.
    :raises InsufficientStock: if something is missing of an order that may not wait.
    """
    tried = replace(bought, external_id=f"dry-run-{message_id}")
    with transaction.atomic():
        number = verbs.take(bought=tried, by=by, at=at, message_id=message_id).number
        detail = orders.get_order(number)
        transaction.set_rollback(True)
    return detail
