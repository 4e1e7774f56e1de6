"""Reads of purchase orders. Quantities in smallest units, money in minor units."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import BigIntegerField, Case, F, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce, Greatest

from yipan.erp.models import PurchaseOrder, PurchaseOrderLine
from yipan.erp.models.purchase_order import STATES_ON_ORDER
from yipan.foundation.refusals import NotFound
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SiteRow, SkuRow, SupplierRow

ROWS_MAX = 1_000

#: How a list may be ordered: the name in the address to the columns.
ORDERS: Mapping[str, tuple[str, ...]] = {
    "-number": ("-id",),
    "number": ("id",),
    "expected": (F("expected_on").asc(nulls_last=True), "id"),  # type: ignore[dict-item]
    "-expected": (F("expected_on").desc(nulls_last=True), "-id"),  # type: ignore[dict-item]
}

_OPEN = Case(
    When(lines__is_closed=True, then=Value(0)),
    default=Greatest(
        F("lines__quantity_ordered") - F("lines__quantity_received"),
        Value(0),
        output_field=BigIntegerField(),
    ),
    output_field=BigIntegerField(),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderFilter:
    """Which orders to list. `sites` is the asker's scope, None meaning all sites."""

    text: str = ""
    states: tuple[str, ...] = ()
    site: str = ""
    supplier: str = ""
    sku: str = ""
    sites: frozenset[str] | None = None
    late_on: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderRow:
    """An order as a list shows it."""

    number: str
    state: str
    site: SiteRow
    supplier: SupplierRow
    currency: str
    expected_on: date | None
    created_by: str
    created_at: datetime
    line_count: int
    quantity_ordered: int
    quantity_received: int
    quantity_open: int
    value_minor: int


@dataclass(frozen=True, kw_only=True, slots=True)
class OnOrderRow:
    """What is still to come of one SKU to one site."""

    site: str
    sku: str
    quantity: int

    @property
    def cursor(self) -> str:
        """Return where the page behind this row begins."""
        return f"{self.site}/{self.sku}"


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderLineRow:
    """A line of an order; the name of its SKU as it is now."""

    line: int
    sku: SkuRow
    quantity_ordered: int
    quantity_received: int
    quantity_damaged: int
    quantity_blocked: int
    quantity_returned: int
    quantity_open: int
    unit_cost_minor: int
    unit_cost_list_minor: int | None
    amount_minor: int
    case_size: int
    expected_on: date | None
    is_closed: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderDetail:
    """An order as its page shows it."""

    number: str
    state: str
    site: SiteRow
    supplier: SupplierRow
    currency: str
    expected_on: date | None
    tolerance_percent: int
    tolerance_quantity: int
    tolerance_under_percent: int
    tolerance_under_quantity: int
    note: str
    version: int
    created_by: str
    created_at: datetime
    approved_by: str
    inbound_order_number: str
    external_id: str
    lines: tuple[OrderLineRow, ...]

    @property
    def wms_book(self) -> str:
        """Return the book of the warehouse the order is for."""
        return f"wms:{self.site.code}"

    @property
    def quantity_ordered(self) -> int:
        """Return the sum of what was ordered."""
        return sum(line.quantity_ordered for line in self.lines)

    @property
    def quantity_received(self) -> int:
        """Return the sum of what came."""
        return sum(line.quantity_received for line in self.lines)

    @property
    def quantity_open(self) -> int:
        """Return the sum of what is still to come."""
        return sum(line.quantity_open for line in self.lines)

    @property
    def value_minor(self) -> int:
        """Return what the order costs as ordered."""
        return sum(line.amount_minor for line in self.lines)


def list_orders(
    which: OrderFilter, *, sort: str = "-number", after: str = "", limit: int = 50
) -> list[OrderRow]:
    """
    Return orders in the order named by `sort`; those behind the order numbered `after`.

    Orders that are expected on no day come last, whichever way they are sorted by it.
    """
    assert 0 < limit <= ROWS_MAX
    sort = sort if sort in ORDERS else "-number"
    query = _filter(which).order_by(*ORDERS[sort])
    known = PurchaseOrder.objects.filter(number=after).first()
    if known is not None:
        query = query.filter(_find_behind(known, sort=sort))
    query = query.annotate(
        line_count=Coalesce(Sum(Value(1), filter=Q(lines__isnull=False)), 0),
        ordered=Coalesce(Sum("lines__quantity_ordered"), 0, output_field=BigIntegerField()),
        received=Coalesce(Sum("lines__quantity_received"), 0, output_field=BigIntegerField()),
        open=Coalesce(Sum(_OPEN), 0, output_field=BigIntegerField()),
        value=Coalesce(
            Sum(F("lines__quantity_ordered") * F("lines__unit_cost_minor")),
            0,
            output_field=BigIntegerField(),
        ),
    )
    orders = list(query[:limit])
    sites = masterdata.find_sites({order.site for order in orders})
    suppliers = masterdata.find_suppliers({order.supplier for order in orders})
    return [
        OrderRow(
            number=order.number,
            state=order.state,
            site=sites[order.site],
            supplier=suppliers[order.supplier],
            currency=order.currency,
            expected_on=order.expected_on,
            created_by=order.created_by,
            created_at=order.created_at,
            line_count=order.line_count,
            quantity_ordered=order.ordered,
            quantity_received=order.received,
            quantity_open=order.open,
            value_minor=order.value,
        )
        for order in orders
    ]


