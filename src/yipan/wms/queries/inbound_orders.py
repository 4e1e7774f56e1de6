"""Reads of inbound orders. Quantities in smallest units."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import BigIntegerField, F, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce, Greatest

from yipan.foundation.refusals import NotFound
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SiteRow, SkuRow, SupplierRow
from yipan.wms.models import InboundOrder
from yipan.wms.models.inbound_order import STATES_OPEN

ROWS_MAX = 1_000

_OPEN = Greatest(
    F("lines__quantity_expected") - F("lines__quantity_received"),
    Value(0),
    output_field=BigIntegerField(),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class InboundFilter:
    """Which inbound orders to list. `sites` is the asker's scope, None meaning all sites."""

    text: str = ""
    states: tuple[str, ...] = ()
    site: str = ""
    sites: frozenset[str] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class InboundRow:
    """
    An inbound order as a list shows it.

    `supplier_row` is the supplier as known here; where it is not, the hub's name stands.
    """

    number: str
    state: str
    site: SiteRow
    supplier: str
    supplier_name: str
    supplier_row: SupplierRow | None
    purchase_order_number: str
    expected_on: date | None
    created_at: datetime
    quantity_expected: int
    quantity_received: int
    quantity_open: int


@dataclass(frozen=True, kw_only=True, slots=True)
class InboundLineRow:
    """A line of an inbound order."""

    line: int
    sku: SkuRow
    quantity_expected: int
    quantity_received: int
    quantity_damaged: int
    quantity_blocked: int
    quantity_open: int


@dataclass(frozen=True, kw_only=True, slots=True)
class InboundDetail:
    """An inbound order as its page shows it."""

    head: InboundRow
    tolerance_percent: int
    is_open: bool
    arrived_at: datetime | None
    arrived_by: str
    dock: str
    lines: tuple[InboundLineRow, ...]

    @property
    def book_code(self) -> str:
        """Return the book its receipts post into."""
        return f"wms:{self.head.site.code}"


def list_inbound_orders(
    which: InboundFilter, *, after: str = "", limit: int = 50
) -> list[InboundRow]:
    """Return inbound orders, the last released first; those behind the one numbered `after`."""
    assert 0 < limit <= ROWS_MAX
    query = _filter(which)
    known = InboundOrder.objects.filter(number=after).values_list("id", flat=True).first()
    if known is not None:
        query = query.filter(id__lt=known)
    return _read_rows(_sum_up(query).order_by("-id")[:limit])


def count_inbound_orders(which: InboundFilter) -> int:
    """Return how many inbound orders there are, counted up to 1,000."""
    return _filter(which)[:ROWS_MAX].count()


def get_inbound_order(number: str) -> InboundDetail:
    """
    Return one inbound order with its lines.

    :raises NotFound: if there is none of this number.
    """
    order = _sum_up(InboundOrder.objects.filter(number=number)).first()
    if order is None:
        raise NotFound(kind="inbound_order", id=number)
    lines = list(order.lines.order_by("line"))
    skus = masterdata.find_skus({line.sku for line in lines})
    [head] = _read_rows([order])
    return InboundDetail(
        head=head,
        tolerance_percent=order.tolerance_percent,
        is_open=order.state in STATES_OPEN,
        arrived_at=order.arrived_at,
        arrived_by=order.arrived_by,
        dock=order.dock,
        lines=tuple(
            InboundLineRow(
                line=line.line,
                sku=skus[line.sku],
                quantity_expected=line.quantity_expected,
                quantity_received=line.quantity_received,
                quantity_damaged=line.quantity_damaged,
                quantity_blocked=line.quantity_blocked,
                quantity_open=max(0, line.quantity_expected - line.quantity_received),
            )
            for line in lines
        ),
    )


def _filter(which: InboundFilter) -> QuerySet[InboundOrder]:
    query = InboundOrder.objects.all()
    if which.sites is not None:
        query = query.filter(site__in=which.sites)
    if which.site:
        query = query.filter(site=which.site)
    if which.states:
        query = query.filter(state__in=which.states)
    for word in which.text.split():
        query = query.filter(
            Q(number__icontains=word)
            | Q(purchase_order_number__icontains=word)
            | Q(supplier__icontains=word)
            | Q(supplier_name__icontains=word)
        )
    return query


def _sum_up(query: QuerySet[InboundOrder]) -> QuerySet[InboundOrder]:
    return query.annotate(
        expected=Coalesce(Sum("lines__quantity_expected"), 0, output_field=BigIntegerField()),
        received=Coalesce(Sum("lines__quantity_received"), 0, output_field=BigIntegerField()),
        open=Coalesce(Sum(_OPEN), 0, output_field=BigIntegerField()),
    )


def _read_rows(orders: Iterable[Any]) -> list[InboundRow]:
    rows = list(orders)
    sites = masterdata.find_sites({row.site for row in rows})
    suppliers = masterdata.find_suppliers({row.supplier for row in rows if row.supplier})
    return [
        InboundRow(
            number=row.number,
            state=row.state,
            site=sites[row.site],
            supplier=row.supplier,
            supplier_name=row.supplier_name,
            supplier_row=suppliers.get(row.supplier),
            purchase_order_number=row.purchase_order_number,
            expected_on=row.expected_on,
            created_at=row.created_at,
            quantity_expected=row.expected,
            quantity_received=row.received,
            quantity_open=row.open,
        )
        for row in rows
    ]
