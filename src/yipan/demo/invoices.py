"""
Real invoices replayed as channel orders (真实订单回放): placed, changed, sourced, picked, shipped.

Two warehouses begin with less than was sold, so that some lines wait. Orders go through the verbs
that the API calls, goods leave through the warehouses' own, and both talk by messages.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from itertools import groupby
from typing import Final

from yipan.demo import invoices_back
from yipan.demo.invoices_back import make_id
from yipan.erp.documents import master_record
from yipan.erp.documents.master_record import Author
from yipan.exchange import delivery
from yipan.ledger.moves import Trace
from yipan.masterdata.rows import BinRow, SiteRow, SkuRow
from yipan.oms.documents import order
from yipan.oms.documents.order import LINES_PER_ORDER_MAX, Bought, BoughtLine
from yipan.oms.models import FulfillmentOrder, OrderLine
from yipan.oms.models.fulfillment import STATES_OPEN as FULFILLMENT_OPEN
from yipan.pool.policy import channels
from yipan.pool.policy.channels import Service
from yipan.simulate.invoices import Invoice, Invoices
from yipan.wms.documents import pick, shipment, stock_opening
from yipan.wms.documents.pick import Taking
from yipan.wms.documents.shipment import Shipping
from yipan.wms.documents.stock_opening import BinStock
from yipan.wms.models import Pick, WarehouseOpening

CHANNEL: Final = "online-retail"
BUYER: Final = Trace(actor=f"channel:{CHANNEL}")
WORKER: Final = Trace(actor="worker", device="replay")
#: Warehouse to its share of the supply, in percent, and what a parcel and a piece cost in pence.
WAREHOUSES: Final = {"ORN": (60, 320, 12), "ORS": (40, 380, 9)}
BIN: Final = "A-01-01"
BINS: Final = (
    ("RECV-01", "RECV", "receiving"),
    (BIN, "A", "picking"),
    ("SHIP-01", "SHIP", "shipping"),
)
OPENING_LINES_MAX: Final = 500
#: Orders leave the second day after they came; until then they can be changed.
SHIPPED_AFTER: Final = timedelta(days=2)

Report = Callable[[int, int], None]


@dataclass(kw_only=True, slots=True)
class Replayed:
    """
    What became of it, in pieces: ordered = shipped + canceled + back-ordered, per line.

    `lines` counts lines by what they ended as; `took_back` is what cancellations asked for. What
    of it had left by then came back (`returned`, by `returns` documents); `unmatched` was not
    bought in the part that was replayed.
    """

    orders: int = 0
    cancellations: int = 0
    lines: dict[str, int] = field(default_factory=dict)
    ordered: int = 0
    shipped: int = 0
    canceled: int = 0
    backordered: int = 0
    unsettled: int = 0
    took_back: int = 0
    returns: int = 0
    returned: int = 0
    unmatched: int = 0


def replay(read: Invoices, *, supply_percent: int = 80, report: Report) -> Replayed:
    """
    Replay invoices day by day. What was replayed before is answered again and not done again.

    `supply_percent` is how much of what was sold the warehouses begin with. `report` hears how
    many invoices are done, and of how many.
    """
    done = Replayed()
    if not read.invoices:
        return done
    began_at = read.invoices[0].placed_at - timedelta(days=1)
    _set_up(read, supply_percent=supply_percent, at=began_at)
    placed: dict[tuple[str, str], list[str]] = {}
    count = 0
    for day, group in groupby(read.invoices, key=lambda it: it.placed_at.date()):
        morning = datetime.combine(day, time(6), tzinfo=began_at.tzinfo)
        _ship(before=morning - SHIPPED_AFTER, at=morning)
        for invoice in group:
            if invoice.is_cancellation:
                _take_back(invoice, placed, done)
            else:
                _place(invoice, placed, done)
            count += 1
            report(count, len(read.invoices))
        delivery.deliver_pending()
    last = read.invoices[-1].placed_at + timedelta(days=1)
    _ship(before=last, at=last)
    _count(done)
    return done


def _set_up(read: Invoices, *, supply_percent: int, at: datetime) -> None:
    """Make sites, products and the channel, and open the warehouses' books."""
    author = Author(name="replay", at=at, reason="online retail", device="replay")
    sites = [
        SiteRow(code=code, site_type="warehouse", name=f"Online retail {code}",
                time_zone="Europe/London")
        for code in WAREHOUSES
    ]  # fmt: skip
    master_record.save_sites(sites, by=author)
    bins = [
        BinRow(site=code, code=name, zone=zone, zone_type=zone_type)
        for code in WAREHOUSES
        for name, zone, zone_type in BINS
    ]
    master_record.save_bins(bins, by=author)
    sold: Counter[str] = Counter()
    for invoice in read.invoices:
        for line in invoice.lines:
            sold[line.product] += 0 if invoice.is_cancellation else line.quantity
    skus = [
        SkuRow(code=product, name=read.names.get(product, product), currency="GBP")
        for product in sorted(sold)
    ]
    for first in range(0, len(skus), OPENING_LINES_MAX):
        master_record.save_skus(skus[first : first + OPENING_LINES_MAX], by=author)
    channels.save_group(code="ONLINE", name="Online", sites=list(WAREHOUSES), by=WORKER, at=at)
    channels.save_channel(
        code=CHANNEL, fields={"name": "Online retail", "group": "ONLINE"}, by=WORKER, at=at
    )
    for code, (share, parcel, unit) in WAREHOUSES.items():
        service = Service(site=code, method="ship", parcel_cost_minor=parcel, unit_cost_minor=unit)
        channels.save_service(service=service, by=WORKER, at=at)
        _open_book(code, sold, percent=supply_percent * share, at=at)
    delivery.deliver_pending()


