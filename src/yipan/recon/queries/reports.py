"""Reads of stock reports (库存报告) and of the trees of sums."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from yipan.foundation.refusals import NotFound
from yipan.recon.models import BookTree, StockReport

ROWS_MAX = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportRow:
    """A report as lists show it."""

    number: str
    site: str
    source: str
    as_of_sequence: int
    is_complete: bool
    state: str
    line_count: int
    difference_count: int
    file_name: str
    received_at: datetime
    received_by: str
    compared_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class TreeRow:
    """When the two books of a site were last compared, and when last in full."""

    site: str
    compared_at: datetime | None
    built_at: datetime


def list_reports(*, sites: frozenset[str] | None, limit: int = 50) -> list[ReportRow]:
    """Return reports, the last received first."""
    assert 0 < limit <= ROWS_MAX
    query = StockReport.objects.all()
    if sites is not None:
        query = query.filter(site__in=sites)
    return _make(query.order_by("-id")[:limit])


def get_report(number: str) -> ReportRow:
    """
    Return one report.

    :raises NotFound: if there is none of this number.
    """
    found = StockReport.objects.filter(number=number).first()
    if found is None:
        raise NotFound(kind="stock_report", id=number)
    [row] = _make([found])
    return row


def list_trees(*, sites: frozenset[str] | None) -> list[TreeRow]:
    """Return when books were compared, by site."""
    query = BookTree.objects.all()
    if sites is not None:
        query = query.filter(site__in=sites)
    rows = query.order_by("site").values_list("site", "compared_at", "built_at")
    return [TreeRow(site=site, compared_at=at, built_at=built) for site, at, built in rows]


def _make(found: Iterable[StockReport]) -> list[ReportRow]:
    return [
        ReportRow(
            number=each.number,
            site=each.site,
            source=each.source,
            as_of_sequence=each.as_of_sequence,
            is_complete=each.is_complete,
            state=each.state,
            line_count=each.line_count,
            difference_count=each.difference_count,
            file_name=each.file_name,
            received_at=each.received_at,
            received_by=each.received_by,
            compared_at=each.compared_at,
        )
        for each in found
    ]
