"""Reads of transfer orders and of what they have in transit. Quantities in smallest units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import BigIntegerField, Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from yipan.erp.models import (
    TransferDifference,
    TransferOrder,
    TransferOrderLine,
    TransferReceipt,
    TransferShipment,
    TransferShortage,
)
from yipan.foundation.refusals import NotFound
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SiteRow, SkuRow

ROWS_MAX = 1_000


_IN_TRANSIT = (
    F("lines__quantity_shipped")
    + F("lines__quantity_excess")
    - F("lines__quantity_received")
    - F("lines__quantity_settled")
)


@dataclass(frozen=True, kw_only=True, slots=True)
class TransferFilter:
    """Which transfers to list. `sites` is the asker's scope, None meaning all sites."""

    text: str = ""
    states: tuple[str, ...] = ()
    site: str = ""
    from_site: str = ""
    to_site: str = ""
    sku: str = ""
    allocation: str = ""
    sites: frozenset[str] | None = None
    only_different: bool = False
    only_short: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class TransferRow:
    """A transfer as a list shows it; a site is None while nobody knows it."""

    number: str
    state: str
    from_site: SiteRow | None
    to_site: SiteRow | None
    due_on: date | None
    is_reported: bool
    created_by: str
    created_at: datetime
    allocation_number: str
    quantity_ordered: int
    quantity_shipped: int
    quantity_received: int
    quantity_in_transit: int
    has_difference: bool

    @property
    def mark(self) -> str:
        """Return the state as it is shown: a released one waits to be shipped."""
        return "to_ship" if self.state == "released" else self.state


