"""Reads of channel orders: lists, one with all that hangs on it, the board, the exceptions."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import F, Q, Sum

from yipan.foundation.refusals import NotFound
from yipan.ledger.sku_levels import list_account_levels
from yipan.oms.models import ChannelOrder, FulfillmentOrder, OrderLine, SourcingDecision
from yipan.oms.models.fulfillment import STATES_OPEN as FULFILLMENT_OPEN
from yipan.oms.models.fulfillment import FulfillmentState
from yipan.oms.models.order import STATES_OPEN
from yipan.oms.queries.filtering import OrderFilter, filter_orders
from yipan.pool.book import SITE_BOOK
from yipan.pool.queries.promises import filter_on_hand

ROWS_MAX = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderRow:
    """An order as its list shows it. Quantities in smallest units."""

    number: str
    external_id: str
    channel: str
    state: str
    method: str
    customer_name: str
    placed_at: datetime
    due_on: date | None
    quantity: int
    quantity_shipped: int
    quantity_waiting: int
    sites: tuple[str, ...]
    cursor: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LineRow:
    """One line of an order."""

    line: int
    sku: str
    bundle: str
    quantity: int
    quantity_canceled: int
    quantity_placed: int
    quantity_shipped: int
    quantity_returned: int
    quantity_waiting: int
    quantity_cut: int
    amount_minor: int

    @property
    def quantity_wanted(self) -> int:
        """Return what the customer still wants of it, left or not."""
        return self.quantity - self.quantity_canceled - self.quantity_cut

    @property
    def is_reducible(self) -> bool:
        """Tell whether less of it can be taken: something has not left, and it is no part."""
        return not self.bundle and self.quantity_wanted > self.quantity_shipped


@dataclass(frozen=True, kw_only=True, slots=True)
class FulfillmentRow:
    """What one site does for an order."""

    number: str
    order: str
    channel: str
    site: str
    from_site: str
    transfer: str
    method: str
    state: str
    promise: str
    reason: str
    tracking: str
    due_on: date | None
    ready_at: datetime | None
    leave_by: datetime | None
    carrier: str
    pickup_code: str
    is_canceling: bool
    created_at: datetime
    lines: tuple[tuple[str, int, int, int], ...]
    cursor: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DecisionRow:
    """A decision of sourcing: its question, its plan, and why."""

    number: int
    trigger: str
    decided_at: datetime
    decided_by: str
    reason: str
    cost_minor: int
    question: Mapping[str, Any]
    plan: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class NoteRow:
    """What somebody wrote down."""

    text: str
    written_by: str
    written_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderDetail:
    """An order with all that hangs on it."""

    number: str
    external_id: str
    channel: str
    state: str
    method: str
    pickup_site: str
    origin_site: str
    pickup_fallback: str
    customer_name: str
    address: str
    region: str
    preset: str
    may_split: bool
    may_wait: bool
    priority: int
    due_on: date | None
    cancel_on: date | None
    backorder: str
    currency: str
    note: str
    placed_at: datetime
    created_by: str
    created_at: datetime
    lines: tuple[LineRow, ...]
    fulfillments: tuple[FulfillmentRow, ...]
    decisions: tuple[DecisionRow, ...]
    notes: tuple[NoteRow, ...]


def list_orders(which: OrderFilter, *, after: str = "", limit: int = 50) -> list[OrderRow]:
    """Return orders, the newest first; `after` is the cursor of the last row read."""
    query = filter_orders(which)
    if after.isdecimal():
        query = query.filter(pk__lt=int(after))
    found = list(query.order_by("-id")[: min(limit, ROWS_MAX)])
    sums = {
        row["order_id"]: row
        for row in OrderLine.objects.filter(order__in=found)
        .values("order_id")
        .annotate(
            ordered=Sum("quantity"),
            shipped=Sum("quantity_shipped"),
            waiting=Sum(F("quantity") - F("quantity_canceled") - F("quantity_placed")),
        )
    }
    sites: dict[int, list[str]] = {}
    rows = FulfillmentOrder.objects.filter(order__in=found).exclude(
        state__in=[FulfillmentState.REJECTED, FulfillmentState.CANCELED]
    )
    for order_id, site in rows.order_by("place").values_list("order_id", "site"):
        if site not in sites.setdefault(order_id, []):
            sites[order_id].append(site)
    return [
        OrderRow(
            number=it.number,
            external_id=it.external_id,
            channel=it.channel,
            state=it.state,
            method=it.method,
            customer_name=it.customer_name,
            placed_at=it.placed_at,
            due_on=it.due_on,
            quantity=sums[it.pk]["ordered"],
            quantity_shipped=sums[it.pk]["shipped"],
            quantity_waiting=sums[it.pk]["waiting"] if it.state in STATES_OPEN else 0,
            sites=tuple(sites.get(it.pk, ())),
            cursor=str(it.pk),
        )
        for it in found
    ]


def get_order(number: str, *, sites: Collection[str] | None = None) -> OrderDetail:
    """
    Return one order.

    :raises NotFound: if there is none, or none of its sites is within `sites`.
    """
    it = filter_orders(OrderFilter(sites=sites)).filter(number=number).first()
    if it is None:
        raise NotFound(kind="channel_order", id=number)
    names = {
        name: getattr(it, name)
        for name in OrderDetail.__dataclass_fields__
        if name not in {"lines", "fulfillments", "decisions", "notes"}
    }
    return OrderDetail(
        **names,
        lines=tuple(_make_line(line) for line in it.lines.order_by("line")),
        fulfillments=tuple(
            make_fulfillment(row)
            for row in it.fulfillments.select_related("order").order_by("place")
        ),
        decisions=tuple(_make_decision(row) for row in it.decisions.order_by("-number")[:ROWS_MAX]),
        notes=tuple(
            NoteRow(text=row.text, written_by=row.written_by, written_at=row.written_at)
            for row in it.notes.order_by("-id")[:ROWS_MAX]
        ),
    )


def get_fulfillment(number: str) -> FulfillmentRow:
    """
    Return one fulfillment order.

    :raises NotFound: if there is none of this number.
    """
    row = FulfillmentOrder.objects.select_related("order").filter(number=number).first()
    if row is None:
        raise NotFound(kind="fulfillment_order", id=number)
    return make_fulfillment(row)


def list_fulfillments(
    *,
    site: str = "",
    sites: Collection[str] | None = None,
    only_open: bool = True,
    after: str = "",
    limit: int = ROWS_MAX,
) -> list[FulfillmentRow]:
    """Return fulfillment orders, the oldest first; `after` is the cursor of the last row read."""
    query = FulfillmentOrder.objects.select_related("order").prefetch_related("lines")
    if only_open:
        query = query.filter(state__in=FULFILLMENT_OPEN)
    if site:
        query = query.filter(site=site)
    if sites is not None:
        query = query.filter(site__in=sites)
    if after.isdecimal():
        query = query.filter(pk__gt=int(after))
    return [make_fulfillment(row) for row in query.order_by("id")[: min(limit, ROWS_MAX)]]


def list_waiting(*, limit: int) -> list[str]:
    """Return the numbers of orders whose goods came, or of which some are free now, in order."""
    lines = OrderLine.objects.filter(
        order__state__in=STATES_OPEN,
        quantity__gt=F("quantity_canceled") + F("quantity_placed"),
    )
    skus = set(lines.values_list("sku", flat=True).distinct()[:5_000])
    free = {
        level.sku
        for level in list_account_levels(book=SITE_BOOK, skus=skus)
        if level.account.endswith("/available") and level.quantity > 0
    }
    pegged = ChannelOrder.objects.filter(state__in=STATES_OPEN).exclude(backorder="")
    come = filter_on_hand(list(pegged.values_list("backorder", flat=True)[:5_000]))
    query = ChannelOrder.objects.filter(
        Q(lines__in=lines.filter(sku__in=free)) | Q(backorder__in=come)
    ).distinct()
    return list(query.order_by("-priority", "id").values_list("number", flat=True)[:limit])


def list_aged(*, on: date, limit: int) -> list[str]:
    """Return the numbers of orders of which something waits though its day to cancel has come."""
    lines = OrderLine.objects.filter(quantity__gt=F("quantity_canceled") + F("quantity_placed"))
    query = ChannelOrder.objects.filter(state__in=STATES_OPEN, cancel_on__lte=on, lines__in=lines)
    return list(query.distinct().order_by("id").values_list("number", flat=True)[:limit])


def filter_seen(numbers: Collection[str], *, sites: Collection[str] | None) -> set[str]:
    """Return those of some orders that a scope sees."""
    query = filter_orders(OrderFilter(sites=sites)).filter(number__in=set(numbers))
    return set(query.values_list("number", flat=True))


def _make_line(line: OrderLine) -> LineRow:
    return LineRow(
        line=line.line,
        sku=line.sku,
        bundle=line.bundle,
        quantity=line.quantity,
        quantity_canceled=line.quantity_canceled,
        quantity_placed=line.quantity_placed,
        quantity_shipped=line.quantity_shipped,
        quantity_returned=line.quantity_returned,
        quantity_waiting=line.quantity - line.quantity_canceled - line.quantity_placed,
        quantity_cut=line.quantity_cut,
        amount_minor=line.amount_minor,
    )


def make_fulfillment(row: FulfillmentOrder) -> FulfillmentRow:
    """Return the plain row of a fulfillment order whose order was read with it."""
    return FulfillmentRow(
        number=row.number,
        order=row.order.number,
        channel=row.order.channel,
        site=row.site,
        from_site=row.from_site,
        transfer=row.transfer,
        method=row.method,
        state=row.state,
        promise=row.promise,
        reason=row.reason,
        tracking=row.tracking,
        due_on=row.due_on,
        ready_at=row.ready_at,
        leave_by=row.leave_by,
        carrier=row.carrier,
        pickup_code=row.pickup_code,
        is_canceling=row.is_canceling and row.state in FULFILLMENT_OPEN,
        created_at=row.created_at,
        lines=tuple(
            (it.sku, it.quantity, it.quantity_shipped, it.quantity_short)
            for it in sorted(row.lines.all(), key=lambda it: it.pk)
        ),
        cursor=str(row.pk),
    )


def _make_decision(row: SourcingDecision) -> DecisionRow:
    return DecisionRow(
        number=row.number,
        trigger=row.trigger,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        reason=row.reason,
        cost_minor=row.cost_minor,
        question=row.question,
        plan=row.plan,
    )
