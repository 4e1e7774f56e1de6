"""Reads of sales issues in the hub."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from yipan.erp.models import SalesIssue
from yipan.foundation.refusals import NotFound
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SiteRow, SkuRow

ROWS_MAX = 1_000


@dataclass(frozen=True, kw_only=True, slots=True)
class IssueFilter:
    """Which sales issues to list. `sites` is the asker's scope, None meaning all sites."""

    text: str = ""
    site: str = ""
    sites: frozenset[str] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class IssueRow:
    """A sales issue as a list shows it."""

    number: str
    site: SiteRow
    ticket_number: str
    till: str
    business_date: date
    occurred_at: datetime
    recorded_at: datetime
    cashier: str
    currency: str
    total_minor: int
    quantity: int
    line_count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class IssueLineRow:
    """A line of the ticket. A negative quantity was given back."""

    line: int
    sku: SkuRow
    quantity: int
    amount_minor: int


@dataclass(frozen=True, kw_only=True, slots=True)
class IssueDetail:
    """A sales issue as its page shows it, with the message that told of it."""

    head: IssueRow
    message_id: UUID
    source: str
    sequence: int | None
    lines: tuple[IssueLineRow, ...]

    @property
    def site_book(self) -> str:
        """Return the book of the store that told of it."""
        return f"pos:{self.head.site.code}"


def list_sales_issues(which: IssueFilter, *, after: str = "", limit: int = 50) -> list[IssueRow]:
    """Return sales issues, the last booked first; those behind the one numbered `after`."""
    assert 0 < limit <= ROWS_MAX
    query = SalesIssue.objects.all()
    if which.sites is not None:
        query = query.filter(site__in=which.sites)
    if which.site:
        query = query.filter(site=which.site)
    if which.text.strip():
        query = query.filter(number__startswith=which.text.strip())
    known = SalesIssue.objects.filter(number=after).values_list("id", flat=True).first()
    if known is not None:
        query = query.filter(id__lt=known)
    return _read_rows(query.order_by("-id")[:limit])


def get_sales_issue(number: str) -> IssueDetail:
    """
    Return one sales issue with its lines.

    :raises NotFound: if there is none of this number.
    """
    issue = SalesIssue.objects.filter(number=number).first()
    if issue is None:
        raise NotFound(kind="sales_issue", id=number)
    skus = masterdata.find_skus({line["sku"] for line in issue.lines})
    [head] = _read_rows([issue])
    return IssueDetail(
        head=head,
        message_id=issue.message_id,
        source=issue.source,
        sequence=issue.sequence,
        lines=tuple(
            IssueLineRow(
                line=line["line"],
                sku=skus[line["sku"]],
                quantity=line["quantity"],
                amount_minor=line["amount_minor"],
            )
            for line in issue.lines
        ),
    )


def _read_rows(issues: Iterable[Any]) -> list[IssueRow]:
    rows = list(issues)
    sites = masterdata.find_sites({row.site for row in rows})
    return [
        IssueRow(
            number=row.number,
            site=sites[row.site],
            ticket_number=row.ticket_number,
            till=row.till,
            business_date=row.business_date,
            occurred_at=row.occurred_at,
            recorded_at=row.recorded_at,
            cashier=row.cashier,
            currency=row.currency,
            total_minor=row.total_minor,
            quantity=row.quantity,
            line_count=len(row.lines),
        )
        for row in rows
    ]
