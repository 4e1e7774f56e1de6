"""How much of the hub's work waits for somebody: one count per kind of work."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from django.db.models import Q, QuerySet

from yipan.erp.models import (
    Adjustment,
    ReceiptSurplus,
    ReplenishmentRequest,
    SupplierInvoice,
    SupplierReturn,
    TransferDifference,
    TransferOrder,
)

Sites = Collection[str] | None


def _of_site(query: QuerySet[Any], sites: Sites) -> QuerySet[Any]:
    return query if sites is None else query.filter(site__in=sites)


def _of_either(query: QuerySet[Any], sites: Sites, *, path: str = "") -> QuerySet[Any]:
    if sites is None:
        return query
    return query.filter(Q(**{f"{path}from_site__in": sites}) | Q(**{f"{path}to_site__in": sites}))


#: What waits, and the documents that do.
KINDS: Final[Mapping[str, Callable[[Sites], QuerySet[Any]]]] = {
    "transfers_to_approve": lambda sites: _of_either(
        TransferOrder.objects.filter(state="draft"), sites
    ),
    "transfers_to_release": lambda sites: _of_either(
        TransferOrder.objects.filter(state="approved"), sites
    ),
    "transfer_differences": lambda sites: _of_either(
        TransferDifference.objects.filter(state="open"), sites, path="order__"
    ),
    "adjustments": lambda sites: _of_site(Adjustment.objects.filter(state="submitted"), sites),
    "surpluses": lambda sites: _of_site(
        ReceiptSurplus.objects.filter(state__in=("open", "proposed")), sites
    ),
    "supplier_returns": lambda sites: _of_site(SupplierReturn.objects.filter(state="draft"), sites),
    "requests": lambda sites: _of_site(
        ReplenishmentRequest.objects.filter(state="submitted"), sites
    ),
    # An invoice is of the company, whatever site the goods went to.
    "invoices": lambda _sites: SupplierInvoice.objects.filter(state="differing"),
}


def count_waiting(kind: str, *, sites: Sites) -> int:
    """Return how many documents of one kind wait for somebody, at some sites or at all."""
    return KINDS[kind](sites).count()
