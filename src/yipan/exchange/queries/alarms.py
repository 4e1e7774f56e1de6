"""Alarms: what has been standing still for longer than a person should put up with."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from yipan.exchange.comparisons import list_comparisons
from yipan.exchange.models import ComparisonState
from yipan.exchange.queries.messages import list_alterations, list_inbox
from yipan.exchange.queries.sources import SourceRow, list_sources

GAP_AGE_MAX: Final = timedelta(minutes=15)
OPEN_AGE_MAX: Final = timedelta(hours=1)
BEHIND_AGE_MAX: Final = timedelta(minutes=15)


@dataclass(frozen=True, kw_only=True, slots=True)
class Alarm:
    """
    Something about a source that a person should look at. `code` says what:

    `exchange.gap_stands`, `exchange.message_stands`, `exchange.source_behind`,
    `exchange.content_altered`, `exchange.books_differ`.
    """

    code: str
    source: str
    receiver: str
    count: int
    since: datetime


def list_alarms(*, now: datetime, sites: Collection[str] | None = None) -> list[Alarm]:
    """Return all alarms, by source. `sites` leaves out those of other sites."""
    alarms = [
        *(alarm for row in list_sources(sites=sites) for alarm in _judge(row, now)),
        *_gather(
            "exchange.message_stands",
            [
                (row.source, row.receiver, row.received_at)
                for row in list_inbox(sites=sites)
                if now - row.received_at > OPEN_AGE_MAX
            ],
        ),
        *_gather(
            "exchange.content_altered",
            [
                (row.source, row.receiver, row.received_at)
                for row in list_alterations(only_open=True, sites=sites)
            ],
        ),
        *_gather(
            "exchange.books_differ",
            [
                (row.source, "", row.compared_at)
                for row in list_comparisons(
                    states=[ComparisonState.MISMATCH], only_open=True, sites=sites
                )
            ],
        ),
    ]
    return sorted(alarms, key=lambda alarm: (alarm.source, alarm.receiver, alarm.code))


def _gather(code: str, things: Sequence[tuple[str, str, datetime]]) -> list[Alarm]:
    """Make one alarm out of all things of one source and receiver, as old as the oldest."""
    times: dict[tuple[str, str], list[datetime]] = {}
    for source, receiver, at in things:
        times.setdefault((source, receiver), []).append(at)
    return [
        Alarm(code=code, source=source, receiver=receiver, count=len(found), since=min(found))
        for (source, receiver), found in times.items()
    ]


def _judge(row: SourceRow, now: datetime) -> list[Alarm]:
    found: list[tuple[str, int, datetime]] = []
    if row.gap_since is not None and now - row.gap_since > GAP_AGE_MAX:
        found.append(("exchange.gap_stands", row.gaps, row.gap_since))
    oldest = row.oldest_unapplied_at
    has_open = row.parked + row.waiting > 0  # which is an alarm of its own
    if oldest is not None and not has_open and now - oldest > BEHIND_AGE_MAX:
        behind = (row.last_issued or row.highest_seen) - row.watermark
        found.append(("exchange.source_behind", behind, oldest))
    return [
        Alarm(code=code, source=row.source, receiver=row.receiver, count=count, since=since)
        for code, count, since in found
    ]
