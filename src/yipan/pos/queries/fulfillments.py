"""Reads of customers' orders at a store. Quantities in smallest units."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from yipan.foundation.handover import is_code
from yipan.foundation.refusals import NotFound
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SiteRow, SkuRow
from yipan.pos.models import StoreFulfillment
from yipan.pos.models.fulfillment import STATES_OPEN, FulfillmentState

ROWS_MAX = 1_000

#: In which order the queue is worked: what is waited for first.
QUEUE_ORDER = ("waiting", "accepted", "picked", "expired", "canceled", "staged")


@dataclass(frozen=True, kw_only=True, slots=True)
class FulfillmentFilter:
    """Which orders to list. `sites` is the asker's scope, None meaning all sites."""

    text: str = ""
    states: tuple[str, ...] = ()
    site: str = ""
    sites: frozenset[str] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class FulfillmentRow:
    """An order as a list shows it."""

    fulfillment_id: int
    number: str
    order_number: str
    method: str
    method_label: str
    state: str
    state_label: str
    site: SiteRow
    customer_name: str
    quantity: int
    line_count: int
    priority: int
    shelf: str
    accept_until: datetime | None
    due_at: datetime | None
    collect_until: datetime | None
    created_at: datetime
    closed_at: datetime | None
    is_to_put_back: bool

    @property
    def deadline(self) -> datetime | None:
        """Return until when the next step has to be taken; None when there is no hurry."""
        if self.state == "waiting":
            return self.accept_until or self.due_at
        return self.collect_until if self.state == "staged" else self.due_at

    def is_late(self, at: datetime) -> bool:
        """Tell whether the time of the next step is over."""
        return self.deadline is not None and at > self.deadline


@dataclass(frozen=True, kw_only=True, slots=True)
class FulfillmentLineRow:
    """One line of an order. `quantity_picked` counts what was scanned so far."""

    line: int
    sku: SkuRow
    quantity: int
    quantity_picked: int
    quantity_short: int
    from_place: str
    is_current: bool = False

    @property
    def is_full(self) -> bool:
        """Tell whether nothing more is wanted of it."""
        return self.quantity_picked >= self.quantity


@dataclass(frozen=True, kw_only=True, slots=True)
class FulfillmentDetail:
    """An order as its pages show it."""

    head: FulfillmentRow
    reservation: str
    ship_to_name: str
    address: str
    carrier: str
    service: str
    note: str
    may_be_partial: bool
    accepted_by: str
    accepted_at: datetime | None
    picked_by: str
    left_by: str
    left_at: datetime | None
    proof: str
    reject_reason: str
    shipment_number: str
    parcels: tuple[dict[str, object], ...]
    message_id: UUID
    told_id: UUID | None
    lines: tuple[FulfillmentLineRow, ...]

    @property
    def book_code(self) -> str:
        """Return the book it is posted in."""
        return f"pos:{self.head.site.code}"

    @property
    def current(self) -> FulfillmentLineRow | None:
        """Return the line scanned last."""
        return next((line for line in self.lines if line.is_current), None)

    @property
    def quantity_picked(self) -> int:
        """Return everything picked so far."""
        return sum(line.quantity_picked for line in self.lines)

    @property
    def is_full(self) -> bool:
        """Tell whether everything is picked."""
        return all(line.is_full for line in self.lines)


def list_queue(*, site: str, limit: int = 100) -> list[FulfillmentRow]:
    """Return the orders a store has something to do with, the most urgent first."""
    assert 0 < limit <= ROWS_MAX
    query = StoreFulfillment.objects.filter(site=site)
    query = query.filter(Q(state__in=STATES_OPEN) | Q(is_to_put_back=True))
    rows = _make_rows(query.order_by("-priority", "due_at", "id")[:limit])
    return sorted(
        rows,
        key=lambda row: (
            QUEUE_ORDER.index(row.state),
            -row.priority,
            row.deadline or row.created_at,
            row.fulfillment_id,
        ),
    )


def count_queue(sites: Iterable[str]) -> int:
    """Return how many orders wait for somebody at some stores; those on the shelf do not."""
    query = StoreFulfillment.objects.filter(site__in=list(sites))
    waiting = Q(state__in=["waiting", "accepted", "picked", "expired"]) | Q(is_to_put_back=True)
    return query.filter(waiting).count()


