"""How far each channel is told, what it was told last, and how old that is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Min, Q

from yipan.channels.models import FeedReader, Follower, Publication, ToldLevel
from yipan.foundation.refusals import NotFound
from yipan.pool.queries.channels import ChannelRow, get_channel, list_channels

ROWS_MAX = 1_000
READERS_MAX = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class PublicationRow:
    """
    How a channel is told, and how far it is.

    `skus_count` is how many SKUs it was told of; `differing_count` how many numbers are others
    by now, the oldest since `differing_since`. `sweep_after` is how far a telling of everything
    has come.
    """

    channel: ChannelRow
    is_on: bool
    form: str
    methods: tuple[str, ...]
    step_quantity: int
    due_seconds: int
    has_shop: bool
    last_sequence: int
    last_told_at: datetime | None
    sweep_after: str | None
    version: int
    skus_count: int = 0
    sellable_count: int = 0
    differing_count: int = 0
    differing_since: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ToldRow:
    """What a channel was last told of a SKU by one method, and what it could be told now."""

    channel: str
    sku: str
    method: str
    quantity: int
    level: str
    sites: Mapping[str, int]
    next_date: date | None
    sequence: int
    told_at: datetime
    quantity_now: int
    measured_at: datetime
    differs_since: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ReaderRow:
    """Who reads a feed, and up to which number they have it."""

    reader: str
    sequence: int
    read_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class LagRow:
    """When the book was last followed, and how old what was read of it is."""

    followed_at: datetime | None
    read_until: datetime | None


def list_publications() -> list[PublicationRow]:
    """Return all channels by code, also those that are told nothing."""
    found = {row.channel: row for row in Publication.objects.all()}
    counts = {
        row["channel"]: row
        for row in ToldLevel.objects.values("channel").annotate(
            skus=Count("sku", distinct=True),
            sellable=Count("sku", distinct=True, filter=Q(quantity__gt=0)),
            differing=Count("id", filter=Q(differs_since__isnull=False)),
            since=Min("differs_since"),
        )
    }
    return [
        _make(channel, found.get(channel.code), counts.get(channel.code, {}))
        for channel in list_channels()
    ]


def get_publication(code: str) -> PublicationRow:
    """
    Return how one channel is told.

    :raises NotFound: if there is no such channel.
    """
    channel = get_channel(code)
    rows = ToldLevel.objects.filter(channel=code)
    counts = rows.aggregate(
        skus=Count("sku", distinct=True),
        sellable=Count("sku", distinct=True, filter=Q(quantity__gt=0)),
        differing=Count("id", filter=Q(differs_since__isnull=False)),
        since=Min("differs_since"),
    )
    return _make(channel, Publication.objects.filter(channel=code).first(), counts)


def list_told(
    channel: str, *, sku: str = "", method: str = "", only_differing: bool = False,
    after: str = "", limit: int = 100,
) -> list[ToldRow]:  # fmt: skip
    """Return what a channel was told, by SKU and method; `after` is the last SKU read."""
    query = ToldLevel.objects.filter(channel=channel)
    if sku:
        query = query.filter(sku__icontains=sku)
    if method:
        query = query.filter(method=method)
    if only_differing:
        query = query.filter(differs_since__isnull=False)
    if after:
        query = query.filter(sku__gt=after)
    names = tuple(ToldRow.__dataclass_fields__)
    return [
        ToldRow(**{name: getattr(it, name) for name in names})
        for it in query.order_by("sku", "method")[: min(limit, ROWS_MAX)]
    ]


def list_readers(channel: str) -> list[ReaderRow]:
    """Return who reads a channel's feed, the last to ask first."""
    rows = FeedReader.objects.filter(channel=channel).order_by("-read_at", "reader")
    return [
        ReaderRow(reader=it.reader, sequence=it.sequence, read_at=it.read_at)
        for it in rows[:READERS_MAX]
    ]


def get_lag() -> LagRow:
    """Return how far the book was followed."""
    row = Follower.objects.first()
    if row is None:
        return LagRow(followed_at=None, read_until=None)
    return LagRow(followed_at=row.followed_at, read_until=row.recorded_at)


def find_shop() -> str:
    """Return the channel that sells in the demo shop, "" when it is closed."""
    row = Publication.objects.filter(has_shop=True).order_by("channel").first()
    return row.channel if row else ""


def _make(
    channel: ChannelRow, row: Publication | None, counts: Mapping[str, Any]
) -> PublicationRow:
    return PublicationRow(
        channel=channel,
        is_on=row.is_on if row else False,
        form=row.form if row else "quantity",
        methods=tuple(row.methods) if row else ("ship",),
        step_quantity=row.step_quantity if row else 1,
        due_seconds=row.due_seconds if row else 300,
        has_shop=row.has_shop if row else False,
        last_sequence=row.last_sequence if row else 0,
        last_told_at=row.last_told_at if row else None,
        sweep_after=row.sweep_after if row else None,
        version=row.version if row else 0,
        skus_count=counts.get("skus", 0),
        sellable_count=counts.get("sellable", 0),
        differing_count=counts.get("differing", 0),
        differing_since=counts.get("since"),
    )


def list_positions() -> dict[str, int]:
    """Return each channel that is told anything to the last number of its feed."""
    return dict(Publication.objects.order_by("channel").values_list("channel", "last_sequence"))


def require_publication(channel: str) -> int:
    """
    Return the number of the last change a channel was told.

    :raises NotFound: if there is no such channel, or nothing was ever said to it.
    """
    found = Publication.objects.filter(channel=channel).values_list("last_sequence").first()
    if found is None:
        raise NotFound(kind="publication", id=channel)
    return int(found[0])


def is_level_only(channel: str) -> bool:
    """Tell whether a channel hears none, few or plenty instead of numbers."""
    return Publication.objects.filter(channel=channel, form="level").exists()
