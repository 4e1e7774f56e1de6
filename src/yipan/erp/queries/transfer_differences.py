"""Reads of transfer differences. Quantities in smallest units."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from yipan.erp.models import TransferDifference
from yipan.foundation.refusals import NotFound
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SiteRow, SkuRow

ROWS_MAX = 1_000


@dataclass(frozen=True, kw_only=True, slots=True)
class DifferenceRow:
    """A difference as a list shows it."""

    number: str
    state: str
    transfer: str
    from_site: SiteRow | None
    to_site: SiteRow | None
    owner: str
    created_at: datetime
    settled_at: datetime | None
    quantity_missing: int
    quantity_open: int


@dataclass(frozen=True, kw_only=True, slots=True)
class DifferenceLineRow:
    """What is missing of one SKU."""

    sku: SkuRow
    quantity_missing: int
    quantity_came: int
    quantity_settled: int

    @property
    def quantity_open(self) -> int:
        """Return what nobody has decided on yet."""
        return self.quantity_missing - self.quantity_came - self.quantity_settled


@dataclass(frozen=True, kw_only=True, slots=True)
class SettlementRow:
    """One decision."""

    sku: SkuRow
    quantity: int
    outcome: str
    reference: str
    note: str
    settled_by: str
    settled_at: datetime
    origin: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DifferenceDetail:
    """A difference as its page shows it."""

    head: DifferenceRow
    lines: tuple[DifferenceLineRow, ...]
    settlements: tuple[SettlementRow, ...]


def list_differences(
    *,
    state: str = "",
    site: str = "",
    text: str = "",
    sites: frozenset[str] | None = None,
    after: str = "",
    limit: int = 50,
) -> list[DifferenceRow]:
    """Return differences, the newest first; those behind the one numbered `after`."""
    assert 0 < limit <= ROWS_MAX
    query = TransferDifference.objects.select_related("order").prefetch_related("lines")
    if sites is not None:
        query = query.filter(Q(order__from_site__in=sites) | Q(order__to_site__in=sites))
    if site:
        query = query.filter(Q(order__from_site=site) | Q(order__to_site=site))
    if state:
        query = query.filter(state=state)
    for word in text.split():
        query = query.filter(
            Q(number__icontains=word) | Q(order__number__icontains=word) | Q(owner__icontains=word)
        )
    known = TransferDifference.objects.filter(number=after).values_list("id", flat=True).first()
    if known is not None:
        query = query.filter(id__lt=known)
    return _make_rows(query.order_by("-id")[:limit])


def get_difference_sites(number: str) -> tuple[str, str]:
    """
    Return sender and receiver of the transfer a difference is of.

    :raises NotFound: if there is none of this number.
    """
    found = (
        TransferDifference.objects.filter(number=number)
        .values_list("order__from_site", "order__to_site")
        .first()
    )
    if found is None:
        raise NotFound(kind="transfer_difference", id=number)
    return found


def get_difference(number: str) -> DifferenceDetail:
    """
    Return one difference with its lines and what was decided.

    :raises NotFound: if there is none of this number.
    """
    query = TransferDifference.objects.select_related("order").prefetch_related("lines")
    rows = _make_rows(query.filter(number=number))
    if not rows:
        raise NotFound(kind="transfer_difference", id=number)
    document = TransferDifference.objects.get(number=number)
    lines = list(document.lines.order_by("sku"))
    skus = masterdata.find_skus({line.sku for line in lines})
    return DifferenceDetail(
        head=rows[0],
        lines=tuple(
            DifferenceLineRow(
                sku=skus[line.sku],
                quantity_missing=line.quantity_missing,
                quantity_came=line.quantity_came,
                quantity_settled=line.quantity_settled,
            )
            for line in lines
        ),
        settlements=tuple(
            SettlementRow(
                sku=skus[each.sku],
                quantity=each.quantity,
                outcome=each.outcome,
                reference=each.reference,
                note=each.note,
                settled_by=each.settled_by,
                settled_at=each.settled_at,
                origin=each.origin,
            )
            for each in document.settlements.order_by("id")
        ),
    )


def _make_rows(documents: QuerySet[TransferDifference]) -> list[DifferenceRow]:
    found = list(documents)
    codes = {code for it in found for code in (it.order.from_site, it.order.to_site) if code}
    sites = masterdata.find_sites(codes)
    return [
        DifferenceRow(
            number=document.number,
            state=document.state,
            transfer=document.order.number,
            from_site=sites.get(document.order.from_site),
            to_site=sites.get(document.order.to_site),
            owner=document.owner,
            created_at=document.created_at,
            settled_at=document.settled_at,
            quantity_missing=sum(line.quantity_missing for line in document.lines.all()),
            quantity_open=sum(
                line.quantity_missing - line.quantity_came - line.quantity_settled
                for line in document.lines.all()
            ),
        )
        for document in found
    ]
