"""Reads of outbound orders, their picks and shipments. Quantities in smallest units."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import BigIntegerField, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from yipan.foundation.refusals import NotFound
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SiteRow, SkuRow
from yipan.wms.models import OutboundLine, OutboundOrder, Pick
from yipan.wms.models.outbound_order import STATES_OPEN
from yipan.wms.queries.lots import find_lots

ROWS_MAX = 1_000


@dataclass(frozen=True, kw_only=True, slots=True)
class OutboundFilter:
    """Which outbound orders to list. `sites` is the asker's scope, None meaning all sites."""

    text: str = ""
    states: tuple[str, ...] = ()
    site: str = ""
    sites: frozenset[str] | None = None
    wave: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class OutboundRow:
    """An outbound order as a list shows it."""

    number: str
    state: str
    site: SiteRow
    order_type: str
    document_number: str
    ship_to: str
    ship_to_name: str
    due_on: date | None
    carrier: str
    priority: int
    wave: str
    created_at: datetime
    quantity_ordered: int
    quantity_shipped: int
    quantity_picked: int
    quantity_to_pick: int

    @property
    def shown_state(self) -> str:
        """Return the state as people say it: what is released is to be picked."""
        return "to_pick" if self.state == "released" else self.state


@dataclass(frozen=True, kw_only=True, slots=True)
class OutboundLineRow:
    """A line of an outbound order: what is set aside, picked, shipped, and lacks goods."""

    line: int
    sku: SkuRow
    quantity_ordered: int
    quantity_reserved: int
    quantity_picked: int
    quantity_shipped: int
    quantity_missing: int

    @property
    def quantity_uncovered(self) -> int:
        """Return what nothing is set aside for yet."""
        covered = self.quantity_reserved + self.quantity_picked + self.quantity_shipped
        return max(0, self.quantity_ordered - self.quantity_missing - covered)


@dataclass(frozen=True, kw_only=True, slots=True)
class PickRow:
    """One pick: from which bin how much, and what the picker found."""

    pick_id: int
    order: str
    line: int
    sku: SkuRow
    state: str
    bin_code: str
    zone: str
    quantity: int
    quantity_picked: int
    place: str
    capture_mode: str
    picked_by: str
    device: str
    picked_at: datetime | None
    claimed_by: str
    is_bin_scanned: bool
    is_empty_asked: bool
    is_product_scanned: bool = False
    parcel: str = ""
    lot: str = ""
    expires_on: date | None = None
    serials: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ShipmentRow:
    """A shipment of an order."""

    number: str
    state: str
    is_last: bool
    tracking: str
    created_by: str
    created_at: datetime
    quantity: int


@dataclass(frozen=True, kw_only=True, slots=True)
class OutboundDetail:
    """An outbound order as its page shows it."""

    head: OutboundRow
    is_open: bool
    may_be_partial: bool
    note: str
    postings_count: int
    lines: tuple[OutboundLineRow, ...]
    picks: tuple[PickRow, ...]
    shipments: tuple[ShipmentRow, ...]

    @property
    def book_code(self) -> str:
        """Return the book its picks post into."""
        return f"wms:{self.head.site.code}"

    @property
    def quantity_uncovered(self) -> int:
        """Return what nothing is set aside for yet."""
        return sum(line.quantity_uncovered for line in self.lines)


def list_outbound_orders(
    which: OutboundFilter, *, after: str = "", limit: int = 50
) -> list[OutboundRow]:
    """Return outbound orders, the last released first; those behind the one numbered `after`."""
    assert 0 < limit <= ROWS_MAX
    query = filter_orders(which)
    known = OutboundOrder.objects.filter(number=after).values_list("id", flat=True).first()
    if known is not None:
        query = query.filter(id__lt=known)
    return read_rows(query.order_by("-id")[:limit])


def list_urgent_orders(which: OutboundFilter, *, limit: int = 50) -> list[OutboundRow]:
    """Return outbound orders as they should be worked off: by priority, then the earliest due."""
    assert 0 < limit <= ROWS_MAX
    order = ("-priority", F("due_on").asc(nulls_last=True), "id")
    return read_rows(filter_orders(which).order_by(*order)[:limit])


def get_outbound_site(number: str) -> str:
    """
    Return the site of an outbound order.

    :raises NotFound: if there is none of this number.
    """
    site = OutboundOrder.objects.filter(number=number).values_list("site", flat=True).first()
    if site is None:
        raise NotFound(kind="outbound_order", id=number)
    return str(site)


def find_pick(pick_id: int) -> tuple[str, str]:
    """
    Return the site and the order of a pick.

    :raises NotFound: if there is no such pick.
    """
    found = Pick.objects.filter(pk=pick_id).values_list("order__site", "order__number").first()
    if found is None:
        raise NotFound(kind="pick", id=str(pick_id))
    return found


def get_pick(pick_id: int) -> PickRow:
    """Return one pick that is known to be there."""
    [row] = read_picks(Pick.objects.filter(pk=pick_id))
    return row


def list_picks(number: str) -> list[PickRow]:
    """Return the picks of one order, in the order one walks, without those canceled."""
    picks = Pick.objects.filter(order__number=number).exclude(state="canceled")
    return read_picks(picks.order_by("path", "id"))


