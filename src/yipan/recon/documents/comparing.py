"""
Compare the hub's book with every site's own, at one watermark: a case per difference.

The trees of both books say which buckets of SKUs differ; only those are read.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from yipan.ledger.site_differences import (
    DIFFERENCES_MAX,
    SiteCut,
    SiteDifference,
    list_site_differences,
)
from yipan.ledger.site_trees import find_books
from yipan.masterdata.queries import find_skus
from yipan.recon.documents import case as cases
from yipan.recon.documents import findings, trees
from yipan.recon.models import Case, CaseKind, CaseState
from yipan.recon.queries import logs
from yipan.recon.queries.cuts import HUB_BOOK, list_cuts, list_stuck
from yipan.recon.rules.interfaces import compare_logs

#: So many differences of one comparison are explained; all others are cases all the same.
EXPLAINED_MAX = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Compared:
    """
    What a comparison found: sites looked at, leaves that differ, cases opened, changed, closed.

    `leaves` counts the buckets of SKUs that had to be read.
    """

    sites: int
    differences: int
    opened: int
    changed: int
    closed: int
    leaves: int = 0


def compare(
    *, at: datetime, sites: Collection[str] | None = None, is_full: bool = False
) -> Compared:
    """
    Compare books, and open, change or close a case for each difference.

    Repeatable: the same difference stays the same case. A case whose books agree again at a
    later watermark is closed by that. `is_full` adds up all balances anew first, instead of
    trusting what was kept of them.
    """
    # A site whose book lies elsewhere sends reports of it (`documents.report`).
    found = list_cuts(sites=sites, at=at)
    here = find_books([cut.book for cut in found])
    cuts = {cut.site: cut for cut in found if cut.book in here}
    if not cuts:
        return Compared(sites=0, differences=0, opened=0, changed=0, closed=0)
    leaves = trees.find_leaves(cuts=list(cuts.values()), at=at, is_full=is_full)
    differences = list_site_differences(hub=HUB_BOOK, cuts=list(cuts.values()), leaves=leaves)
    opened, changed, closed = _settle(differences, cuts=cuts, at=at)
    return Compared(
        sites=len(cuts),
        differences=len(differences),
        opened=opened,
        changed=changed,
        closed=closed,
        leaves=len(leaves),
    )


@transaction.atomic
def _settle(
    differences: Sequence[SiteDifference], *, cuts: Mapping[str, SiteCut], at: datetime
) -> tuple[int, int, int]:
    """Bring cases in line with differences; return how many were opened, changed and closed."""
    goods = find_skus({each.sku for each in differences})
    opened = changed = closed = 0
    known = {
        (each.site, each.sku, each.group): each
        for each in Case.objects.select_for_update()
        .filter(kind=CaseKind.BOOK_VS_BOOK, site__in=cuts)
        .exclude(state=CaseState.CLOSED)
        .order_by("id")
    }
    explained = 0
    for each in differences:
        case = known.pop((each.site, each.sku, each.group), None)
        quantity = each.quantity_hub - each.quantity_site
        if case is not None and case.quantity == quantity and case.cause:
            continue
        is_new = case is None
        case = case or _make(each, at=at)
        price = goods[each.sku].price_minor if each.sku in goods else 0
        _fill(case, each, cut=cuts[each.site], price=price, at=at)
        if explained < EXPLAINED_MAX:
            explained += 1
            _explain(case, cut=cuts[each.site], at=at)
        if is_new:
            cases.begin(case, by=cases.SYSTEM, at=at)
        else:
            case.save()
        opened, changed = opened + is_new, changed + (not is_new)
    # Cut off, the list says nothing of those that come behind its end.
    is_whole = len(differences) < DIFFERENCES_MAX
    for gone in known.values() if is_whole else ():
        cases.finish(gone, reason=cases.AGREED, by=cases.SYSTEM, at=at)
        closed += 1
    return opened, changed, closed


def _make(each: SiteDifference, *, at: datetime) -> Case:
    return Case(
        kind=CaseKind.BOOK_VS_BOOK, site=each.site, sku=each.sku, group=each.group, since=at
    )


def _fill(case: Case, each: SiteDifference, *, cut: SiteCut, price: int, at: datetime) -> None:
    case.quantity = each.quantity_hub - each.quantity_site
    case.quantity_book = each.quantity_hub
    case.quantity_other = each.quantity_site
    case.value_minor = case.quantity * price
    case.compared_at = at
    case.watermark = cut.watermark


def _explain(case: Case, *, cut: SiteCut, at: datetime) -> None:
    """Lay the two books side by side, message by message; what is proved goes into the case."""
    own, hub = logs.read_logs(cut=cut, sku=case.sku)
    found = [
        each
        for each in compare_logs(
            sent=own,
            hub=replace(hub, waiting=list_stuck(cut.source)),
            now=at,
            is_day_closed=True,
        )
        if any(each.differences.values())
    ]
    if found:
        case.since = min(
            (told.at for told in (*own, *hub.booked) if told.document in found[0].documents),
            default=case.since,
        )
    findings.keep_proof(case, found)
