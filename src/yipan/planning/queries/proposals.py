"""Reads of proposals (建议单): the work list, one with its reasons, grids and ways."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from yipan.foundation.refusals import NotFound
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SiteRow, SkuRow, SupplierRow
from yipan.planning.models import Proposal
from yipan.planning.models.proposal import ProposalKind, ProposalState

ROWS_MAX = 1_000
ORDERS = {
    "urgency": ("-urgency_permille", "-value_minor", "number"),
    "value": ("-value_minor", "-urgency_permille", "number"),
    "date": ("order_on", "-urgency_permille", "number"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class ProposalRow:
    """A proposal as lists show it. `source_row` is the site or supplier it comes from."""

    number: str
    kind: str
    state: str
    sku: SkuRow
    site: SiteRow
    source: str
    source_row: SiteRow | SupplierRow
    quantity: int
    quantity_chosen: int | None
    wanted: int
    urgency_permille: int
    value_minor: int
    order_on: date
    arrives_on: date
    reasons: Mapping[str, Any]
    is_too_small: bool
    version: int
    run_number: str
    created_at: datetime
    changed_at: datetime
    decided_by: str
    decided_at: datetime | None
    decision_note: str
    document_type: str
    document_number: str

    @property
    def quantity_final(self) -> int:
        """Return what is ordered when it is approved now."""
        return self.quantity if self.quantity_chosen is None else self.quantity_chosen

    @property
    def value_final(self) -> int:
        """Return what that is worth at sales price, in minor units."""
        return self.value_minor * self.quantity_final // self.quantity

    @property
    def urgency(self) -> int:
        """Return the chance to run out before the next order, in whole percent."""
        return round(self.urgency_permille / 10)


@dataclass(frozen=True, kw_only=True, slots=True)
class ProposalFilter:
    """What a list shows; `sites` is the reader's scope."""

    state: str = "open"
    kind: str = ""
    site: str = ""
    source: str = ""
    text: str = ""
    sites: frozenset[str] | None = None


def list_proposals(
    which: ProposalFilter, *, order: str = "urgency", skip: int = 0, limit: int = 50
) -> list[ProposalRow]:
    """Return proposals in the order of urgency, value or date."""
    assert 0 < limit <= ROWS_MAX
    query = filter_proposals(which).order_by(*ORDERS[order])
    return make_rows(query[skip : skip + limit])


def count_proposals(which: ProposalFilter) -> tuple[int, int]:
    """Return how many a filter finds, and their value in minor units at sales price."""
    chosen = Coalesce("quantity_chosen", "quantity")
    found = filter_proposals(which).aggregate(
        count=Count("id"), value=Sum(F("value_minor") * chosen / F("quantity"))
    )
    return found["count"], found["value"] or 0


def count_kinds(which: ProposalFilter) -> dict[str, int]:
    """Return how many open proposals there are of each kind."""
    rows = filter_proposals(which).values_list("kind").annotate(count=Count("id"))
    return dict(rows.order_by("kind"))


def get_proposal(number: str) -> ProposalRow:
    """
    Return one proposal.

    :raises NotFound: if there is none of this number.
    """
    rows = make_rows(Proposal.objects.filter(number=number))
    if not rows:
        raise NotFound(kind="proposal", id=number)
    return rows[0]


def find_proposals(numbers: Collection[str]) -> dict[str, ProposalRow]:
    """Return the proposals of some numbers, by number; of unknown numbers nothing."""
    rows = make_rows(Proposal.objects.filter(number__in=set(numbers)).order_by("number"))
    return {row.number: row for row in rows}


def find_sites_of(numbers: Collection[str]) -> set[str]:
    """
    Return the sites of proposals.

    :raises NotFound: if there is none of one of the numbers.
    """
    rows = dict(Proposal.objects.filter(number__in=set(numbers)).values_list("number", "site"))
    unknown = sorted(set(numbers) - set(rows))
    if unknown:
        raise NotFound(kind="proposal", id=unknown[0])
    return set(rows.values())


def list_of_sku(*, sku: str, site: str) -> list[ProposalRow]:
    """Return the newest proposals of a SKU at a site."""
    return make_rows(Proposal.objects.filter(sku=sku, site=site).order_by("-id")[:20])


def filter_proposals(which: ProposalFilter) -> QuerySet[Proposal]:
    """Return what a filter finds, in no order."""
    query = Proposal.objects.all()
    if which.sites is not None:
        query = query.filter(site__in=which.sites)
    if which.state == "open":
        query = query.filter(state=ProposalState.OPEN, is_too_small=False)
    elif which.state:
        query = query.filter(state=which.state)
    for name in ("kind", "site", "source"):
        if getattr(which, name):
            query = query.filter(**{name: getattr(which, name)})
    if which.text:
        text = which.text
        query = query.filter(
            Q(number__istartswith=text) | Q(sku__istartswith=text) | Q(document_number=text)
        )
    return query


def make_rows(found: Iterable[Proposal]) -> list[ProposalRow]:
    """Return proposals as rows, with the names of goods, sites and sources."""
    proposals = list(found)
    skus = masterdata.find_skus({it.sku for it in proposals})
    sites = masterdata.find_sites({it.site for it in proposals} | {it.source for it in proposals})
    suppliers = masterdata.find_suppliers(
        {it.source for it in proposals if it.kind == ProposalKind.PURCHASE}
    )
    sources: dict[str, SiteRow | SupplierRow] = {**suppliers, **sites}
    columns = [
        name
        for name in ProposalRow.__dataclass_fields__
        if name not in {"sku", "site", "source_row"}
    ]
    return [
        ProposalRow(
            sku=skus[it.sku],
            site=sites[it.site],
            source_row=sources.get(it.source) or SupplierRow(code=it.source, name=it.source),
            **{name: getattr(it, name) for name in columns},
        )
        for it in proposals
    ]
