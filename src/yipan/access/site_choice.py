"""The site a reader chose in the top bar, as far as the reader may see it."""

from __future__ import annotations

from django.http import HttpRequest

from yipan.access.actors import Actor

SITE_COOKIE = "yipan_site"
SITE_LENGTH_MAX = 16


def find_chosen_site(request: HttpRequest, *, actor: Actor) -> str:
    """Return the site chosen, or "" when none is, or one that is none of the actor's."""
    site = request.COOKIES.get(SITE_COOKIE, "")[:SITE_LENGTH_MAX]
    if site and actor.sees(site):
        return site
    if actor.sites is not None and len(actor.sites) == 1:
        return next(iter(actor.sites))
    return ""
