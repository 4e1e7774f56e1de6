"""Events of tickets: each row is one, posted at once and never changed."""

from __future__ import annotations

from django.db.models import QuerySet

from yipan.documents.events import FactTable
from yipan.pos.models import Ticket


def _list_rows() -> QuerySet[Ticket]:
    return Ticket.objects.defer("lines")


EVENTS = FactTable(system="pos", document_type="ticket", table=2, list_rows=_list_rows)
