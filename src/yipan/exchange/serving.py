"""Whose streams this node may number: those of the sites it serves, by its role."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.conf import settings

from yipan.exchange.sources import find_source
from yipan.foundation.refusals import Refusal

#: A system of a site to the role of the node it runs on: each site has one, on one node.
ROLES: Final = {"wms": "wms", "pos": "pos", "till": "pos"}


class ServedElsewhere(Refusal):
    """The book of this site lives on another node. Do this there."""

    code = "exchange.served_elsewhere"
    status = 409


def is_served(source: str) -> bool:
    """Return whether the site's system that tells this source runs here; true of all others."""
    role: str = settings.YIPAN_ROLE
    if role == "all":
        return True
    found = find_source(source)
    if found is None or found.system not in ROLES:
        return True
    if ROLES[found.system] != role:
        return False
    return not settings.YIPAN_SITES or found.site in settings.YIPAN_SITES


def require_served(sources: Iterable[str]) -> None:
    """
    Return quietly when the systems that tell these sources run here.

    A number given here would be given there a second time, to something else: the hub could
    not tell which of the two is true.

    :raises ServedElsewhere: if one of them runs on another node; it names the site.
    """
    for source in sources:
        if not is_served(source):
            found = find_source(source)
            assert found is not None
            raise ServedElsewhere(site=found.site, system=found.system, role=settings.YIPAN_ROLE)
