"""What of a list's address is its view: filters and order, but not how far one has turned."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from django.http import HttpRequest

from yipan.access import saved_views
from yipan.access.actors import get_actor

#: Where in a list somebody is, which is not how they like to see it.
PLACES = frozenset({"after", "before", "page"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Tab:
    """One saved view as it stands above its list."""

    title: str
    query: str
    is_current: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class SavedList:
    """What stands above a list: its views, and whether it could be saved as it stands."""

    path: str
    query: str
    tabs: tuple[Tab, ...]

    @property
    def current(self) -> str:
        """Return the name of the view one sees; empty when none is."""
        return next((tab.title for tab in self.tabs if tab.is_current), "")


def read_query(text: str) -> str:
    """Return the view in a query: in one order, without empty values and places."""
    return _write(parse_qsl(text, keep_blank_values=False, max_num_fields=100))


def describe(request: HttpRequest) -> SavedList | None:
    """Return what stands above the list of a request; nothing for who is no person."""
    user_id = get_actor(request).user_id
    if user_id is None:
        return None
    query = _write((name, value) for name, values in request.GET.lists() for value in values)
    tabs = tuple(
        Tab(title=view.title, query=view.query, is_current=view.query == query)
        for view in saved_views.list_views(user_id=user_id, path=request.path)
    )
    return SavedList(path=request.path, query=query, tabs=tabs)


def _write(pairs: Iterable[tuple[str, str]]) -> str:
    return urlencode(sorted(it for it in pairs if it[1] and it[0] not in PLACES))
