"""
What a count brings: observations, and cases for those that differ from the book of their moment.

An observation is never overwritten and never "sets" a book. A document that arrives later for
an earlier moment changes what the book was, and so the explanation; the count stays.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import transaction

from yipan.foundation.kept import read_once
from yipan.ledger.moves import Trace
from yipan.masterdata.queries import find_skus
from yipan.recon.documents import case as cases
from yipan.recon.documents import findings
from yipan.recon.models import Case, CaseKind, CaseState, Observation
from yipan.recon.queries import evidence, learned, rounds
from yipan.recon.queries.evidence import Look
from yipan.recon.rules import Difference, Key, explain

#: So far back a reason is looked for when nobody ever agreed with the book.
LOOK_BACK = timedelta(days=60)
#: Cases that are explained together: goods mixed up at one site, goods gone to another.
TOGETHER_MAX = 300
#: What a case says of its causes.
_SAID = ("finding", "cause", "probability_permille", "state")


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """
    One line of a count: what was seen of a SKU, where, when and by whom.

    `quantity_book` is what the site's system told of its book; it counts only where that book
    is not in this database.
    """

    line: int
    sku: str
    quantity: int
    counted_at: datetime
    place: str = ""
    status: str = "available"
    counter: str = ""
    is_blind: bool = True
    mode: str = ""
    quantity_book: int = 0


@transaction.atomic
@read_once()
def record(
    *, count_number: str, site: str, lines: Sequence[Counted], by: Trace, at: datetime
) -> list[Case]:
    """
    Keep what was seen, compare it with the site's own book as of each line's moment.

    Lines of a count that was heard before change nothing. Return the cases that were opened,
    changed or closed.
    """
    known = set(
        Observation.objects.filter(count_number=count_number).values_list("line", flat=True)
    )
    new = [counted for counted in lines if counted.line not in known]
    books = _list_books(site, new)
    Observation.objects.bulk_create(
        [
            Observation(
                count_number=count_number,
                line=counted.line,
                site=site,
                sku=counted.sku,
                place=counted.place,
                status=counted.status,
                quantity_counted=counted.quantity,
                quantity_book=book,
                difference=counted.quantity - book,
                counted_at=counted.counted_at,
                heard_at=at,
                counter=counted.counter,
                is_blind=counted.is_blind,
                capture_mode=counted.mode[:8],
            )
            for counted, book in zip(new, books, strict=True)
        ]
    )
    is_open = _list_open(site, new)
    touched = []
    for counted, book in zip(new, books, strict=True):
        if counted.quantity == book and _get_key(counted) not in is_open:
            continue
        case = _settle(counted, site=site, book=book, count_number=count_number, by=by, at=at)
        if case is not None:
            touched.append(case)
            is_open.add(_get_key(counted))
    explain_open(sites={site})
    return touched


def _list_books(site: str, lines: Sequence[Counted]) -> list[int]:
    """Return the site's book at the moment of each line, as told where it is not in here."""
    if not evidence.has_book(site):
        return [counted.quantity_book for counted in lines]
    return evidence.sum_books(
        site=site,
        looks=[
            Look(sku=it.sku, place=it.place, status=it.status, as_of=it.counted_at) for it in lines
        ],
    )


def _list_open(site: str, lines: Sequence[Counted]) -> set[tuple[str, str, str]]:
    """Return SKU, place and status of the site's open cases of what was counted."""
    cases_open = Case.objects.filter(
        kind=CaseKind.BOOK_VS_COUNT, site=site, sku__in={counted.sku for counted in lines}
    ).exclude(state=CaseState.CLOSED)
    return set(cases_open.values_list("sku", "place", "group"))


def _get_key(counted: Counted) -> tuple[str, str, str]:
    return counted.sku, counted.place, counted.status


def _settle(
    counted: Counted, *, site: str, book: int, count_number: str, by: Trace, at: datetime
) -> Case | None:
    """Open, change or close the case of what was counted."""
    case = (
        Case.objects.select_for_update()
        .filter(
            kind=CaseKind.BOOK_VS_COUNT,
            site=site,
            sku=counted.sku,
            place=counted.place,
            group=counted.status,
        )
        .exclude(state=CaseState.CLOSED)
        .first()
    )
    quantity = counted.quantity - book
    if quantity == 0:
        if case is not None and case.compared_at <= counted.counted_at:
            _explain_by_rounds(case)
            cases.finish(case, reason=cases.AGREED, by=by, at=at)
        return case
    is_new = case is None
    if case is None:
        case = Case(
            kind=CaseKind.BOOK_VS_COUNT,
            site=site,
            sku=counted.sku,
            place=counted.place,
            group=counted.status,
            since=_find_agreement(counted, site=site),
        )
    elif counted.counted_at < case.compared_at:
        return None  # an older look at what was looked at since
    _fill(case, quantity=quantity, book=book, counted=counted)
    case.count_number = count_number
    if is_new:
        cases.begin(case, by=by, at=at)
    else:
        case.save()
    return case


