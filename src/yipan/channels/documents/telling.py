"""Measuring some SKUs for one channel, and writing down what it is told of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from yipan.channels.models import LevelChange, Publication, ToldLevel
from yipan.channels.models.publication import PublicationForm
from yipan.channels.rules import thresholds
from yipan.channels.rules.thresholds import DUE, Seen, Threshold
from yipan.pool.queries.channels import ChannelRow, get_channel
from yipan.pool.queries.reachable import list_reached, list_unable, sum_reached
from yipan.pool.queries.selling import list_sellable
from yipan.pool.rules.selling import Measured, Terms


def tell(publication: Publication, *, skus: Collection[str], at: datetime, reason: str = "") -> int:
    """
    Measure some SKUs for a publication locked by the caller; tell what is worth telling.

    With a `reason` all of them are told, but for those never told that cannot be sold, and for
    those that are due (`DUE`) and meanwhile the same again. Return how many were told.
    """
    if not skus:
        return 0
    channel = get_channel(publication.channel)
    threshold = Threshold(
        few_below=channel.few_below,
        step=publication.step_quantity,
        is_level_only=publication.form == PublicationForm.LEVEL,
    )
    first = publication.last_sequence
    for method in publication.methods:
        seen = _measure(channel, method, skus, at=at)
        _write(publication, method, seen, threshold=threshold, at=at, reason=reason)
    return publication.last_sequence - first


def _measure(
    channel: ChannelRow, method: str, skus: Collection[str], *, at: datetime
) -> dict[str, Seen]:
    """Return what may be sold of each SKU; of a channel that is closed, nothing."""
    if not channel.is_active:
        return {sku: Seen(quantity=0) for sku in sorted(set(skus))}
    terms = Terms(channel=channel.code, method=method)
    unable = list_unable(channel=channel.code, method=method, at=at)
    found = list_sellable(skus=skus, terms=terms, at=at)
    return {it.sku: _see(it, method, unable=unable) for it in found}


def _see(measured: Measured, method: str, *, unable: Collection[str]) -> Seen:
    """Return a measure as a channel sees it: of a pick-up the most one store could give."""
    if method != "pickup":
        quantity = sum_reached(measured, unable=unable)
        return Seen(quantity=quantity, next_date=measured.next_date)
    sites = list_reached(measured, unable=unable)
    quantity = max(sites.values(), default=0)
    return Seen(quantity=quantity, sites=sites, next_date=measured.next_date)


def _write(
    publication: Publication,
    method: str,
    seen: Mapping[str, Seen],
    *,
    threshold: Threshold,
    at: datetime,
    reason: str,
) -> None:
    rows = {
        row.sku: row
        for row in ToldLevel.objects.filter(
            channel=publication.channel, method=method, sku__in=list(seen)
        )
    }
    changes: list[LevelChange] = []
    new, changed = [], []
    for sku, now in seen.items():
        row = rows.get(sku)
        told = _read(row) if row else None
        why = _decide(told, now, threshold=threshold, reason=reason)
        if not why and row is None:
            continue
        if row is None:
            row = ToldLevel(channel=publication.channel, sku=sku, method=method)
            new.append(row)
        else:
            changed.append(row)
        if why:
            publication.last_sequence += 1
            publication.last_told_at = at
            changes.append(_tell_one(publication, row, now, threshold=threshold, at=at, why=why))
        _note(row, told=told, now=now, threshold=threshold, at=at, is_told=bool(why))
    LevelChange.objects.bulk_create(changes)
    ToldLevel.objects.bulk_create(new)
    ToldLevel.objects.bulk_update(
        changed,
        [
            "quantity", "level", "sites", "next_date", "sequence", "told_at", "quantity_now",
            "measured_at", "differs_since",
        ],
    )  # fmt: skip


def _decide(told: Seen | None, now: Seen, *, threshold: Threshold, reason: str) -> str:
    if not reason or told is None:
        return thresholds.find_reason(told, now, threshold=threshold)
    if reason == DUE and not thresholds.differs(told, now, threshold=threshold):
        return ""
    return reason


def _read(row: ToldLevel) -> Seen:
    return Seen(quantity=row.quantity, sites=row.sites, next_date=row.next_date)


def _tell_one(
    publication: Publication,
    row: ToldLevel,
    now: Seen,
    *,
    threshold: Threshold,
    at: datetime,
    why: str,
) -> LevelChange:
    """Set a row to what is told now, and return the line of the feed that tells it."""
    row.quantity, row.sites, row.next_date = now.quantity, dict(now.sites), now.next_date
    row.level = thresholds.get_level(now.quantity, few_below=threshold.few_below)
    row.sequence, row.told_at = publication.last_sequence, at
    is_level = threshold.is_level_only
    sites: Mapping[str, int | str] = now.sites
    if is_level:
        few = threshold.few_below
        sites = {site: thresholds.get_level(it, few_below=few) for site, it in now.sites.items()}
    return LevelChange(
        channel=publication.channel,
        sequence=publication.last_sequence,
        sku=row.sku,
        method=row.method,
        quantity=None if is_level else now.quantity,
        level=row.level,
        sites=dict(sites),
        next_date=now.next_date,
        reason=why,
        told_at=at,
    )


def _note(
    row: ToldLevel,
    *,
    told: Seen | None,
    now: Seen,
    threshold: Threshold,
    at: datetime,
    is_told: bool,
) -> None:
    """Note what was measured, and since when it is another number than the one told."""
    row.quantity_now, row.measured_at = now.quantity, at
    if is_told or not thresholds.differs(told, now, threshold=threshold):
        row.differs_since = None
    elif row.differs_since is None:
        row.differs_since = at