def _find_behind(known: PurchaseOrder, *, sort: str) -> Q:
    """Return what stands behind an order in a list."""
    step = "lt" if sort.startswith("-") else "gt"
    later = Q(**{f"id__{step}": known.pk})
    if "expected" not in sort:
        return later
    if known.expected_on is None:
        return Q(expected_on__isnull=True) & later
    same = Q(expected_on=known.expected_on) & later
    return same | Q(**{f"expected_on__{step}": known.expected_on}) | Q(expected_on__isnull=True)


def count_orders(which: OrderFilter) -> int:
    """Return how many orders there are, counted up to 1,000."""
    return _filter(which).order_by()[:ROWS_MAX].count()


def get_order_site(number: str) -> str:
    """
    Return the site an order is for.

    :raises NotFound: if the number was never given out.
    """
    site = PurchaseOrder.objects.filter(number=number).values_list("site", flat=True).first()
    if site is None:
        raise NotFound(kind="purchase_order", id=number)
    return site


def get_order(number: str) -> OrderDetail:
    """
    Return one order with its lines.

    :raises NotFound: if the number was never given out.
    """
    order = PurchaseOrder.objects.filter(number=number).first()
    if order is None:
        raise NotFound(kind="purchase_order", id=number)
    lines = list(order.lines.order_by("line"))
    skus = masterdata.find_skus({line.sku for line in lines})
    return OrderDetail(
        number=order.number,
        state=order.state,
        site=masterdata.get_site(order.site),
        supplier=masterdata.get_supplier(order.supplier),
        currency=order.currency,
        expected_on=order.expected_on,
        tolerance_percent=order.tolerance_percent,
        tolerance_quantity=order.tolerance_quantity,
        tolerance_under_percent=order.tolerance_under_percent,
        tolerance_under_quantity=order.tolerance_under_quantity,
        note=order.note,
        version=order.version,
        created_by=order.created_by,
        created_at=order.created_at,
        approved_by=order.approved_by,
        inbound_order_number=order.inbound_order_number,
        external_id=order.external_id,
        lines=tuple(
            OrderLineRow(
                line=line.line,
                sku=skus[line.sku],
                quantity_ordered=line.quantity_ordered,
                quantity_received=line.quantity_received,
                quantity_damaged=line.quantity_damaged,
                quantity_blocked=line.quantity_blocked,
                quantity_returned=line.quantity_returned,
                quantity_open=0
                if line.is_closed
                else max(0, line.quantity_ordered - line.quantity_received),
                unit_cost_minor=line.unit_cost_minor,
                unit_cost_list_minor=line.unit_cost_list_minor,
                amount_minor=line.quantity_ordered * line.unit_cost_minor,
                case_size=line.case_size,
                expected_on=line.expected_on,
                is_closed=line.is_closed,
            )
            for line in lines
        ),
    )


def list_quantities_on_order(
    *, skus: Collection[str] | None = None, sites: Collection[str] | None = None
) -> dict[tuple[str, str], int]:
    """
    Return what is on order (采购在途): (site, SKU) to the quantity still to come.

    Derived from the orders that were sent and are not closed; nothing is posted for it.
    """
    rows = _sum_on_order(skus=skus, sites=sites)
    return {(site, sku): quantity for site, sku, quantity in rows}


def list_on_order(
    *, skus: Collection[str] | None, sites: Collection[str] | None, after: str, limit: int
) -> list[OnOrderRow]:
    """Return a page of what is on order, by site and SKU; `after` is the last cursor before it."""
    rows = _sum_on_order(skus=skus, sites=sites)
    site, _slash, sku = after.partition("/")
    if site:
        rows = rows.filter(Q(order__site__gt=site) | Q(order__site=site, sku__gt=sku))
    return [OnOrderRow(site=each, sku=sku, quantity=open_) for each, sku, open_ in rows[:limit]]


def _sum_on_order(
    *, skus: Collection[str] | None, sites: Collection[str] | None
) -> QuerySet[PurchaseOrderLine, tuple[str, str, int]]:
    query = PurchaseOrderLine.objects.filter(order__state__in=STATES_ON_ORDER)
    query = query.filter(quantity_ordered__gt=F("quantity_received"), is_closed=False)
    if skus is not None:
        query = query.filter(sku__in=skus)
    if sites is not None:
        query = query.filter(order__site__in=sites)
    rows = query.values_list("order__site", "sku").annotate(
        open=Sum(F("quantity_ordered") - F("quantity_received"))
    )
    return rows.order_by("order__site", "sku")


def _filter(which: OrderFilter) -> QuerySet[PurchaseOrder]:
    query = PurchaseOrder.objects.all()
    if which.sites is not None:
        query = query.filter(site__in=which.sites)
    if which.site:
        query = query.filter(site=which.site)
    if which.states:
        query = query.filter(state__in=which.states)
    if which.supplier:
        query = query.filter(supplier=which.supplier)
    if which.late_on is not None:
        query = query.filter(state__in=STATES_ON_ORDER, expected_on__lt=which.late_on)
    if which.sku:
        query = query.filter(id__in=_find_orders_with(which.sku))
    for word in which.text.split():
        suppliers = [row.code for row in masterdata.list_suppliers(text=word, limit=100)]
        query = query.filter(
            Q(number__icontains=word)
            | Q(supplier__in=suppliers)
            | Q(id__in=_find_orders_with(word.upper()))
            | Q(external_id__iexact=word)
        )
    return query


def _find_orders_with(sku: str) -> QuerySet[PurchaseOrderLine, int]:
    return PurchaseOrderLine.objects.filter(sku=sku).values_list("order_id", flat=True)
