"""Where goods that are under way are going to."""

from __future__ import annotations

from collections.abc import Collection

from yipan.erp.models import TransferOrder


def find_destinations(transfers: Collection[str]) -> dict[str, str]:
    """Return the site each transfer is going to, by its number; unknown ones are left out."""
    rows = TransferOrder.objects.filter(number__in=transfers).exclude(to_site="")
    return dict(rows.values_list("number", "to_site"))


def list_transfers_to(site: str) -> list[str]:
    """Return the numbers of all transfers to a site, finished ones too."""
    rows = TransferOrder.objects.filter(to_site=site)
    return list(rows.order_by("number").values_list("number", flat=True))
