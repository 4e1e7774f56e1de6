"""Lists of promises: for whom stock is set aside, and since when."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from yipan.pool.models import Promise, PromiseLine
from yipan.pool.models.promise import PromiseState
from yipan.pool.queries.promises import STATUS_OF_STATE, PromiseDetail, make_detail

PROMISES_LISTED_MAX: Final = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class PromiseFilter:
    """
    Which promises: in one state; of a SKU, at a site, for a channel; made before a moment.

    `text` is a number, or the asker's own name of a promise; of those that stand its beginning
    is enough. `sites` is a scope: a promise with a line elsewhere does not exist within it.
    """

    state: str = PromiseState.RESERVED
    sku: str = ""
    site: str = ""
    channel: str = ""
    text: str = ""
    before: datetime | None = None
    sites: Collection[str] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedPromise:
    """A promise in a list, and on which terms it was given."""

    detail: PromiseDetail
    channel: str
    method: str
    settled_at: datetime | None
    cursor: str


def list_promises(which: PromiseFilter, *, after: str = "", limit: int = 50) -> list[ListedPromise]:
    """
    Return promises in one state: of those that stand the oldest first, of others the newest.

    `after` is the cursor of the last row read.
    """
    assert which.state in PromiseState.values
    assert which.state != PromiseState.REFUSED, "a refused one set nothing aside"
    is_rising = which.state in STATUS_OF_STATE
    query = _filter(which)
    if after.isdecimal():
        query = query.filter(**{"pk__gt" if is_rising else "pk__lt": int(after)})
    query = query.order_by("pk" if is_rising else "-pk")
    found = list(query[: min(limit, PROMISES_LISTED_MAX)])
    lines: dict[int, list[PromiseLine]] = {it.pk: [] for it in found}
    for line in PromiseLine.objects.filter(promise__in=found).order_by("site", "sku", "pk"):
        lines[line.promise_id].append(line)
    return [
        ListedPromise(
            detail=make_detail(it, lines[it.pk]),
            channel=it.channel,
            method=it.method,
            settled_at=it.settled_at,
            cursor=str(it.pk),
        )
        for it in found
    ]


def find_promises(
    numbers: Collection[str], *, sites: Collection[str] | None = None
) -> list[PromiseDetail]:
    """Return promises by their numbers, ordered by these; those out of scope are left out."""
    query = _within(Promise.objects.exclude(state=PromiseState.REFUSED), sites)
    found = query.filter(number__in=set(numbers)).order_by("number")
    return [
        make_detail(it, list(it.lines.order_by("site", "sku", "pk")))
        for it in found[:PROMISES_LISTED_MAX]
    ]


def _filter(which: PromiseFilter) -> QuerySet[Promise]:
    query = _within(Promise.objects.filter(state=which.state), which.sites)
    if which.sku:
        query = query.filter(Exists(_find_lines(which)))
    elif which.site:
        # Asked line by line in the order of the list: a site's lines of years are not read.
        query = query.alias(here=Subquery(_find_lines(which).values("pk")[:1]))
        query = query.filter(here__isnull=False)
    if which.channel:
        query = query.filter(channel=which.channel)
    if which.before is not None:
        query = query.filter(created_at__lt=which.before)
    if which.text:
        # Those that stand are few; of all others only what is indexed is looked for.
        how = "__startswith" if which.state in STATUS_OF_STATE else ""
        by_number, by_name = (
            Q(**{f"number{how}": which.text}),
            Q(**{f"external_id{how}": which.text}),
        )
        query = query.filter(by_number | by_name)
    return query


def _find_lines(which: PromiseFilter) -> QuerySet[PromiseLine]:
    lines = PromiseLine.objects.filter(promise=OuterRef("pk"))
    if which.sku:
        lines = lines.filter(sku=which.sku)
    if which.site:
        lines = lines.filter(site=which.site)
    return lines.filter(quantity_open__gt=0) if which.state in STATUS_OF_STATE else lines


def _within(query: QuerySet[Promise], sites: Collection[str] | None) -> QuerySet[Promise]:
    if sites is None:
        return query
    elsewhere = PromiseLine.objects.filter(promise=OuterRef("pk")).exclude(site__in=sites)
    return query.alias(elsewhere=Subquery(elsewhere.values("pk")[:1])).filter(
        elsewhere__isnull=True
    )
