"""The feed of a channel (变更流): what changed, by number; and everything at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from yipan.channels.models import LevelChange, ToldLevel
from yipan.channels.queries.publications import is_level_only, require_publication
from yipan.foundation.refusals import Refusal

CHANGES_MAX = 1_000


class CursorTooOld(Refusal):
    """What comes after this number is not kept any more. Take the snapshot and go on from it."""

    code = "feed.cursor_too_old"
    status = 410


class CursorAhead(Refusal):
    """The feed has not come that far yet. Go on with the last number it gave out."""

    code = "feed.cursor_ahead"
    status = 422


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeRow:
    """One line of a feed; see `LevelChange`."""

    sequence: int
    sku: str
    method: str
    sellable: int | None
    level: str
    sites: Mapping[str, Any]
    next_date: date | None
    reason: str
    told_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """Lines behind a number, and the number to go on with."""

    rows: tuple[ChangeRow, ...]
    last_position: int
    has_more: bool


def list_changes(channel: str, *, after: int, limit: int) -> Page:
    """
    Return what a channel was told behind a number, in order, without gaps.

    :raises NotFound: if nothing was ever said to such a channel.
    :raises CursorTooOld: if part of it is forgotten.
    :raises CursorAhead: if the number was never given out.
    """
    assert 0 < limit <= CHANGES_MAX
    last = require_publication(channel)
    if after > last:
        raise CursorAhead(after=after, last_position=last)
    found = list(
        LevelChange.objects.filter(channel=channel, sequence__gt=after).order_by("sequence")[:limit]
    )
    first = found[0].sequence if found else last + 1
    if first != after + 1:
        raise CursorTooOld(
            after=after, oldest=first, snapshot_url=f"/api/v1/inventory/snapshot?channel={channel}"
        )
    position = found[-1].sequence if found else after
    return Page(
        rows=tuple(_make(it) for it in found), last_position=position, has_more=position < last
    )


@transaction.atomic
def list_snapshot(channel: str, *, after: str, limit: int) -> tuple[list[ChangeRow], int]:
    """
    Return what a channel stands told of, by SKU and method, and the number it contains.

    `after` is the cursor of the last row. Read the number with the first page and go on from
    it in the feed: what later pages know more comes again there.
    """
    assert 0 < limit <= CHANGES_MAX
    position = require_publication(channel)
    sku, _, method = after.partition(" ")
    rows = ToldLevel.objects.filter(channel=channel).order_by("sku", "method")
    if sku:
        rows = rows.filter(sku__gte=sku).exclude(sku=sku, method__lte=method)
    hides = is_level_only(channel)
    return [_make_told(it, hides=hides) for it in rows[:limit]], position


def list_newest(channel: str, *, limit: int) -> list[ChangeRow]:
    """Return the last lines of a channel's feed, the newest first."""
    rows = LevelChange.objects.filter(channel=channel).order_by("-sequence")[:limit]
    return [_make(it) for it in rows]


def _make_told(it: ToldLevel, *, hides: bool) -> ChangeRow:
    return ChangeRow(
        sequence=it.sequence,
        sku=it.sku,
        method=it.method,
        sellable=None if hides else it.quantity,
        level=it.level,
        sites={} if hides else it.sites,
        next_date=it.next_date,
        reason="",
        told_at=it.told_at,
    )


def _make(it: LevelChange) -> ChangeRow:
    return ChangeRow(
        sequence=it.sequence,
        sku=it.sku,
        method=it.method,
        sellable=it.quantity,
        level=it.level,
        sites=it.sites,
        next_date=it.next_date,
        reason=it.reason,
        told_at=it.told_at,
    )