def get_outbound_order(number: str) -> OutboundDetail:
    """
    Return one outbound order with lines, picks and shipments.

    :raises NotFound: if there is none of this number.
    """
    order = OutboundOrder.objects.filter(number=number).first()
    if order is None:
        raise NotFound(kind="outbound_order", id=number)
    [head] = read_rows(OutboundOrder.objects.filter(pk=order.pk))
    picks = read_picks(order.picks.exclude(state="canceled").order_by("path", "id"))
    shipments = order.shipments.annotate(
        total=Coalesce(Sum("lines__quantity"), 0, output_field=BigIntegerField())
    ).order_by("id")
    return OutboundDetail(
        head=head,
        is_open=order.state in STATES_OPEN,
        may_be_partial=order.may_be_partial,
        note=order.note,
        postings_count=order.postings_count,
        lines=tuple(_read_lines(order, picks)),
        picks=tuple(picks),
        shipments=tuple(
            ShipmentRow(
                number=row.number,
                state=row.state,
                is_last=row.is_last,
                tracking=row.tracking,
                created_by=row.created_by,
                created_at=row.created_at,
                quantity=row.total,
            )
            for row in shipments
        ),
    )


def _read_lines(order: OutboundOrder, picks: Iterable[PickRow]) -> list[OutboundLineRow]:
    lines = list(order.lines.order_by("line"))
    skus = masterdata.find_skus({line.sku for line in lines})
    reserved: dict[int, int] = {}
    picked: dict[int, int] = {}
    for pick in picks:
        if pick.state == "open":
            reserved[pick.line] = reserved.get(pick.line, 0) + pick.quantity
        if pick.state == "picked":
            picked[pick.line] = picked.get(pick.line, 0) + pick.quantity_picked
    return [
        OutboundLineRow(
            line=line.line,
            sku=skus[line.sku],
            quantity_ordered=line.quantity_ordered,
            quantity_reserved=reserved.get(line.line, 0),
            quantity_picked=picked.get(line.line, 0),
            quantity_shipped=line.quantity_shipped,
            quantity_missing=line.quantity_missing,
        )
        for line in lines
    ]


def filter_orders(which: OutboundFilter) -> QuerySet[OutboundOrder]:
    """Return the query of the orders somebody may see and wants."""
    query = OutboundOrder.objects.all()
    if which.sites is not None:
        query = query.filter(site__in=which.sites)
    if which.site:
        query = query.filter(site=which.site)
    if which.states:
        query = query.filter(state__in=which.states)
    if which.wave:
        query = query.filter(wave__number=which.wave)
    for word in which.text.split():
        query = query.filter(
            Q(number__icontains=word)
            | Q(document_number__icontains=word)
            | Q(ship_to__icontains=word)
            | Q(ship_to_name__icontains=word)
        )
    return query


def _sum_of(query: QuerySet[Any], field: str) -> Coalesce:
    """Return the sum of a field over the rows of each order; sums of two joins would multiply."""
    sums = query.filter(order=OuterRef("pk")).order_by().values("order")
    return Coalesce(
        Subquery(sums.annotate(total=Sum(field)).values("total"), output_field=BigIntegerField()),
        0,
        output_field=BigIntegerField(),
    )


def read_rows(query: QuerySet[OutboundOrder]) -> list[OutboundRow]:
    """Return the rows of a query over orders, in its order."""
    orders: list[Any] = list(
        query.select_related("wave").annotate(
            ordered=_sum_of(OutboundLine.objects.all(), "quantity_ordered"),
            shipped=_sum_of(OutboundLine.objects.all(), "quantity_shipped"),
            picked=_sum_of(Pick.objects.filter(state="picked"), "quantity_picked"),
            to_pick=_sum_of(Pick.objects.filter(state="open"), "quantity"),
        )
    )
    sites = masterdata.find_sites({row.site for row in orders})
    return [
        OutboundRow(
            number=row.number,
            state=row.state,
            site=sites[row.site],
            order_type=row.order_type,
            document_number=row.document_number,
            ship_to=row.ship_to,
            ship_to_name=row.ship_to_name,
            due_on=row.due_on,
            carrier=row.carrier,
            priority=row.priority,
            wave=row.wave.number if row.wave else "",
            created_at=row.created_at,
            quantity_ordered=row.ordered,
            quantity_shipped=row.shipped,
            quantity_picked=row.picked,
            quantity_to_pick=row.to_pick,
        )
        for row in orders
    ]


def read_picks(query: QuerySet[Pick]) -> list[PickRow]:
    """Return the rows of a query over picks, in its order."""
    picks = list(query.select_related("order", "line", "parcel"))
    skus = masterdata.find_skus({pick.sku for pick in picks})
    told_apart = {(pick.order.site, pick.sku) for pick in picks if pick.lot}
    ends = {
        (site, *key): row.expires_on
        for site in {site for site, _ in told_apart}
        for key, row in find_lots(site, {sku for _, sku in told_apart}).items()
    }
    return [
        PickRow(
            pick_id=pick.pk,
            order=pick.order.number,
            line=pick.line.line,
            sku=skus[pick.sku],
            state=pick.state,
            bin_code=pick.bin_code,
            zone=pick.zone,
            quantity=pick.quantity,
            quantity_picked=pick.quantity_picked,
            place=pick.place,
            capture_mode=pick.capture_mode,
            picked_by=pick.picked_by,
            device=pick.device,
            picked_at=pick.picked_at,
            claimed_by=pick.claimed_by,
            is_bin_scanned=pick.is_bin_scanned,
            is_empty_asked=pick.is_empty_asked,
            is_product_scanned=pick.is_product_scanned,
            parcel=pick.parcel.number if pick.parcel else "",
            lot=pick.lot,
            expires_on=ends.get((pick.order.site, pick.sku, pick.lot)),
            serials=tuple(pick.serials),
        )
        for pick in picks
    ]