def _open_book(site: str, sold: Counter[str], *, percent: int, at: datetime) -> None:
    """Begin a warehouse with `percent` hundredths of a percent of what was sold, rounded down."""
    if WarehouseOpening.objects.filter(site=site).exists():
        return
    stock = [
        BinStock(bin_code=BIN, sku=sku, quantity=quantity * percent // 10_000)
        for sku, quantity in sorted(sold.items())
        if quantity * percent // 10_000 > 0
    ]
    for first in range(0, len(stock), OPENING_LINES_MAX):
        stock_opening.post(
            site=site,
            stock=stock[first : first + OPENING_LINES_MAX],
            by=WORKER,
            at=at,
            message_id=make_id(f"opening {site} {first}"),
        )


def _place(invoice: Invoice, placed: dict[tuple[str, str], list[str]], done: Replayed) -> None:
    """Place an invoice as an order; one with very many lines as several."""
    for part, lines in enumerate(_split(invoice)):
        external_id = f"{invoice.number}-{part + 1}" if part else invoice.number
        bought = Bought(
            channel=CHANNEL,
            external_id=external_id,
            lines=lines,
            customer_name=f"Customer {invoice.customer}" if invoice.customer else "",
            region=invoice.country[:48],
            currency="GBP",
            placed_at=invoice.placed_at,
        )
        taken = order.take(
            bought=bought,
            by=BUYER,
            at=invoice.placed_at,
            message_id=make_id(f"order {external_id}"),
        )
        done.orders += 1
        if taken.is_repeat:
            continue
        for line in lines:
            placed.setdefault((invoice.customer, line.sku), []).append(taken.number)


def _split(invoice: Invoice) -> list[tuple[BoughtLine, ...]]:
    lines = [
        BoughtLine(sku=it.product, quantity=it.quantity, amount_minor=it.amount_minor)
        for it in invoice.lines
    ]
    return [
        tuple(lines[first : first + LINES_PER_ORDER_MAX])
        for first in range(0, len(lines), LINES_PER_ORDER_MAX)
    ]


def _take_back(
    invoice: Invoice, placed: Mapping[tuple[str, str], Sequence[str]], done: Replayed
) -> None:
    """Cancel what a customer takes back as far as it is there; the rest comes back."""
    done.cancellations += 1
    done.took_back += sum(line.quantity for line in invoice.lines)
    late = invoices_back.cancel(invoice, placed, by=BUYER)
    booked = invoices_back.book_returns(invoice, placed, late, by=WORKER, to_bin=BIN)
    done.returns += booked.documents
    done.returned += booked.pieces
    done.unmatched += sum(late.values()) - booked.pieces


def _ship(*, before: datetime, at: datetime) -> None:
    """Pick and ship what was bought before a moment, at both warehouses."""
    due = FulfillmentOrder.objects.filter(
        order__channel=CHANNEL,
        order__placed_at__lte=before,
        state__in=FULFILLMENT_OPEN,
        is_canceling=False,
    )
    numbers = sorted(due.values_list("number", flat=True))
    for number in numbers:
        picks = Pick.objects.filter(order__number=number, state="open").order_by("id")
        for pick_id, quantity in list(picks.values_list("pk", "quantity")):
            pick.take(pick_id=pick_id, taking=Taking(quantity=quantity), by=WORKER, at=at)
        shipment.ship(
            shipping=Shipping(order=number, tracking=f"OR{number[-9:]}"),
            by=WORKER,
            at=at,
            message_id=make_id(f"left {number}"),
        )
    delivery.deliver_pending()


def _count(done: Replayed) -> None:
    """Count what each line of the channel ended as."""
    rows: Sequence[OrderLine] = list(OrderLine.objects.filter(order__channel=CHANNEL))
    for row in rows:
        waiting = row.quantity - row.quantity_canceled - row.quantity_placed
        at_sites = row.quantity_placed - row.quantity_shipped
        done.ordered += row.quantity
        done.shipped += row.quantity_shipped
        done.canceled += row.quantity_canceled
        done.backordered += waiting
        done.unsettled += at_sites
        ends = {"shipped": row.quantity_shipped, "canceled": row.quantity_canceled,
                "back-ordered": waiting, "unsettled": at_sites}  # fmt: skip
        end = " and ".join(name for name, count in ends.items() if count)
        done.lines[end] = done.lines.get(end, 0) + 1
