"""Where goods that are under way, or on order, are going to."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import Q

from yipan.erp.models import PurchaseOrder, TransferOrder
from yipan.erp.models.purchase_order import STATES_ON_ORDER

#: Accounts of what is to come by purchase orders begin with this; number and SKU follow.
PURCHASE_KEY = "purchase_order-"
#: Nobody hears of a receipt later than this.
HEARD_WITHIN = timedelta(days=400)


def find_destinations(transfers: Collection[str]) -> dict[str, str]:
    """Return the site each transfer is going to, by its number; unknown ones are left out."""
    rows = TransferOrder.objects.filter(number__in=transfers).exclude(to_site="")
    return dict(rows.values_list("number", "to_site"))


def list_transfers_to(site: str) -> list[str]:
    """Return the numbers of all transfers to a site, finished ones too."""
    rows = TransferOrder.objects.filter(to_site=site)
    return list(rows.order_by("number").values_list("number", flat=True))


def get_purchase_number(key: str, *, sku: str) -> str:
    """Return the purchase order an account of the pool belongs to; nothing when it is another's."""
    is_purchase = key.startswith(PURCHASE_KEY) and key.endswith(f"-{sku}")
    return key[len(PURCHASE_KEY) : -len(sku) - 1] if is_purchase else ""


def find_order_sites(numbers: Collection[str]) -> dict[str, str]:
    """Return the site each purchase order is for, by its number."""
    rows = PurchaseOrder.objects.filter(number__in=numbers)
    return dict(rows.values_list("number", "site"))


def list_orders_open_at(
    site: str, *, as_of: datetime | None, known_at: datetime | None
) -> list[str]:
    """Return the numbers of purchase orders of a site that may have been open at a moment."""
    rows = PurchaseOrder.objects.filter(site=site, sent_at__isnull=False)
    if as_of is not None:
        rows = rows.filter(sent_at__lte=as_of)
    moments = [it for it in (as_of, known_at and known_at - HEARD_WITHIN) if it is not None]
    if moments:
        rows = rows.filter(Q(state__in=STATES_ON_ORDER) | Q(closed_at__gte=min(moments)))
    return list(rows.order_by("number").values_list("number", flat=True))
