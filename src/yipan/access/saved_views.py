"""Lists as people like to see them (已存视图): kept with the person, seen by nobody else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from yipan.access.models import SavedView, User
from yipan.foundation.refusals import Refusal

VIEWS_PER_LIST_MAX: Final = 12
TITLE_LENGTH_MAX: Final = 48
QUERY_LENGTH_MAX: Final = 1000


class ViewTitleMissing(Refusal):
    """A saved view needs a name, of no more than 48 characters."""

    code = "saved_view.title_missing"
    status = 422


class ViewTooLong(Refusal):
    """So much is filtered in this list that it cannot be kept. Choose less."""

    code = "saved_view.too_long"
    status = 422


class ViewsTooMany(Refusal):
    """There are as many saved views of this list as it may have. Take one away first."""

    code = "saved_view.too_many"


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """One saved view: its name, and the query behind the address of its list."""

    title: str
    query: str


def list_views(*, user_id: int, path: str) -> list[View]:
    """Return a person's views of one list in the order they were saved."""
    rows = SavedView.objects.filter(user_id=user_id, path=path).order_by("id")
    return [View(title=title, query=query) for title, query in rows.values_list("title", "query")]


@transaction.atomic
def save_view(*, user_id: int, path: str, view: View, at: datetime) -> None:
    """
    Keep a view; one of the same name is replaced.

    :raises ViewTitleMissing: if it has no name, or a longer one than 48 characters.
    :raises ViewTooLong: if its query is longer than 1,000 characters.
    :raises ViewsTooMany: if the list has 12 others.
    """
    title = " ".join(view.title.split())
    if not title or len(title) > TITLE_LENGTH_MAX:
        raise ViewTitleMissing(characters_max=TITLE_LENGTH_MAX)
    if len(view.query) > QUERY_LENGTH_MAX:
        raise ViewTooLong(characters_max=QUERY_LENGTH_MAX)
    # Two tabs of one person count one after the other.
    User.objects.select_for_update().get(pk=user_id)
    mine = SavedView.objects.filter(user_id=user_id, path=path)
    if mine.exclude(title=title).count() >= VIEWS_PER_LIST_MAX:
        raise ViewsTooMany(views_max=VIEWS_PER_LIST_MAX)
    mine.update_or_create(
        user_id=user_id,
        path=path,
        title=title,
        defaults={"query": view.query, "saved_at": at},
    )


def remove_view(*, user_id: int, path: str, title: str) -> None:
    """Take a view away; one that is not there is away already."""
    SavedView.objects.filter(user_id=user_id, path=path, title=title).delete()
