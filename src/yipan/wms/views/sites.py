"""Which warehouse a page is about."""

from __future__ import annotations

from django.http import HttpRequest

from yipan.access.actors import get_actor
from yipan.access.site_choice import find_chosen_site
from yipan.foundation.refusals import NotFound
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SiteRow

SITE_LENGTH_MAX = 16


def list_warehouses(request: HttpRequest) -> list[SiteRow]:
    """Return the warehouses the reader may see."""
    return masterdata.list_sites(site_type="warehouse", only=get_actor(request).sites)


def find_warehouse(request: HttpRequest) -> SiteRow | None:
    """
    Return the warehouse a page is about: named in the address, else chosen, else the first.

    :raises NotFound: if the one named is none of the reader's.
    """
    actor = get_actor(request)
    named = request.GET.get("site", "")[:SITE_LENGTH_MAX]
    warehouses = list_warehouses(request)
    if named:
        actor.require_site(named)
    wanted = named or find_chosen_site(request, actor=actor)
    chosen = [row for row in warehouses if row.code == wanted]
    return next(iter(chosen or warehouses), None)


def get_warehouse(request: HttpRequest) -> SiteRow:
    """
    Return the warehouse a page is about, as `find_warehouse` does.

    :raises NotFound: if the one named is none of the reader's, or the reader has none.
    """
    warehouse = find_warehouse(request)
    if warehouse is None:
        raise NotFound(kind="site")
    return warehouse
