"""Events of sales issues: each row is one, posted at once and never changed."""

from __future__ import annotations

from django.db.models import QuerySet

from yipan.documents.events import FactTable
from yipan.erp.models import SalesIssue


def _list_rows() -> QuerySet[SalesIssue]:
    return SalesIssue.objects.defer("lines")


EVENTS = FactTable(system="erp", document_type="sales_issue", table=1, list_rows=_list_rows)
