"""
Stock report (库存报告): a system says what it holds as of one of its numbers; it is compared there.

A report is an observation and sets no book. Its differences are cases like those of books that lie
here, and a later report that agrees ends them.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from yipan.documents.numbers import give_number
from yipan.documents.told import QUANTITY_MAX
from yipan.foundation.refusals import Refusal
from yipan.foundation.status import StockStatus
from yipan.ledger.moves import Trace
from yipan.ledger.queries import list_site_sums_at
from yipan.masterdata import queries as masterdata
from yipan.masterdata.queries import find_sites, find_skus
from yipan.masterdata.refusals import SiteUnknown
from yipan.recon.documents import case as cases
from yipan.recon.models import (
    Case,
    CaseKind,
    CaseState,
    ReportState,
    StockReport,
    StockReportLine,
)
from yipan.recon.queries.cuts import HUB_BOOK, SYSTEMS, find_cut

PREFIX: Final = "SR"
LINES_MAX: Final = 100_000
ERRORS_MAX: Final = 100
WAITING_MAX: Final = 200
#: What the hub compares as one: a site may know no promises.
SOUND: Final = "sound"
GROUPS: Final = {
    SOUND: SOUND,
    **{str(status): str(status) for status in StockStatus},
    str(StockStatus.AVAILABLE): SOUND,
    str(StockStatus.HELD): SOUND,
    str(StockStatus.RESERVED): SOUND,
}


class LinesUnfit(Refusal):
    """Some lines of a report cannot be read; `errors` says which and why. Nothing was kept."""

    code = "recon.report_lines_unfit"
    status = 422


class ReportEmpty(Refusal):
    """A report without a line says nothing, and would say that everything is gone."""

    code = "recon.report_empty"
    status = 422


class ReportTooLong(Refusal):
    """A report has more lines than one may have."""

    code = "recon.report_too_long"
    status = 422


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """
    One line of a report: `line` is its place in the file or list, from 1.

    `quantity` is what was written, in smallest units: a number, or the text that is none.
    """

    line: int
    sku: str
    status: str
    quantity: int | str


@dataclass(frozen=True, kw_only=True, slots=True)
class Reported:
    """Whose report it is, and as of which number of the site's stream."""

    site: str
    as_of_sequence: int
    is_complete: bool = True
    file_name: str = ""


@transaction.atomic
def take(*, reported: Reported, lines: Sequence[Told], by: Trace, at: datetime) -> StockReport:
    """
    Keep a report, and compare it as soon as the hub has applied its number: now, or later.

    The same report told again is answered with what became of it.

    :raises LinesUnfit: if lines name unknown goods or states, or no number; none is kept.
    :raises ReportEmpty: if there is no line.
    :raises ReportTooLong: if there are more than 100,000.
    :raises SiteUnknown: if there is no such site, or it has no system of its own.
    """
    source = get_source(reported.site)
    if not lines:
        raise ReportEmpty(site=reported.site)
    if len(lines) > LINES_MAX:
        raise ReportTooLong(lines=len(lines), lines_max=LINES_MAX)
    sums = _add_up(lines)
    content = _hash(sums, is_complete=reported.is_complete)
    known = StockReport.objects.filter(
        source=source, as_of_sequence=reported.as_of_sequence, content_hash=content
    ).first()
    if known is not None:
        return known
    report = StockReport.objects.create(
        number=give_number(prefix=PREFIX, on=masterdata.get_office_date(at)),
        site=reported.site,
        source=source,
        as_of_sequence=reported.as_of_sequence,
        content_hash=content,
        is_complete=reported.is_complete,
        line_count=len(sums),
        file_name=reported.file_name[:160],
        received_at=at,
        received_by=by.actor,
    )
    StockReportLine.objects.bulk_create(
        [
            StockReportLine(report=report, sku=sku, group=group, quantity=quantity)
            for (sku, group), quantity in sorted(sums.items())
        ],
        batch_size=5_000,
    )
    compare(report, at=at)
    return report


def get_source(site: str) -> str:
    """
    Return the stream a site tells its stock under.

    :raises SiteUnknown: if there is no such site, or it has no system of its own.
    """
    row = find_sites([site]).get(site)
    if row is None or row.site_type not in SYSTEMS:
        raise SiteUnknown(site=site)
    return f"{SYSTEMS[row.site_type]}:{site}/stock"


def compare_waiting(*, at: datetime, sites: Collection[str] | None = None) -> int:
    """Compare what waited for messages that have come since. Return how many were."""
    query = StockReport.objects.filter(state=ReportState.WAITING)
    if sites is not None:
        query = query.filter(site__in=sites)
    compared = 0
    for number in query.order_by("id").values_list("number", flat=True)[:WAITING_MAX]:
        with transaction.atomic():
            report = StockReport.objects.select_for_update().get(number=number)
            compared += report.state == ReportState.WAITING and compare(report, at=at)
    return compared


