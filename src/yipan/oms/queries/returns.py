"""Reads of returns of orders, as plain rows."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import BooleanField, F, Func, JSONField, Q, QuerySet, TextField, Value

from yipan.foundation.refusals import NotFound
from yipan.oms.models import ChannelOrder, OrderReturn
from yipan.oms.models.order_return import OrderReturnState
from yipan.oms.queries.filtering import OrderFilter, filter_orders

ROWS_MAX = 200
#: In these states somebody still has to do something.
STATES_WAITING = (
    OrderReturnState.ANNOUNCED,
    OrderReturnState.PARTLY_RECEIVED,
    OrderReturnState.RECEIVED,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ReturnLineRow:
    """So much of a SKU that comes back, and how much of it came."""

    sku: str
    quantity: int
    quantity_received: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ReceiptRow:
    """One document by which a site took goods back."""

    site: str
    document: str
    lines: tuple[tuple[str, int, str], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ReturnRow:
    """A return of an order: what was announced, what came where, the refund as a reference."""

    number: str
    order: str
    external_id: str
    state: str
    site: str
    reason: str
    refund_minor: int
    refund_reference: str
    created_by: str
    created_at: datetime
    received_at: datetime | None
    lines: tuple[ReturnLineRow, ...]
    receipts: tuple[ReceiptRow, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ReturnFilter:
    """
    Which returns: in a state, expected or taken back at a site, announced before a moment.

    `text` is the beginning of a return's or its order's number, or an outside number of either.
    `sites` is a scope.
    """

    state: str = ""
    site: str = ""
    text: str = ""
    before: datetime | None = None
    sites: Collection[str] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedReturn:
    """A return in a list, with the channel and the currency of its order."""

    detail: ReturnRow
    channel: str
    currency: str
    cursor: str


def search_returns(which: ReturnFilter, *, after: str = "", limit: int = 50) -> list[ListedReturn]:
    """
    Return returns of all orders: in a state that waits for somebody the oldest first, else the
    newest. `after` is the cursor of the last row read.
    """
    is_rising = which.state in STATES_WAITING
    query = _filter(which)
    if after.isdecimal():
        query = query.filter(**{"pk__gt" if is_rising else "pk__lt": int(after)})
    query = query.select_related("order").prefetch_related("lines")
    found = query.order_by("pk" if is_rising else "-pk")[: min(limit, ROWS_MAX)]
    return [
        ListedReturn(
            detail=_make(row),
            channel=row.order.channel,
            currency=row.order.currency,
            cursor=str(row.pk),
        )
        for row in found
    ]


def _filter(which: ReturnFilter) -> QuerySet[OrderReturn]:
    query = OrderReturn.objects.all()
    if which.sites is not None:
        orders = filter_orders(OrderFilter(sites=which.sites))
        query = query.filter(order__in=orders.values("pk"))
    if which.state:
        query = query.filter(state=which.state)
    if which.site:
        query = query.filter(Q(site=which.site) | Q(_CameTo(which.site)))
    if which.before is not None:
        query = query.filter(created_at__lt=which.before)
    if which.text:
        query = query.filter(
            Q(number__startswith=which.text)
            | Q(order__number__startswith=which.text)
            | Q(external_id=which.text)
            | Q(order__external_id=which.text)
        )
    return query


class _CameTo(Func):
    """Whether a site took some of a return back: the documents are kept as `site/number`."""

    function = "jsonb_path_exists"
    output_field = BooleanField()

    def __init__(self, site: str) -> None:
        path = Value("$.keyvalue() ? (@.key starts with $site)")
        typed = Func(path, template="%(expressions)s::jsonpath", output_field=TextField())
        super().__init__(F("receipts"), typed, Value({"site": f"{site}/"}, JSONField()))


def list_returns(*, order: str) -> list[ReturnRow]:
    """Return the returns of an order, the newest first."""
    found = OrderReturn.objects.filter(order__number=order).select_related("order")
    return [_make(row) for row in found.order_by("-id")[:ROWS_MAX]]


def get_return(number: str, *, sites: Collection[str] | None = None) -> ReturnRow:
    """
    Return one return.

    :raises NotFound: if there is none, or its order is none within `sites`.
    """
    orders = (
        ChannelOrder.objects.all() if sites is None else filter_orders(OrderFilter(sites=sites))
    )
    found = OrderReturn.objects.filter(number=number, order__in=orders)
    row = found.select_related("order").first()
    if row is None:
        raise NotFound(kind="order_return", id=number)
    return _make(row)


def _make(row: OrderReturn) -> ReturnRow:
    return ReturnRow(
        number=row.number,
        order=row.order.number,
        external_id=row.external_id,
        state=row.state,
        site=row.site,
        reason=row.reason,
        refund_minor=row.refund_minor,
        refund_reference=row.refund_reference,
        created_by=row.created_by,
        created_at=row.created_at,
        received_at=row.received_at,
        lines=tuple(
            ReturnLineRow(
                sku=line.sku, quantity=line.quantity, quantity_received=line.quantity_received
            )
            for line in sorted(row.lines.all(), key=lambda line: line.sku)
        ),
        receipts=tuple(
            ReceiptRow(
                site=key.partition("/")[0],
                document=key.partition("/")[2],
                lines=tuple((sku, quantity, disposition) for sku, quantity, disposition in lines),
            )
            for key, lines in sorted(row.receipts.items())
        ),
    )