@dataclass(frozen=True, kw_only=True, slots=True)
class TransferLineRow:
    """A line of a transfer; the name of its SKU as it is now."""

    line: int
    sku: SkuRow
    quantity_ordered: int
    quantity_shipped: int
    quantity_received: int
    quantity_damaged: int
    quantity_blocked: int
    quantity_settled: int
    quantity_excess: int
    quantity_missing: int

    @property
    def quantity_in_transit(self) -> int:
        """Return what left, did not come and was not settled."""
        return (
            self.quantity_shipped
            + self.quantity_excess
            - self.quantity_received
            - self.quantity_settled
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class LegRow:
    """A shipment or a receipt of a transfer."""

    kind: str
    number: str
    site: SiteRow
    site_number: str
    state: str
    at: datetime
    by: str
    device: str
    is_last: bool
    inbound_order_number: str
    message_id: UUID
    warnings: tuple[dict[str, object], ...]
    lines: tuple[tuple[str, int], ...]

    @property
    def quantity(self) -> int:
        """Return all it carries."""
        return sum(quantity for _, quantity in self.lines)


@dataclass(frozen=True, kw_only=True, slots=True)
class TransferDetail:
    """A transfer as its page shows it."""

    head: TransferRow
    note: str
    version: int
    approved_by: str
    released_at: datetime | None
    closed_at: datetime | None
    outbound_order_number: str
    external_id: str
    is_shipping_closed: bool
    lines: tuple[TransferLineRow, ...]
    legs: tuple[LegRow, ...]
    differences: tuple[tuple[str, str], ...]

    @property
    def shipments(self) -> list[LegRow]:
        """Return what left, in order."""
        return [leg for leg in self.legs if leg.kind == "transfer_shipment"]

    @property
    def receipts(self) -> list[LegRow]:
        """Return what came, in order."""
        return [leg for leg in self.legs if leg.kind == "transfer_receipt"]


def list_transfers(which: TransferFilter, *, after: str = "", limit: int = 50) -> list[TransferRow]:
    """Return transfers, the newest first; those behind the one numbered `after`."""
    assert 0 < limit <= ROWS_MAX
    query = filter_transfers(which).order_by("-id")
    known = TransferOrder.objects.filter(number=after).values_list("id", flat=True).first()
    if known is not None:
        query = query.filter(id__lt=known)
    return make_rows(list(sum_lines(query)[:limit]))


def count_transfers(which: TransferFilter) -> int:
    """Return how many transfers there are, counted up to 1,000."""
    return filter_transfers(which).order_by()[:ROWS_MAX].count()


def get_transfer_sites(number: str) -> tuple[str, str]:
    """
    Return sender and receiver of a transfer.

    :raises NotFound: if there is none of this number.
    """
    found = TransferOrder.objects.filter(number=number).values_list("from_site", "to_site").first()
    if found is None:
        raise NotFound(kind="transfer_order", id=number)
    return found


def find_transfer_of_leg(number: str) -> str:
    """
    Return the number of the transfer a shipment or a receipt belongs to.

    :raises NotFound: if neither has this number.
    """
    for kind in (TransferShipment, TransferReceipt):
        found = kind.objects.filter(number=number).values_list("order__number", flat=True).first()
        if found is not None:
            return str(found)
    raise NotFound(kind="transfer_shipment", id=number)


def get_transfer(number: str) -> TransferDetail:
    """
    Return one transfer with all that is known of it.

    :raises NotFound: if there is none of this number.
    """
    order = sum_lines(TransferOrder.objects.filter(number=number)).first()
    if order is None:
        raise NotFound(kind="transfer_order", id=number)
    (head,) = make_rows([order])
    missing = _list_missing(order)
    lines = list(order.lines.order_by("line"))
    skus = masterdata.find_skus({line.sku for line in lines})
    return TransferDetail(
        head=head,
        note=order.note,
        version=order.version,
        approved_by=order.approved_by,
        released_at=order.released_at,
        closed_at=order.closed_at,
        outbound_order_number=order.outbound_order_number,
        external_id=order.external_id,
        is_shipping_closed=order.is_shipping_closed,
        lines=tuple(
            TransferLineRow(
                line=line.line,
                sku=skus[line.sku],
                quantity_ordered=line.quantity_ordered,
                quantity_shipped=line.quantity_shipped,
                quantity_received=line.quantity_received,
                quantity_damaged=line.quantity_damaged,
                quantity_blocked=line.quantity_blocked,
                quantity_settled=line.quantity_settled,
                quantity_excess=line.quantity_excess,
                quantity_missing=missing.get(line.sku, 0),
            )
            for line in lines
        ),
        legs=tuple(_list_legs(order)),
        differences=tuple(order.differences.order_by("id").values_list("number", "state")),
    )


def _list_missing(order: TransferOrder) -> dict[str, int]:
    missing: dict[str, int] = {}
    for document in order.differences.filter(state="open"):
        for line in document.lines.all():
            missing[line.sku] = line.quantity_missing - line.quantity_came - line.quantity_settled
    return missing


def _list_legs(order: TransferOrder) -> list[LegRow]:
    shipments = [
        _make_leg("transfer_shipment", each, [(it.sku, it.quantity) for it in each.lines.all()])
        for each in order.shipments.filter(is_heard=True).order_by("place")
    ]
    receipts = [
        _make_leg(
            "transfer_receipt",
            each,
            [(it.sku, it.quantity) for it in each.lines.all()],
        )
        for each in order.receipts.order_by("id")
    ]
    return shipments + receipts


def _make_leg(
    kind: str, leg: TransferShipment | TransferReceipt, lines: Sequence[tuple[str, int]]
) -> LegRow:
    return LegRow(
        kind=kind,
        number=leg.number,
        site=masterdata.get_site(leg.site),
        site_number=leg.site_number,
        state=leg.state,
        at=leg.occurred_at,
        by=leg.created_by,
        device=leg.device,
        is_last=leg.is_last,
        inbound_order_number=leg.inbound_order_number,
        message_id=leg.message_id,
        warnings=tuple(leg.warnings),
        lines=tuple(lines),
    )


def sum_lines(query: QuerySet[TransferOrder]) -> QuerySet[TransferOrder]:
    """Return transfers with the sums of their lines."""
    big = BigIntegerField()
    return query.annotate(
        ordered=Coalesce(Sum("lines__quantity_ordered"), 0, output_field=big),
        shipped=Coalesce(Sum("lines__quantity_shipped"), 0, output_field=big),
        received=Coalesce(Sum("lines__quantity_received"), 0, output_field=big),
        in_transit=Coalesce(Sum(_IN_TRANSIT), 0, output_field=big),
        has_difference=Exists(
            TransferDifference.objects.filter(order=OuterRef("pk"), state="open")
        ),
    )


def make_rows(orders: Sequence[TransferOrder]) -> list[TransferRow]:
    """Return transfers that were read with their sums as rows."""
    sites = masterdata.find_sites(
        {code for order in orders for code in (order.from_site, order.to_site) if code}
    )
    return [
        TransferRow(
            number=order.number,
            state=order.state,
            from_site=sites.get(order.from_site),
            to_site=sites.get(order.to_site),
            due_on=order.due_on,
            is_reported=order.is_reported,
            created_by=order.created_by,
            created_at=order.created_at,
            allocation_number=order.allocation_number,
            quantity_ordered=order.ordered,  # type: ignore[attr-defined]
            quantity_shipped=order.shipped,  # type: ignore[attr-defined]
            quantity_received=order.received,  # type: ignore[attr-defined]
            quantity_in_transit=order.in_transit,  # type: ignore[attr-defined]
            has_difference=order.has_difference,  # type: ignore[attr-defined]
        )
        for order in orders
    ]


def filter_transfers(which: TransferFilter) -> QuerySet[TransferOrder]:
    """Return the transfers a filter means, for reads beside this one."""
    query = TransferOrder.objects.all()
    if which.sites is not None:
        query = query.filter(Q(from_site__in=which.sites) | Q(to_site__in=which.sites))
    if which.site:
        query = query.filter(Q(from_site=which.site) | Q(to_site=which.site))
    exact = {"from_site": which.from_site, "to_site": which.to_site,
             "allocation_number": which.allocation}  # fmt: skip
    query = query.filter(**{name: value for name, value in exact.items() if value})
    if which.states:
        query = query.filter(state__in=which.states)
    if which.only_different:
        query = query.filter(
            id__in=TransferDifference.objects.filter(state="open").values("order_id")
        )
    if which.only_short:
        query = query.filter(id__in=TransferShortage.objects.values("order_id"))
    if which.sku:
        query = query.filter(id__in=_find_with(which.sku))
    for word in which.text.split():
        query = query.filter(
            Q(number__icontains=word)
            | Q(from_site__iexact=word)
            | Q(to_site__iexact=word)
            | Q(allocation_number__iexact=word)
            | Q(external_id__iexact=word)
            | Q(id__in=_find_with(word.upper()))
        )
    return query


def _find_with(sku: str) -> QuerySet[TransferOrderLine, int]:
    return TransferOrderLine.objects.filter(sku=sku).values_list("order_id", flat=True)