def compare(report: StockReport, *, at: datetime) -> bool:
    """Compare a locked or new report where it speaks of; return whether that could be done."""
    newer = StockReport.objects.filter(
        source=report.source,
        as_of_sequence__gt=report.as_of_sequence,
        state=ReportState.COMPARED,
    )
    if newer.exists():
        report.state, report.compared_at = ReportState.STALE, at
        report.save(update_fields=["state", "compared_at"])
        return True
    cut = find_cut(report.source)
    if cut is None or cut < report.as_of_sequence:
        return False
    report.difference_count = _settle(report, at=at)
    report.state, report.compared_at = ReportState.COMPARED, at
    report.save(update_fields=["state", "compared_at", "difference_count"])
    return True


def _settle(report: StockReport, *, at: datetime) -> int:
    """Bring cases in line with a report; return how many of its figures are not the hub's."""
    theirs = {
        (sku, group): quantity
        for sku, group, quantity in report.lines.values_list("sku", "group", "quantity")
    }
    ours = {
        (row.sku, row.group): row.quantity
        for row in list_site_sums_at(
            book=HUB_BOOK,
            prefixes=[f"on_hand/{report.site}/"],
            watermarks={report.source: report.as_of_sequence},
        )
    }
    keys = {*theirs, *ours} if report.is_complete else set(theirs)
    goods = find_skus({sku for sku, _ in keys})
    known = {
        (each.sku, each.group): each
        for each in Case.objects.select_for_update()
        .filter(kind=CaseKind.BOOK_VS_BOOK, site=report.site)
        .exclude(state=CaseState.CLOSED)
        .order_by("id")
    }
    count = 0
    for sku, group in sorted(keys):
        hub, own = ours.get((sku, group), 0), theirs.get((sku, group), 0)
        case = known.get((sku, group))
        if hub == own:
            if case is not None:
                cases.finish(case, reason=cases.AGREED, by=cases.SYSTEM, at=at)
            continue
        count += 1
        if case is not None and case.quantity == hub - own:
            continue
        is_new = case is None
        case = case or Case(
            kind=CaseKind.BOOK_VS_BOOK, site=report.site, sku=sku, group=group, since=at
        )
        case.quantity, case.quantity_book, case.quantity_other = hub - own, hub, own
        case.value_minor = case.quantity * (goods[sku].price_minor if sku in goods else 0)
        case.compared_at, case.watermark = at, report.as_of_sequence
        case.cause, case.probability_permille = "unknown", 0
        case.finding = {
            "parts": [
                {
                    "cause": "unknown",
                    "quantity": case.quantity,
                    "permille": 0,
                    "documents": [report.number],
                    "correction": "ask_the_site",
                    "agreed": ["stock_report"],
                }
            ],
            "runner_up": None,
        }
        if is_new:
            cases.begin(case, by=cases.SYSTEM, at=at)
        else:
            case.save()
    return count


def _add_up(lines: Iterable[Told]) -> dict[tuple[str, str], int]:
    """Return quantities by SKU and group. A SKU told twice in one status is an error."""
    told_lines = list(lines)
    goods = find_skus({line.sku for line in told_lines})
    errors: list[dict[str, str]] = []
    seen: dict[tuple[str, str], int] = {}
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for line in told_lines:
        status = line.status.strip().lower() or str(StockStatus.AVAILABLE)
        fault = _find_fault(line, status=status, is_known=line.sku in goods)
        first = seen.setdefault((line.sku, status), line.line)
        if not fault and first != line.line:
            fault = f"the same SKU and status as line {first}"
        if fault:
            errors.append(
                {
                    "pointer": f"/lines/{line.line}",
                    "code": LinesUnfit.code,
                    "message": f"Line {line.line}: {fault}",
                }
            )
        else:
            sums[line.sku, GROUPS[status]] += int(line.quantity)
    if errors:
        raise LinesUnfit(count=len(errors), first=errors[0]["message"], errors=errors[:ERRORS_MAX])
    return dict(sums)


def _find_fault(line: Told, *, status: str, is_known: bool) -> str:
    """Return what is wrong with a line, in words; "" when nothing is."""
    if not line.sku:
        return "no SKU"
    if not is_known:
        return f"unknown SKU {line.sku[:48]}"
    if status not in GROUPS:
        return f"unknown status {line.status[:32]}"
    if not isinstance(line.quantity, int):
        return f"{line.quantity[:32]!r} is no whole number"
    if abs(line.quantity) > QUANTITY_MAX:
        return f"{line.quantity} is more than anybody handles"
    return ""


def _hash(sums: dict[tuple[str, str], int], *, is_complete: bool) -> str:
    text = "\n".join(f"{sku}|{group}|{sums[sku, group]}" for sku, group in sorted(sums))
    return hashlib.sha256(f"{is_complete}\n{text}".encode()).hexdigest()
