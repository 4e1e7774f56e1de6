"""Reads of sales issues in the hub."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from yipan.erp.models import SalesIssue
from yipan.foundation.refusals import NotFound
from yipan.ledger import queries as ledger
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SiteRow, SkuRow
from yipan.pool.book import SITE_BOOK

ROWS_MAX = 1_000
MOVEMENTS_PER_READ = 1_000
READS_MAX = 20
#: Origin of what an issue posted: before its number, and behind it.
ORIGIN, STEP = "sales_issue/", "/post"


@dataclass(frozen=True, kw_only=True, slots=True)
class IssueFilter:
    """
    Which sales issues to list. `sites` is the asker's scope, None meaning all sites.

    `day` is the business date of the store, `cashiers` are names as tickets say them; none is all.
    """

    text: str = ""
    site: str = ""
    day: date | None = None
    sku: str = ""
    cashiers: tuple[str, ...] = ()
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
    """
    Return sales issues, the last booked first; those behind the one numbered `after`.

    Of one SKU alone, on no day and of nobody, its movements in the hub's book are followed: at
    most the newest 20,000 of them behind `after`.
    """
    assert 0 < limit <= ROWS_MAX
    query = _filter(which)
    if which.sku and which.day is None and not which.cashiers:
        return _read_rows(_follow_sku(query, sku=which.sku, after=after, limit=limit))
    if which.sku:
        query = query.filter(lines__contains=[{"sku": which.sku}])
    known = SalesIssue.objects.filter(number=after).values_list("id", flat=True).first()
    if known is not None:
        query = query.filter(id__lt=known)
    return _read_rows(query.order_by("-id")[:limit])


def _filter(which: IssueFilter) -> QuerySet[SalesIssue]:
    query = SalesIssue.objects.all()
    if which.sites is not None:
        query = query.filter(site__in=which.sites)
    if which.site:
        query = query.filter(site=which.site)
    if which.text.strip():
        query = query.filter(number__startswith=which.text.strip())
    if which.day is not None:
        query = query.filter(business_date=which.day)
    if which.cashiers:
        query = query.filter(cashier__in=which.cashiers).exclude(cashier="")
    return query


def _follow_sku(
    query: QuerySet[SalesIssue], *, sku: str, after: str, limit: int
) -> list[SalesIssue]:
    """Return the issues of a query that moved a SKU, in the order of its movements."""
    posted = ledger.find_posting(book=SITE_BOOK, origin=f"{ORIGIN}{after}{STEP}")
    moves = [it.cursor for it in posted.movements if it.sku == sku] if posted else []
    before = moves[0] if moves else None
    found: dict[str, SalesIssue] = {}
    for _ in range(READS_MAX):
        moved = ledger.list_movements(
            book=SITE_BOOK, sku=sku, limit=MOVEMENTS_PER_READ, before=before
        )
        origins = [it.header.origin for it in moved if it.header is not None]
        numbers = [
            it.removeprefix(ORIGIN).removesuffix(STEP)
            for it in origins
            if it.startswith(ORIGIN) and it.endswith(STEP)
        ]
        issues = {it.number: it for it in query.filter(number__in=numbers)}
        found |= {it: issues[it] for it in numbers if it in issues and it not in found}
        if len(found) >= limit or len(moved) < MOVEMENTS_PER_READ:
            break
        before = moved[-1].cursor
    return list(found.values())[:limit]


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
