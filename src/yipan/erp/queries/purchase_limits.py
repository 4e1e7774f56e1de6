"""Reads for limits of approving purchase orders (采购审批限额)."""

from __future__ import annotations

from django.db.models import F, Sum

from yipan.erp.models import PurchaseOrder
from yipan.masterdata import queries as masterdata

CURRENCY = "CNY"


def list_currencies() -> list[str]:
    """Return the currencies suppliers sell in; never none of them."""
    return sorted({row.currency for row in masterdata.list_suppliers()} or {CURRENCY})


def count_drafts_above(*, currency: str, value_minor: int) -> int:
    """Return how many drafts cost more than an amount in minor units."""
    drafts = PurchaseOrder.objects.filter(state="draft", currency=currency).annotate(
        value=Sum(F("lines__quantity_ordered") * F("lines__unit_cost_minor"))
    )
    return drafts.filter(value__gt=value_minor).count()
