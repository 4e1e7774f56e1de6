"""Where the hub's book and a site's own are comparable: at what the hub has applied of the site."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from yipan.exchange.queries import SourceRow, list_inbox, list_sources
from yipan.ledger.site_differences import SiteCut
from yipan.masterdata.queries import ROWS_MAX, list_sites
from yipan.recon.rules.interfaces import GRACE

HUB_RECEIVER = "erp"
HUB_BOOK = "erp"
#: Books keep no epoch with a number; within one comparison all are of the same.
LOG_EPOCH = 1
#: A site's own system, by the type of the site.
SYSTEMS = {"warehouse": "wms", "store": "pos"}


def list_cuts(*, sites: Collection[str] | None = None, at: datetime | None = None) -> list[SiteCut]:
    """
    Return the sites the hub has a stream of, and where each is cut, by code.

    `at` lets what has been missing or stuck for longer than `GRACE` count as a difference;
    without it a cut lies below everything that is open.
    """
    cuts = []
    for site, system in _list_systems():
        if sites is not None and site not in sites:
            continue
        source = f"{system}:{site}/stock"
        watermark = find_cut(source, at=at)
        if watermark is not None:
            cuts.append(
                SiteCut(site=site, book=f"{system}:{site}", source=source, watermark=watermark)
            )
    return cuts


def find_cut(source: str, *, at: datetime | None = None) -> int | None:
    """Return up to which number both books are compared; None if the hub never heard of it."""
    last = _find_last(source)
    if last is None:
        return None
    high = last.watermark
    if at is not None and last.gap_since is not None and at - last.gap_since > GRACE:
        high = max(high, last.highest_seen)
    if last.parked + last.waiting == 0:
        return high
    still_open = [
        row.sequence
        for state in ("parked", "waiting")
        for row in list_inbox(state=state, source=source, receiver=HUB_RECEIVER)
        if row.epoch == last.epoch and (at is None or at - row.received_at <= GRACE)
    ]
    return min([high, *(sequence - 1 for sequence in still_open)])


def list_stuck(source: str) -> frozenset[tuple[str, int, int]]:
    """Return what the hub has heard of a source and not applied, as identities of a log."""
    return frozenset(
        (row.source, LOG_EPOCH, row.sequence)
        for state in ("parked", "waiting")
        for row in list_inbox(state=state, source=source, receiver=HUB_RECEIVER)
    )


def _find_last(source: str) -> SourceRow | None:
    rows = [row for row in list_sources(source=source) if row.receiver == HUB_RECEIVER]
    return max(rows, key=lambda row: row.epoch) if rows else None


def _list_systems() -> list[tuple[str, str]]:
    """Return (site, system) of all sites that have a system of their own, by code."""
    found: list[tuple[str, str]] = []
    after = ""
    while True:
        rows = list_sites(after=after)
        found += [(row.code, SYSTEMS[row.site_type]) for row in rows if row.site_type in SYSTEMS]
        if len(rows) < ROWS_MAX:
            return found
        after = rows[-1].code
