"""What a delivery method reaches of what may be sold: not all lies where somebody sends it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.utils import timezone

from yipan.masterdata import queries as masterdata
from yipan.pool.queries.channels import find_sites_of, list_services
from yipan.pool.queries.promise_dates import can_do
from yipan.pool.rules.selling import Measured


def list_unable(*, channel: str, method: str, at: datetime) -> frozenset[str]:
    """
    Return the sites of a channel that do not do a method, as sourcing sees it.

    :raises NotFound: if there is no such channel, or it is closed.
    """
    reach = find_sites_of(channel=channel, on=timezone.localdate(at))
    services = {row.site: row for row in list_services(method=method)}
    return frozenset(
        site.code
        for site in masterdata.list_sites()
        if (reach is None or site.code in reach)
        and not can_do(site, services.get(site.code), method=method)
    )


def list_reached(measured: Measured, *, unable: Collection[str]) -> dict[str, int]:
    """Return what each site that does the method could give, none more than the pool allows."""
    return {
        site: min(free, measured.now)
        for site, free in sorted(measured.by_site.items())
        if site not in unable and min(free, measured.now) > 0
    }


def sum_reached(measured: Measured, *, unable: Collection[str]) -> int:
    """Return what may be sold by the method now: what is reached, and what is sold early."""
    free = sum(it for site, it in measured.by_site.items() if site not in unable)
    early = sum(rest for _rule, rest in measured.presales)
    return min(measured.sellable, min(measured.now, free) + early)
