"""Compare the hub's book with every site's own, at one watermark: a case per difference."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from yipan.ledger.site_differences import SiteCut, SiteDifference, list_site_differences
from yipan.masterdata.queries import find_skus
from yipan.recon.documents import case as cases
from yipan.recon.documents import findings
from yipan.recon.models import Case, CaseKind, CaseState
from yipan.recon.queries import logs
from yipan.recon.queries.cuts import HUB_BOOK, list_cuts
from yipan.recon.rules.interfaces import compare_logs

#: So many differences of one comparison are explained; a thousand more are cases all the same.
EXPLAINED_MAX = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Compared:
    """What a comparison found: sites looked at, and cases opened, changed and closed."""

    sites: int
    differences: int
    opened: int
    changed: int
    closed: int


def compare(*, at: datetime, sites: Collection[str] | None = None) -> Compared:
    """
    Compare books, and open, change or close a case for each difference.

    Repeatable: the same difference stays the same case. A case whose books agree again at a
    later watermark is closed by that.
    """
    cuts = {cut.site: cut for cut in list_cuts(sites=sites)}
    if not cuts:
        return Compared(sites=0, differences=0, opened=0, changed=0, closed=0)
    differences = list_site_differences(hub=HUB_BOOK, cuts=list(cuts.values()))
    prices = {
        code: row.price_minor for code, row in find_skus({each.sku for each in differences}).items()
    }
    opened = changed = closed = 0
    with transaction.atomic():
        known = {
            (each.site, each.sku, each.group): each
            for each in Case.objects.select_for_update()
            .filter(kind=CaseKind.BOOK_VS_BOOK, site__in=cuts)
            .exclude(state=CaseState.CLOSED)
            .order_by("id")
        }
        for number, each in enumerate(differences):
            case = known.pop((each.site, each.sku, each.group), None)
            quantity = each.quantity_hub - each.quantity_site
            if case is not None and case.quantity == quantity:
                continue
            is_new = case is None
            case = case or _make(each, at=at)
            _fill(case, each, cut=cuts[each.site], price=prices.get(each.sku, 0), at=at)
            if number < EXPLAINED_MAX:
                _explain(case, cut=cuts[each.site], at=at)
            if is_new:
                cases.begin(case, by=cases.SYSTEM, at=at)
            else:
                case.save()
            opened, changed = opened + is_new, changed + (not is_new)
        for gone in known.values():
            cases.finish(gone, reason=cases.AGREED, by=cases.SYSTEM, at=at)
            closed += 1
    return Compared(
        sites=len(cuts),
        differences=len(differences),
        opened=opened,
        changed=changed,
        closed=closed,
    )


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
        for each in compare_logs(sent=own, hub=hub, now=at, is_day_closed=True)
        if any(each.differences.values())
    ]
    if found:
        case.since = min(
            (told.at for told in (*own, *hub.booked) if told.document in found[0].documents),
            default=case.since,
        )
    findings.keep_proof(case, found)
