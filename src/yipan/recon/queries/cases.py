"""Reads of cases (差异案件) and of how right the books are. Quantities in smallest units."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Case as When
from django.db.models import Count, F, Func, Q, QuerySet, Sum, Value
from django.db.models import When as Branch

from yipan.foundation.refusals import NotFound
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SiteRow, SkuRow
from yipan.recon.models import Case, CaseKind, CaseState, Observation

ROWS_MAX = 1_000


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseRow:
    """A case as the inbox shows it."""

    number: str
    kind: str
    state: str
    site: SiteRow
    sku: SkuRow
    place: str
    group: str
    quantity: int
    quantity_book: int
    quantity_other: int
    value_minor: int
    currency: str
    since: datetime
    compared_at: datetime
    watermark: int | None
    count_number: str
    cause: str
    probability_permille: int
    owner: str
    due_on: date | None
    created_at: datetime
    closed_at: datetime | None
    closed_by: str
    closing_reason: str
    waiting_document: str

    @property
    def percent(self) -> int:
        """Return the probability of the cause in whole percent."""
        return round(self.probability_permille / 10)


@dataclass(frozen=True, kw_only=True, slots=True)
class CorrectionRow:
    """A document that corrects a case."""

    document: str
    cause: str
    quantity: int
    noted_by: str
    noted_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseDetail:
    """
    A case as its page shows it: `parts` and `runner_up` as `recon.rules.Part`, as plain data.

    `chosen` is the cause a person said it was, by whom and when.
    """

    head: CaseRow
    parts: tuple[dict[str, Any], ...]
    runner_up: dict[str, Any] | None
    chosen: dict[str, Any] | None
    corrections: tuple[CorrectionRow, ...]
    observations: tuple[Observation, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseFilter:
    """
    What the inbox shows; `sites` is the reader's scope.

    `text` is the beginning of the number of a case, of a SKU, or of the number of its count.
    `partner`, `carrier` and `actor` are who stands on the documents of a part of the finding.
    """

    state: str = "open"
    kind: str = ""
    cause: str = ""
    site: str = ""
    text: str = ""
    owner: str = ""
    partner: str = ""
    carrier: str = ""
    actor: str = ""
    sites: frozenset[str] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteAccuracy:
    """How right the book of a site was when it was looked at; values in minor units."""

    site: SiteRow
    lines: int
    exact: int
    gain: int
    loss: int
    open_cases: int
    value_open_minor: int

    @property
    def percent(self) -> int:
        """Return the share of counted lines that agreed, in whole percent."""
        return round(100 * self.exact / self.lines) if self.lines else 0


def list_cases(which: CaseFilter, *, after: str = "", limit: int = 50) -> list[CaseRow]:
    """Return cases, the newest first; those behind the one numbered `after`."""
    assert 0 < limit <= ROWS_MAX
    query = _filter(which)
    known = Case.objects.filter(number=after).values_list("id", flat=True).first()
    if known is not None:
        query = query.filter(id__lt=known)
    return make_rows(query.order_by("-id")[:limit])


def count_cases(which: CaseFilter) -> tuple[int, int]:
    """Return how many cases a filter finds, and their value in minor units, without sign."""
    found = _filter(which).aggregate(
        count=Count("id"), value=Sum(Func(F("value_minor"), function="abs"))
    )
    return found["count"], found["value"] or 0


def list_causes(*, sites: frozenset[str] | None) -> list[tuple[str, int]]:
    """Return the causes of open cases and how many cases each has, most first."""
    query = _filter(CaseFilter(sites=sites)).exclude(cause="")
    rows = query.values_list("cause").annotate(count=Count("id")).order_by("-count", "cause")
    return [(cause, count) for cause, count in rows]


def get_case_site(number: str) -> str:
    """
    Return the site of a case.

    :raises NotFound: if there is none of this number.
    """
    site = Case.objects.filter(number=number).values_list("site", flat=True).first()
    if site is None:
        raise NotFound(kind="case", id=number)
    return site


def get_case(number: str) -> CaseDetail:
    """
    Return one case with its finding, its corrections and what was counted.

    :raises NotFound: if there is none of this number.
    """
    found = Case.objects.filter(number=number).first()
    if found is None:
        raise NotFound(kind="case", id=number)
    [head] = make_rows([found])
    corrections = found.corrections.order_by("id")
    return CaseDetail(
        head=head,
        parts=tuple(found.finding.get("parts", ())),
        runner_up=found.finding.get("runner_up"),
        chosen=found.finding.get("chosen"),
        corrections=tuple(
            CorrectionRow(
                document=row.document,
                cause=row.cause,
                quantity=row.quantity,
                noted_by=row.noted_by,
                noted_at=row.noted_at,
            )
            for row in corrections
        ),
        observations=tuple(
            Observation.objects.filter(site=found.site, sku=found.sku, place=found.place).order_by(
                "-counted_at"
            )[:20]
        )
        if found.kind == CaseKind.BOOK_VS_COUNT
        else (),
    )


def list_accuracy(*, sites: frozenset[str] | None, since: datetime) -> list[SiteAccuracy]:
    """Return for each site that was counted since then, or has an open case, how right it is."""
    query = Observation.objects.filter(counted_at__gte=since)
    open_ones = _filter(CaseFilter(sites=sites))
    if sites is not None:
        query = query.filter(site__in=sites)
    counted: dict[str, dict[str, Any]] = {
        row["site"]: dict(row)
        for row in query.values("site").annotate(
            lines=Count("id"),
            exact=Count(When(Branch(difference=0, then=Value(1)))),
            gain=Sum(When(Branch(difference__gt=0, then=F("difference")), default=Value(0))),
            loss=Sum(When(Branch(difference__lt=0, then=F("difference")), default=Value(0))),
        )
    }
    cases: dict[str, dict[str, Any]] = {
        row["site"]: dict(row)
        for row in open_ones.values("site").annotate(
            count=Count("id"), value=Sum(Func(F("value_minor"), function="abs"))
        )
    }
    codes = sorted({*counted, *cases})
    rows = masterdata.find_sites(codes)
    return [
        SiteAccuracy(
            site=rows[code],
            lines=counted.get(code, {}).get("lines", 0),
            exact=counted.get(code, {}).get("exact", 0),
            gain=counted.get(code, {}).get("gain") or 0,
            loss=counted.get(code, {}).get("loss") or 0,
            open_cases=cases.get(code, {}).get("count", 0),
            value_open_minor=cases.get(code, {}).get("value") or 0,
        )
        for code in codes
        if code in rows
    ]


def make_rows(found: Iterable[Case]) -> list[CaseRow]:
    """Return cases as rows, with the names of their sites and goods."""
    cases = list(found)
    sites = masterdata.find_sites({each.site for each in cases})
    skus = masterdata.find_skus({each.sku for each in cases})
    return [
        CaseRow(
            number=each.number,
            kind=each.kind,
            state=each.state,
            site=sites[each.site],
            sku=skus[each.sku],
            place=each.place,
            group=each.group,
            quantity=each.quantity,
            quantity_book=each.quantity_book,
            quantity_other=each.quantity_other,
            value_minor=each.value_minor,
            currency=skus[each.sku].currency,
            since=each.since,
            compared_at=each.compared_at,
            watermark=each.watermark,
            count_number=each.count_number,
            cause=each.cause,
            probability_permille=each.probability_permille,
            owner=each.owner,
            due_on=each.due_on,
            created_at=each.created_at,
            closed_at=each.closed_at,
            closed_by=each.closed_by,
            closing_reason=each.closing_reason,
            waiting_document=each.waiting_document,
        )
        for each in cases
    ]


def _filter(which: CaseFilter) -> QuerySet[Case]:
    query = Case.objects.all()
    if which.sites is not None:
        query = query.filter(site__in=which.sites)
    if which.state == "open":
        query = query.exclude(state=CaseState.CLOSED)
    elif which.state:
        query = query.filter(state=which.state)
    named = {name: getattr(which, name) for name in ("kind", "cause", "site", "owner")}
    query = query.filter(**{name: value for name, value in named.items() if value})
    signed = {name: getattr(which, name) for name in ("partner", "carrier", "actor")}
    for name, value in signed.items():
        if value:
            query = query.filter(finding__parts__contains=[{name: value}])
    if which.text:
        query = query.filter(
            Q(number__istartswith=which.text)
            | Q(sku__istartswith=which.text)
            | Q(count_number__istartswith=which.text)
        )
    return query
