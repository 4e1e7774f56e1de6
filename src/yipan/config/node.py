"""What this node is: the hub, a site's own system, or everything in one."""

from __future__ import annotations

from typing import Final

from django.conf import settings

from yipan.exchange.sources import get_site
from yipan.masterdata.queries import find_sites
from yipan.pool.book import SITE_BOOK

#: Who hears messages on a node of each role.
RECEIVERS: Final = {
    "all": ("erp", "oms", "planning", "pos", "wms"),
    "hub": ("erp", "oms", "planning"),
    "wms": ("wms",),
    "pos": ("pos",),
}

HUB_RECEIVER: Final = "erp"


_site_types: dict[str, str] = {}


def list_node_receivers() -> tuple[str, ...]:
    """Return the receivers that run here, by the role of the node."""
    return RECEIVERS[settings.YIPAN_ROLE]


def list_node_sites() -> frozenset[str]:
    """Return the sites this node serves; empty means all."""
    return frozenset(settings.YIPAN_SITES)


def get_book(source: str) -> str:
    """Return the book in which this node books what a source tells: the hub's, or the site's."""
    is_hub = HUB_RECEIVER in list_node_receivers()
    return SITE_BOOK if is_hub else source.partition("/")[0]


def list_hub_sources() -> list[str]:
    """Return what a site node reads from its hub: master data, and the orders of its sites."""
    return [
        "erp:hub/masterdata",
        *(f"{hub}:hub/orders:{site}" for site in settings.YIPAN_SITES for hub in ("erp", "oms")),
    ]


def is_for_warehouse(source: str) -> bool:
    """Return whether an addressed stream of the hub is for a warehouse served here."""
    return _is_served(source) and _find_site_type(source) == "warehouse"


def is_for_store(source: str) -> bool:
    """Return whether an addressed stream of the hub is for a store served here."""
    return _is_served(source) and _find_site_type(source) == "store"


def _is_served(source: str) -> bool:
    return not settings.YIPAN_SITES or get_site(source) in settings.YIPAN_SITES


def _find_site_type(source: str) -> str:
    """Return the type of the site a stream is addressed to; "" while nobody knows the site."""
    site = get_site(source)
    if site not in _site_types:
        found = find_sites([site]).get(site)
        if found is None:
            return ""
        _site_types[site] = found.site_type
    return _site_types[site]
