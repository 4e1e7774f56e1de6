"""Which store a page is about."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import HttpRequest

from yipan.access.actors import get_actor
from yipan.access.doors import allow_connecting
from yipan.access.site_choice import find_chosen_site
from yipan.foundation.refusals import NotFound
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SiteRow
from yipan.pos import queries

SITE_LENGTH_MAX = 16


def list_stores(request: HttpRequest) -> list[SiteRow]:
    """Return the stores the reader may see."""
    return masterdata.list_sites(site_type="store", only=get_actor(request).sites)


def find_store(request: HttpRequest) -> SiteRow | None:
    """
    Return the store a page is about: named in the address, else chosen, else the first.

    :raises NotFound: if the one named is none of the reader's.
    """
    actor = get_actor(request)
    named = request.GET.get("site", "")[:SITE_LENGTH_MAX]
    stores = list_stores(request)
    if named:
        actor.require_site(named)
    wanted = named or find_chosen_site(request, actor=actor)
    chosen = [row for row in stores if row.code == wanted]
    return next(iter(chosen or stores), None)


def get_store(request: HttpRequest) -> SiteRow:
    """
    Return the store a page is about, as `find_store` does.

    :raises NotFound: if the one named is none of the reader's, or the reader has none.
    """
    store = find_store(request)
    if store is None:
        raise NotFound(kind="site")
    return store


def allow_bridge(request: HttpRequest, site: str) -> str:
    """Let a page speak to the printer's bridge of a store; return its address, empty for none."""
    address = queries.get_setup(site).bridge_url
    bridge = urlsplit(address)
    if bridge.netloc:
        allow_connecting(request, f"{bridge.scheme}://{bridge.netloc}")
    return address
