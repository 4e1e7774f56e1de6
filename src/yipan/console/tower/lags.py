"""How far each site's streams are: last heard, missing, parked, waiting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from yipan.console.tower.site_news import LAG_PATIENCE_SECONDS
from yipan.exchange.queries import SourceRow

HUB = "hub"
HARM = {"bad": 0, "warn": 1, "": 2}


@dataclass(frozen=True, kw_only=True, slots=True)
class Lag:
    """
    The streams of one site with all who hear them; `site` is "" for the company's own.

    `source` is the stream that is worst.
    """

    site: str
    source: str
    last_heard_at: datetime | None
    gaps: int
    parked: int
    waiting: int
    seconds: int
    tone: str

    @property
    def url(self) -> str:
        """Return the page of the stream that is worst: of a chain only few are shown."""
        return reverse("exchange:source", args=[self.source])


def list_lags(rows: Sequence[SourceRow], *, now: datetime) -> list[Lag]:
    """Return how far the streams of each site are, what is worst first, then by site."""
    groups: dict[str, list[SourceRow]] = {}
    for row in rows:
        # What the hub tells and what is for all sites is the company's own.
        groups.setdefault("" if row.site == HUB else row.site, []).append(row)
    lags = [_make_lag(site, group, now=now) for site, group in groups.items()]
    return sorted(lags, key=lambda lag: (HARM[lag.tone], -lag.seconds, lag.site))


def _make_lag(site: str, rows: Sequence[SourceRow], *, now: datetime) -> Lag:
    seconds = max(row.get_lag_seconds(now) for row in rows)
    gaps, parked = sum(row.gaps for row in rows), sum(row.parked for row in rows)
    heard = [row.last_heard_at for row in rows if row.last_heard_at is not None]
    worst = max(rows, key=lambda row: (row.parked + row.gaps, row.get_lag_seconds(now)))
    is_late = seconds > LAG_PATIENCE_SECONDS
    return Lag(
        site=site,
        source=worst.source,
        last_heard_at=max(heard) if heard else None,
        gaps=gaps,
        parked=parked,
        waiting=sum(row.waiting for row in rows),
        seconds=seconds,
        tone="bad" if gaps or parked else "warn" if is_late else "",
    )
