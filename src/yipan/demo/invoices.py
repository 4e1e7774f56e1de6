"""
Real invoices replayed as channel orders (真实订单回放): placed, changed, sourced, picked, shipped.

Two warehouses begin with less than was sold, so that some lines wait. Orders go through the verbs
that the API calls, goods leave through the warehouses' own, and both talk by messages.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Final

from yipan.demo import invoices_back
from yipan.demo.invoices_back import make_id
from yipan.erp.documents.master import master_record
from yipan.erp.documents.master.master_record import Author
from yipan.exchange import delivery
from yipan.ledger.moves import Trace
from yipan.masterdata.rows import BinRow, SiteRow, SkuRow
from yipan.oms.documents import order_many
from yipan.oms.documents.order import LINES_PER_ORDER_MAX, Bought, BoughtLine
from yipan.oms.models import ChannelOrder, FulfillmentOrder, OrderLine, OrderReturn
from yipan.oms.models.fulfillment import STATES_OPEN as FULFILLMENT_OPEN
from yipan.pool.policy import channels
from yipan.pool.policy.channels import Service
from yipan.simulate.invoices import Invoice, Invoices
from yipan.wms.documents.outbound import pick_many, shipment_many
from yipan.wms.documents.outbound.shipment import Shipping
from yipan.wms.documents.stock import stock_opening
from yipan.wms.documents.stock.stock_opening import BinStock
from yipan.wms.models import WarehouseOpening

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
ORDERS_PER_WAVE: Final = 200
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


def replay(
    read: Invoices, *, supply_percent: int = 80, until: date | None = None, report: Report
) -> Replayed:
    """
    Replay invoices day by day. What was replayed before, whole or in part, is not done again.

    `supply_percent` is how much of what was sold the warehouses begin with. The last day is
    `until`, else that of the last invoice. `report` hears how many lines are done, and of how
    many. The answer counts all that was ever replayed.
    """
    done = Replayed()
    if not read.invoices:
        return done
    began_at = read.invoices[0].placed_at - timedelta(days=1)
    _set_up(read, supply_percent=supply_percent, at=began_at)
    chosen = [it for it in read.invoices if until is None or it.placed_at.date() <= until]
    placed, gone_back = Placed(numbers=_find_placed()), invoices_back.find_done()
    total, count = sum(len(it.lines) for it in chosen), 0
    delivery.deliver_pending()
    for day, group in groupby(chosen, key=lambda it: it.placed_at.date()):
        morning = datetime.combine(day, time(6), tzinfo=began_at.tzinfo)
        _ship(before=morning - SHIPPED_AFTER, at=morning)
        for is_back, some in groupby(group, key=attrgetter("is_cancellation")):
            invoices = list(some)
            if not is_back:
                _place(invoices, placed)
            else:
                delivery.deliver_pending()
                for invoice in invoices:
                    if invoice.number not in gone_back:
                        invoices_back.take_back(
                            invoice, placed.of, buyer=BUYER, worker=WORKER, to_bin=BIN
                        )
            count += sum(len(it.lines) for it in invoices)
            report(count, total)
        delivery.deliver_pending()
    last = chosen[-1].placed_at + timedelta(days=1) if chosen else began_at
    _ship(before=last, at=last)
    _count(chosen, done)
    return done


@dataclass(kw_only=True, slots=True)
class Placed:
    """
    Orders that were placed: the channel's number to ours, of this run and of those before.

    `of` is customer and product to the orders they were bought with, the newest last.
    """

    numbers: dict[str, str]
    of: dict[tuple[str, str], list[str]] = field(default_factory=dict)


def _find_placed() -> dict[str, str]:
    """Return what an earlier run placed, which was killed or went less far."""
    rows = ChannelOrder.objects.filter(channel=CHANNEL)
    return dict(rows.values_list("external_id", "number"))


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
    begun = WarehouseOpening.objects.filter(site=site).count() * OPENING_LINES_MAX
    stock = [
        BinStock(bin_code=BIN, sku=sku, quantity=quantity * percent // 10_000)
        for sku, quantity in sorted(sold.items())
        if quantity * percent // 10_000 > 0
    ]
    for first in range(begun, len(stock), OPENING_LINES_MAX):
        stock_opening.post(
            site=site,
            stock=stock[first : first + OPENING_LINES_MAX],
            by=WORKER,
            at=at,
            message_id=make_id(f"opening {site} {first}"),
        )


def _place(invoices: Sequence[Invoice], placed: Placed) -> None:
    """Place invoices as orders, in batches; one with very many lines as several."""
    parts = [(it, place, lines) for it in invoices for place, lines in enumerate(_split(it))]
    names = [f"{it.number}-{place + 1}" if place else it.number for it, place, _ in parts]
    new = [
        order_many.Placed(
            bought=Bought(
                channel=CHANNEL,
                external_id=name,
                lines=lines,
                customer_name=f"Customer {it.customer}" if it.customer else "",
                region=it.country[:48],
                currency="GBP",
                placed_at=it.placed_at,
            ),
            at=it.placed_at,
            message_id=make_id(f"order {name}"),
        )
        for (it, _, lines), name in zip(parts, names, strict=True)
        if name not in placed.numbers
    ]
    for first in range(0, len(new), order_many.ORDERS_MAX):
        for answer in order_many.take_all(new[first : first + order_many.ORDERS_MAX], by=BUYER):
            assert answer.taken is not None, answer.refusal
            placed.numbers[answer.external_id] = answer.taken.number
    for (it, _, lines), name in zip(parts, names, strict=True):
        for line in lines:
            placed.of.setdefault((it.customer, line.sku), []).append(placed.numbers[name])


def _split(invoice: Invoice) -> list[tuple[BoughtLine, ...]]:
    lines = [
        BoughtLine(sku=it.product, quantity=it.quantity, amount_minor=it.amount_minor)
        for it in invoice.lines
    ]
    return [
        tuple(lines[first : first + LINES_PER_ORDER_MAX])
        for first in range(0, len(lines), LINES_PER_ORDER_MAX)
    ]


def _ship(*, before: datetime, at: datetime) -> None:
    """Pick and ship what was bought before a moment, in waves, at both warehouses."""
    due = FulfillmentOrder.objects.filter(
        order__channel=CHANNEL,
        order__placed_at__lte=before,
        state__in=FULFILLMENT_OPEN,
        is_canceling=False,
    )
    by_site: dict[str, list[str]] = {}
    for site, number in sorted(due.values_list("site", "number")):
        by_site.setdefault(site, []).append(number)
    for site, numbers in by_site.items():
        for first in range(0, len(numbers), ORDERS_PER_WAVE):
            wave = numbers[first : first + ORDERS_PER_WAVE]
            pick_many.take_all(site=site, orders=wave, by=WORKER, at=at)
            asked = [
                (Shipping(order=it, tracking=f"OR{it[-9:]}"), make_id(f"left {it}")) for it in wave
            ]
            shipment_many.ship_all(site=site, asked=asked, by=WORKER, at=at)
    delivery.deliver_pending()


def _count(chosen: Sequence[Invoice], done: Replayed) -> None:
    """Count what each line of the channel ended as, and what came back."""
    backs = [it for it in chosen if it.is_cancellation]
    done.orders = ChannelOrder.objects.filter(channel=CHANNEL).count()
    done.cancellations = len(backs)
    done.took_back = sum(line.quantity for it in backs for line in it.lines)
    done.returns = OrderReturn.objects.filter(order__channel=CHANNEL).count()
    rows = OrderLine.objects.filter(order__channel=CHANNEL).values_list(
        "quantity", "quantity_placed", "quantity_shipped", "quantity_canceled", "quantity_returned"
    )
    for ordered, placed, shipped, canceled, returned in rows.iterator():
        waiting, at_sites = ordered - canceled - placed, placed - shipped
        done.ordered += ordered
        done.shipped += shipped
        done.canceled += canceled
        done.returned += returned
        done.backordered += waiting
        done.unsettled += at_sites
        ends = {"shipped": shipped, "canceled": canceled,
                "back-ordered": waiting, "unsettled": at_sites}  # fmt: skip
        end = " and ".join(name for name, count in ends.items() if count)
        done.lines[end] = done.lines.get(end, 0) + 1
    done.unmatched = done.took_back - done.canceled - done.returned
