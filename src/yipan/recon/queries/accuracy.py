"""
How right the books are: where they were counted, what was lost, why, and how fast it was found.

All figures are of a window back from now. Values are in minor units at shelf prices.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median_low
from typing import Any, Final

from django.db.models import Case as When
from django.db.models import Count, Value
from django.db.models import When as Branch
from django.db.models.functions import TruncWeek

from yipan.masterdata.queries import list_categories
from yipan.masterdata.queries.groups import list_sku_categories
from yipan.masterdata.rows import CategoryRow
from yipan.recon.models import BookTree, Case, CaseKind, Observation, PastCorrection

CASES_MAX: Final = 5_000
TOP: Final = 8
WEEKS: Final = 12
#: What no document explains after the search.
UNEXPLAINED: Final = frozenset({"", "unknown", "shrinkage"})
#: A hint is about a way of working: one slip of one person is none.
HINT_CASES_MIN: Final = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class CategoryAccuracy:
    """How right the books of a category were when they were looked at; None: goods of none."""

    category: CategoryRow | None
    lines: int
    exact: int

    @property
    def percent(self) -> int:
        """Return the share of counted lines that agreed, in whole percent."""
        return round(100 * self.exact / self.lines) if self.lines else 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Week:
    """What was counted in the week that begins on a Monday."""

    begins_on: date
    lines: int
    exact: int

    @property
    def percent(self) -> int:
        """Return the share of counted lines that agreed, in whole percent."""
        return round(100 * self.exact / self.lines) if self.lines else 0


@dataclass(frozen=True, kw_only=True, slots=True)
class CauseSum:
    """What a cause took away or brought: cases, pieces and value, each with its sign."""

    cause: str
    cases: int
    quantity: int
    value_minor: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Hint:
    """Who stands on the papers of a cause again and again: about a way of working, not a person."""

    name: str
    cause: str
    cases: int
    quantity: int
    value_minor: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Losses:
    """
    What cases of counts add up to. `known_minor` has a cause with evidence, `unknown_minor` none.

    Losses are below zero; gains are left out of both. `to_detect` and `to_close` are medians.
    """

    known_minor: int
    unknown_minor: int
    causes: tuple[CauseSum, ...]
    partners: tuple[Hint, ...]
    carriers: tuple[Hint, ...]
    actors: tuple[Hint, ...]
    to_detect: timedelta | None
    to_close: timedelta | None
    closed: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Coverage:
    """How many positions of the books were counted since a moment; 0 when nobody knows them."""

    positions: int
    counted: int

    @property
    def percent(self) -> int:
        """Return the share that was counted, in whole percent."""
        return min(100, round(100 * self.counted / self.positions)) if self.positions else 0


@dataclass(frozen=True, kw_only=True, slots=True)
class PastSum:
    """What past corrections said: how many lines and pieces of a cause, and one of the texts."""

    cause: str
    lines: int
    quantity: int
    text: str


def list_categories_accuracy(
    *, sites: frozenset[str] | None, since: datetime
) -> list[CategoryAccuracy]:
    """Return how right books were by category, the least right first."""
    of_sku = list_sku_categories()
    lines: Counter[str] = Counter()
    exact: Counter[str] = Counter()
    rows = (
        _list_observed(sites, since)
        .values_list("sku")
        .annotate(lines=Count("id"), exact=Count(When(Branch(difference=0, then=Value(1)))))
    )
    for sku, count, agreed in rows:
        category = of_sku.get(sku, "")
        lines[category] += count
        exact[category] += agreed
    named = {row.code: row for row in list_categories()}
    found = [
        CategoryAccuracy(category=named.get(code), lines=lines[code], exact=exact[code])
        for code in lines
    ]
    return sorted(found, key=lambda row: (row.exact / row.lines, -row.lines))


def list_weeks(*, sites: frozenset[str] | None, at: datetime) -> list[Week]:
    """Return what was counted week by week, the last twelve, the oldest first."""
    rows = (
        _list_observed(sites, at - timedelta(weeks=WEEKS))
        .annotate(week=TruncWeek("counted_at"))
        .values_list("week")
        .annotate(lines=Count("id"), exact=Count(When(Branch(difference=0, then=Value(1)))))
        .order_by("week")
    )
    return [Week(begins_on=week.date(), lines=lines, exact=exact) for week, lines, exact in rows]


def sum_losses(*, sites: frozenset[str] | None, since: datetime) -> Losses:
    """Add up the cases of counts since a moment, part by part of their findings."""
    query = Case.objects.filter(kind=CaseKind.BOOK_VS_COUNT, compared_at__gte=since)
    if sites is not None:
        query = query.filter(site__in=sites)
    found = list(query.order_by("-id")[:CASES_MAX])
    known = unknown = 0
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    hints: dict[str, dict[tuple[str, str], list[int]]] = {
        "partner": {},
        "carrier": {},
        "actor": {},
    }
    for case in found:
        for part in _list_parts(case):
            quantity, cause = int(part["quantity"]), str(part["cause"])
            value = _get_share(case, quantity)
            if value < 0 and cause in UNEXPLAINED:
                unknown += value
            elif value < 0:
                known += value
            _add(sums[cause or "unknown"], quantity, value)
            for kind, seen in hints.items():
                if part.get(kind) and cause not in UNEXPLAINED:
                    _add(seen.setdefault((str(part[kind]), cause), [0, 0, 0]), quantity, value)
    closed = [case for case in found if case.closed_at is not None]
    return Losses(
        known_minor=known,
        unknown_minor=unknown,
        causes=_rank(sums),
        partners=_list_hints(hints["partner"]),
        carriers=_list_hints(hints["carrier"]),
        actors=_list_hints(hints["actor"]),
        to_detect=_get_median([case.created_at - case.since for case in found]),
        to_close=_get_median(
            [case.closed_at - case.created_at for case in closed if case.closed_at]
        ),
        closed=len(closed),
    )


def get_coverage(*, sites: frozenset[str] | None, since: datetime) -> Coverage:
    """Return how many positions of the sites' books were counted since then, each once."""
    trees = BookTree.objects.all()
    if sites is not None:
        trees = trees.filter(site__in=sites)
    counted = _list_observed(sites, since).values("site", "sku").distinct().count()
    return Coverage(positions=sum(trees.values_list("positions", flat=True)), counted=counted)