def list_fulfillments(
    which: FulfillmentFilter, *, after: str = "", limit: int = 50
) -> list[FulfillmentRow]:
    """Return orders, the last heard first; `after` is the `fulfillment_id` read so far."""
    assert 0 < limit <= ROWS_MAX
    query = StoreFulfillment.objects.all()
    if which.sites is not None:
        query = query.filter(site__in=which.sites)
    if which.site:
        query = query.filter(site=which.site)
    if which.states:
        query = query.filter(state__in=which.states)
    text = which.text.strip()
    if text:
        query = query.filter(
            Q(number__istartswith=text)
            | Q(order_number__istartswith=text)
            | Q(customer_name__icontains=text)
            | Q(lines__contains=[{"sku": text.upper()}])
        )
    if after.isdigit():
        query = query.filter(id__lt=int(after[:18]))
    return _make_rows(query.order_by("-id")[:limit])


def find_scanned(*, site: str, text: str) -> str:
    """
    Return the number of the order somebody means by a scan: its number, its order's, or the
    code of a customer whose goods wait. Empty when it is none, or the code of two.
    """
    text = text.strip()[:96]
    if not text:
        return ""
    query = StoreFulfillment.objects.filter(site=site)
    named = query.filter(Q(number__iexact=text) | Q(order_number__iexact=text)).order_by("-id")
    number = named.values_list("number", flat=True).first()
    if number:
        return str(number)
    staged = query.filter(
        state__in=[FulfillmentState.PICKED, FulfillmentState.STAGED, FulfillmentState.EXPIRED]
    )
    fitting = [
        row.number
        for row in staged.only("number", "pickup_code_hash").order_by("id")[:ROWS_MAX]
        if is_code(number=row.number, code=text, code_hash=row.pickup_code_hash)
    ]
    return fitting[0] if len(fitting) == 1 else ""


def get_fulfillment_site(number: str) -> str:
    """
    Return the site of an order.

    :raises NotFound: if there is none of this number.
    """
    return _get(number).site


def get_fulfillment(number: str) -> FulfillmentDetail:
    """
    Return one order with its lines.

    :raises NotFound: if there is none of this number.
    """
    order = _get(number)
    [head] = _make_rows([order])
    return FulfillmentDetail(
        head=head,
        reservation=order.reservation,
        ship_to_name=order.ship_to_name,
        address=order.address,
        carrier=order.carrier,
        service=order.service,
        note=order.note,
        may_be_partial=order.may_be_partial,
        accepted_by=order.accepted_by,
        accepted_at=order.accepted_at,
        picked_by=order.picked_by,
        left_by=order.left_by,
        left_at=order.left_at,
        proof=order.proof,
        reject_reason=order.reject_reason,
        shipment_number=order.shipment_number,
        parcels=tuple(order.parcels),
        message_id=order.message_id,
        told_id=order.told_id,
        lines=_list_lines(order),
    )


def _list_lines(order: StoreFulfillment) -> tuple[FulfillmentLineRow, ...]:
    skus = masterdata.find_skus({line["sku"] for line in order.lines})
    is_picking = order.state == FulfillmentState.ACCEPTED
    scanned: dict[str, int] = {}
    last = ""
    if is_picking:
        for scan in order.scans.filter(undone_at=None).order_by("position"):
            scanned[scan.sku] = scanned.get(scan.sku, 0) + scan.quantity
            last = scan.sku
    rows = []
    for line in order.lines:
        taken = min(scanned.get(line["sku"], 0), line["quantity"])
        scanned[line["sku"]] = scanned.get(line["sku"], 0) - taken
        rows.append(
            FulfillmentLineRow(
                line=line["line"],
                sku=skus[line["sku"]],
                quantity=line["quantity"],
                quantity_picked=taken if is_picking else line["quantity_picked"],
                quantity_short=line["quantity_short"],
                from_place=line["from_place"],
                is_current=line["sku"] == last,
            )
        )
    if is_picking:
        rows.sort(key=lambda row: (not row.is_current, row.is_full))
    return tuple(rows)


def _get(number: str) -> StoreFulfillment:
    order = StoreFulfillment.objects.filter(number=number).first()
    if order is None:
        raise NotFound(kind="store_fulfillment", id=number)
    return order


def _make_rows(orders: Iterable[StoreFulfillment]) -> list[FulfillmentRow]:
    rows = list(orders)
    sites = masterdata.find_sites({row.site for row in rows})
    return [
        FulfillmentRow(
            fulfillment_id=row.id,
            number=row.number,
            order_number=row.order_number,
            method=row.method,
            method_label=row.get_method_display(),
            state=row.state,
            state_label=row.get_state_display(),
            site=sites[row.site],
            customer_name=row.customer_name,
            quantity=sum(line["quantity"] for line in row.lines),
            line_count=len(row.lines),
            priority=row.priority,
            shelf=row.shelf,
            accept_until=row.accept_until,
            due_at=row.due_at,
            collect_until=row.collect_until,
            created_at=row.created_at,
            closed_at=row.closed_at,
            is_to_put_back=row.is_to_put_back,
        )
        for row in rows
    ]
