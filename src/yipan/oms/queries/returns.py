"""Reads of returns of orders, as plain rows."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from yipan.foundation.refusals import NotFound
from yipan.oms.models import ChannelOrder, OrderReturn
from yipan.oms.queries.filtering import OrderFilter, filter_orders

ROWS_MAX = 200


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
    lines: tuple[ReturnLineRow, ...]
    receipts: tuple[ReceiptRow, ...]


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
        lines=tuple(
            ReturnLineRow(
                sku=line.sku, quantity=line.quantity, quantity_received=line.quantity_received
            )
            for line in row.lines.order_by("sku")
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
