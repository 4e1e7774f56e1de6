"""What every page of the console needs around it: rail, sites, preferences."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext

from yipan.access.actors import Actor, find_actor
from yipan.access.models import User
from yipan.access.roles import ROLE_LABELS
from yipan.access.site_choice import find_chosen_site
from yipan.console import navigation, preferences
from yipan.console.naming import name_of
from yipan.console.reader import make_reader
from yipan.console.tours.progress import Stop, find_tour, find_walking
from yipan.console.waiting import count_behind
from yipan.masterdata.queries import places
from yipan.masterdata.rows import SiteRow

SITE_TYPES = ("warehouse", "store")
SITES_SHOWN_MAX = 12


@dataclass(kw_only=True)
class Shell:
    """The frame around one page, for one reader. What is not shown is not computed."""

    request: HttpRequest

    @cached_property
    def actor(self) -> Actor | None:
        """Return who reads, or None on the pages before the log-in."""
        return find_actor(self.request)

    @cached_property
    def person(self) -> User | None:
        """Return the person logged in."""
        user = getattr(self.request, "user", None)
        return user if isinstance(user, User) and user.is_authenticated else None

    @cached_property
    def preferences(self) -> preferences.Preferences:
        """Return what the reader chose to see."""
        return preferences.read(self.request)

    @cached_property
    def site(self) -> str:
        """Return the site the reader chose, as far as the reader may see it."""
        return find_chosen_site(self.request, actor=self.actor) if self.actor else ""

    @cached_property
    def groups(self) -> list[navigation.Group]:
        """Return the rail."""
        if self.actor is None:
            return []
        return navigation.build(
            self.actor,
            path=self.request.path,
            count=partial(count_behind, make_reader(self.request)),
        )

    @cached_property
    def sites(self) -> list[SiteRow]:
        """Return the first sites the reader may choose from; a single one is no choice."""
        mine = find_sites(self.actor, limit=SITES_SHOWN_MAX + 1) if self.actor else []
        return mine if len(mine) > 1 else []

    @property
    def has_many_sites(self) -> bool:
        """Return whether there are more sites than a menu can show: then it has a search."""
        return len(self.sites) > SITES_SHOWN_MAX

    @property
    def site_label(self) -> str:
        """Return the name of the chosen site."""
        chosen = places.find_sites([self.site]).get(self.site) if self.site else None
        return name_of(chosen) if chosen else gettext("All sites")

    @property
    def person_name(self) -> str:
        """Return the name of the person logged in."""
        person = self.person
        return (person.display_name or person.username) if person else ""

    @property
    def role_labels(self) -> str:
        """Return the roles of the reader as one line."""
        roles = sorted(self.actor.roles) if self.actor else []
        return ", ".join(str(ROLE_LABELS[role]) for role in roles)

    @cached_property
    def tour(self) -> Stop | None:
        """Return where the reader stands on a guided tour, None when they walk none."""
        return find_walking(self.request, self.actor.roles) if self.actor else None

    @property
    def has_tour(self) -> bool:
        """Tell whether there is a tour for the reader's roles."""
        return self.actor is not None and find_tour(self.actor.roles) is not None

    @property
    def account_url(self) -> str:
        """Return where a person changes the own password; empty when there is no such page."""
        return _find_address("access:account")

    @property
    def logout_url(self) -> str:
        """Return where a log-out is sent to."""
        return _find_address("access:logout")

    @property
    def languages(self) -> list[tuple[str, str]]:
        """Return code and own name of the languages."""
        return list(settings.LANGUAGES)

    @property
    def here(self) -> str:
        """Return the address of this page, to come back to."""
        return self.request.get_full_path()


def describe_shell(request: HttpRequest) -> dict[str, Shell]:
    """Give every template `shell` (a context processor)."""
    return {"shell": Shell(request=request)}


def find_sites(actor: Actor, *, text: str = "", limit: int = SITES_SHOWN_MAX) -> list[SiteRow]:
    """Return the warehouses and stores the reader may choose, by code."""
    rows = places.list_sites(only=actor.sites, text=text, limit=2 * limit)
    return [row for row in rows if row.site_type in SITE_TYPES and row.is_active][:limit]


def _find_address(url_name: str) -> str:
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""