@read_once()
def revisit(*, at: datetime, sites: Collection[str] | None = None) -> int:
    """
    Look at the book of each open count case again: late documents may have changed it.

    A case that a late document explains in full is closed by it. Return how many changed.
    """
    changed = 0
    touched = set()
    for number in _list_moved(sites=sites):
        with transaction.atomic():
            case = (
                Case.objects.select_for_update()
                .filter(number=number)
                .exclude(state=CaseState.CLOSED)
                .first()
            )
            if case is None:
                continue
            [book] = evidence.sum_books(site=case.site, looks=[_look_again(case)])
            if book == case.quantity_book:
                continue
            changed += 1
            touched.add(case.site)
            case.quantity_book = book
            case.quantity = case.quantity_other - book
            if case.quantity == 0:
                case.cause = "late_document"
                cases.finish(case, reason="late_document", by=cases.SYSTEM, at=at)
            else:
                case.save()
    if touched:
        explain_open(sites=touched)
    return changed


def _list_moved(*, sites: Collection[str] | None) -> list[str]:
    """Return the open count cases whose book says something else by now, the oldest first."""
    query = Case.objects.filter(kind=CaseKind.BOOK_VS_COUNT).exclude(state=CaseState.CLOSED)
    if sites is not None:
        query = query.filter(site__in=sites)
    found = list(query.order_by("id")[:TOGETHER_MAX])
    moved: set[str] = set()
    for site in sorted({case.site for case in found}):
        here = [case for case in found if case.site == site]
        if evidence.has_book(site):
            books = evidence.sum_books(site=site, looks=[_look_again(case) for case in here])
            moved |= {
                case.number
                for case, book in zip(here, books, strict=True)
                if book != case.quantity_book
            }
    return [case.number for case in found if case.number in moved]


def _look_again(case: Case) -> Look:
    return Look(sku=case.sku, place=case.place, status=case.group, as_of=case.compared_at)


@transaction.atomic
def explain_open(*, sites: Collection[str]) -> int:
    """Weigh the causes of all open count cases of some sites, together. Return how many."""
    found = list(
        Case.objects.select_for_update()
        .filter(kind=CaseKind.BOOK_VS_COUNT, site__in=sites)
        .exclude(state=CaseState.CLOSED)
        .order_by("-compared_at", "id")[:TOGETHER_MAX]
    )
    by_key = {Key(site=each.site, sku=each.sku, place=each.place): each for each in found}
    lasts = _list_lasts(found)
    differences = [_describe(key, each, last=lasts.get(key)) for key, each in by_key.items()]
    gathered = evidence.gather(differences)
    for finding in explain(gathered, weights=learned.read_weights()):
        case = by_key[finding.key]
        if finding.quantity == case.quantity:
            before = [getattr(case, name) for name in _SAID]
            findings.keep(case, finding, evidence=gathered)
            if [getattr(case, name) for name in _SAID] != before:
                case.save(update_fields=_SAID)
    return len(found)


def _explain_by_rounds(case: Case) -> None:
    """
    Say of a case that a further look ends whether the look that opened it was mistaken.

    Only where somebody else looked, and nothing but sales moved the book meanwhile: a document
    that was posted in between may have put it right.
    """
    if case.state not in (CaseState.OPEN, CaseState.EXPLAINED) or not evidence.has_book(case.site):
        return
    looks = rounds.list_rounds(case)
    if not looks:
        return
    key = Key(site=case.site, sku=case.sku, place=case.place)
    last = _list_lasts([case]).get(key)
    difference = replace(_describe(key, case, last=last), rounds=looks)
    gathered = evidence.gather([difference])
    [finding] = explain(gathered, weights=learned.read_weights())
    findings.keep(case, finding, evidence=gathered)


def _list_lasts(found: Sequence[Case]) -> dict[Key, Observation]:
    """Return of each case the last line that was counted when its book was compared."""
    seen = Observation.objects.filter(
        site__in={case.site for case in found},
        sku__in={case.sku for case in found},
        counted_at__in={case.compared_at for case in found},
    )
    moments = {Key(site=it.site, sku=it.sku, place=it.place): it.compared_at for it in found}
    lasts = {}
    for each in seen.order_by("id"):
        key = Key(site=each.site, sku=each.sku, place=each.place)
        if moments.get(key) == each.counted_at:
            lasts[key] = each
    return lasts


def _describe(key: Key, case: Case, *, last: Observation | None) -> Difference:
    return Difference(
        key=key,
        quantity=case.quantity,
        since=case.since,
        counted_at=case.compared_at,
        stock=case.quantity_book,
        counter=last.counter if last else "",
        is_blind=last.is_blind if last else True,
    )


def _fill(case: Case, *, quantity: int, book: int, counted: Counted) -> None:
    case.quantity = quantity
    case.quantity_book = book
    case.quantity_other = counted.quantity
    case.compared_at = counted.counted_at
    sku = find_skus([counted.sku]).get(counted.sku)
    case.value_minor = quantity * (sku.price_minor if sku else 0)


def _find_agreement(counted: Counted, *, site: str) -> datetime:
    """Return when book and shelf last agreed, at most `LOOK_BACK` before."""
    earliest = counted.counted_at - LOOK_BACK
    last = (
        Observation.objects.filter(
            site=site,
            sku=counted.sku,
            place=counted.place,
            difference=0,
            counted_at__lt=counted.counted_at,
        )
        .order_by("-counted_at")
        .values_list("counted_at", flat=True)
        .first()
    )
    return max(last, earliest) if last is not None else earliest