def list_past() -> list[PastSum]:
    """Return what past corrections said, most lines first; none when none were loaded."""
    rows = PastCorrection.objects.exclude(text="").values_list("cause", "quantity", "text")
    lines: Counter[str] = Counter()
    pieces: Counter[str] = Counter()
    texts: dict[str, Counter[str]] = defaultdict(Counter)
    for cause, quantity, text in rows[:CASES_MAX]:
        lines[cause] += 1
        pieces[cause] += quantity
        texts[cause][text.casefold()] += 1
    return [
        PastSum(
            cause=cause,
            lines=count,
            quantity=pieces[cause],
            text=texts[cause].most_common(1)[0][0],
        )
        for cause, count in lines.most_common()
    ]


def _list_observed(sites: frozenset[str] | None, since: datetime) -> Any:
    query = Observation.objects.filter(counted_at__gte=since)
    return query if sites is None else query.filter(site__in=sites)


def _list_parts(case: Case) -> Sequence[Mapping[str, Any]]:
    """Return the parts of a case; what a person chose in the end stands for all of it."""
    parts = case.finding.get("parts")
    is_one = len(parts or ()) <= 1
    if parts and not is_one:
        return [part for part in parts if isinstance(part, dict)]
    extra = parts[0] if parts else {}
    return [{**extra, "cause": case.cause, "quantity": case.quantity}]


def _get_share(case: Case, quantity: int) -> int:
    """Return the value of a part of a case."""
    return round(case.value_minor * quantity / case.quantity) if case.quantity else 0


def _add(total: list[int], quantity: int, value: int) -> None:
    total[0] += 1
    total[1] += quantity
    total[2] += value


def _rank(sums: Mapping[str, Sequence[int]]) -> tuple[CauseSum, ...]:
    rows = [
        CauseSum(cause=cause, cases=count, quantity=quantity, value_minor=value)
        for cause, (count, quantity, value) in sums.items()
    ]
    rows.sort(key=lambda row: (-abs(row.value_minor), row.cause))
    return tuple(rows[:TOP])


def _list_hints(seen: Mapping[tuple[str, str], Sequence[int]]) -> tuple[Hint, ...]:
    rows = [
        Hint(name=name, cause=cause, cases=count, quantity=quantity, value_minor=value)
        for (name, cause), (count, quantity, value) in seen.items()
        if count >= HINT_CASES_MIN
    ]
    rows.sort(key=lambda row: (-row.cases, row.name, row.cause))
    return tuple(rows[:TOP])


def _get_median(spans: Sequence[timedelta]) -> timedelta | None:
    return median_low(spans) if spans else None
