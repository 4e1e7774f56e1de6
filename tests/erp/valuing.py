"""Builders for stories about the worth of stock: buy, sell, move, and value what was booked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.retailer import BUYER, CHECKER, make_id
from yipan.erp.documents.purchasing import goods_receipt, purchase_order
from yipan.erp.documents.purchasing.purchase_order import Ordered, OrderedLine
from yipan.erp.documents.sales import sales_issue
from yipan.erp.documents.value import valuation
from yipan.erp.models import GoodsReceipt, LegalEntity, SalesIssue
from yipan.erp.queries import value_sources
from yipan.erp.rules.costing import Method
from yipan.exchange.subscriptions import Heard
from yipan.ledger import values
from yipan.ledger.moves import FactPosting, Move
from yipan.ledger.value_rows import StockValue
from yipan.ledger.values import ValueScope
from yipan.messages.pos import TicketPosted
from yipan.messages.till import TicketLine
from yipan.messages.wms import GoodsReceived, ReceivedLine
from yipan.pool import book

ENTITY = "MAIN"
NO_LAG = timedelta(0)
#: When the stories are told: long after they happened.
TODAY = datetime(2026, 6, 15, 4, 0, tzinfo=UTC)


def on(month: int, day: int, hour: int = 12) -> datetime:
    """Return an instant of 2026 by the clock of Hangzhou."""
    return datetime(2026, month, day, hour, tzinfo=UTC) - timedelta(hours=8)


def use_method(method: Method) -> None:
    """Let the default legal entity value by a method."""
    LegalEntity.objects.update_or_create(
        code=ENTITY,
        defaults={"name": "Main company", "method": method, "is_default": True},
    )


def buy(
    quantity: int, unit_cost_minor: int, *, at: datetime, sku: str = "TEA-250", site: str = "W1"
) -> GoodsReceipt:
    """Order goods at a price, and receive all of them at once."""
    line = OrderedLine(sku=sku, quantity=quantity, unit_cost_minor=unit_cost_minor)
    ordered = Ordered(site=site, supplier="SUP-01", lines=(line,))
    order = purchase_order.create(ordered=ordered, by=BUYER, at=at).number
    purchase_order.approve(number=order, by=CHECKER, at=at)
    purchase_order.send(number=order, by=BUYER, at=at, message_id=make_id(f"{order} sent"))
    return receive(quantity, at=at, sku=sku, site=site, order=order)


def receive(
    quantity: int, *, at: datetime, sku: str = "TEA-250", site: str = "W1", order: str = ""
) -> GoodsReceipt:
    """Receive goods, of an order or of none."""
    number = f"GR-{site}-{GoodsReceipt.objects.count() + 1:04d}"
    message = GoodsReceived(
        message_id=make_id(number),
        occurred_at=at,
        receipt_number=number,
        inbound_order_number="",
        purchase_order_number=order,
        site=site,
        lines=(ReceivedLine(line=1, sku=sku, quantity_sound=quantity, quantity_damaged=0),),
    )
    return goods_receipt.record_and_post(
        message=message,
        heard=_hear(f"wms:{site}/stock", GoodsReceipt.objects.count() + 1, "erp"),
        at=TODAY,
        message_id=make_id(f"{number} posted"),
    )


def sell(quantity: int, *, at: datetime, sku: str = "TEA-250", site: str = "S12") -> None:
    """Sell goods at a store; a negative quantity is a return."""
    count = SalesIssue.objects.count() + 1
    ticket = TicketPosted(
        message_id=make_id(f"ticket {count}"),
        occurred_at=at,
        ticket_number=f"{site}-{count:06d}",
        site=site,
        till=f"{site}-1",
        business_date=(at + timedelta(hours=8)).date().isoformat(),
        lines=(TicketLine(line=1, sku=sku, quantity=quantity),),
    )
    sales_issue.post_run(tickets=[(ticket, _hear(f"pos:{site}/stock", count, "erp"))], at=TODAY)


def move(
    quantity: int, source: str, target: str, *, at: datetime, sku: str = "TEA-250", origin: str
) -> None:
    """Post a movement of any kind: `on_hand/W1/available`, `in_transit/T1/available`, `scrap`."""
    book.post_fact(
        posting=FactPosting(
            origin=origin,
            occurred_at=at,
            moves=[Move(sku=sku, from_account=source, to_account=target, quantity=quantity)],
        )
    )


def value_all() -> int:
    """Value everything that was booked so far."""
    return valuation.value_postings(at=lambda: TODAY, lag=NO_LAG)


def worth(*, day: datetime = TODAY, by: str = "place") -> list[tuple[str, int, int]]:
    """Return what stock was worth at the end of a day: name, quantity, amount."""
    rows: list[StockValue] = values.sum_values(ValueScope(as_of=day.date()), by=by)
    return [(row.name, row.quantity, row.amount) for row in rows]


def list_entities() -> list[str]:
    """Return the codes of the legal entities."""
    return [row.code for row in value_sources.list_entities()]


def _hear(source: str, sequence: int, receiver: str) -> Heard:
    return Heard(source=source, epoch=1, sequence=sequence, receiver=receiver)
