"""
Goal: real invoices of a web shop go through as channel orders with their cancellations, every
line ends shipped, canceled or back-ordered, and the books prove.

Method: of the file YIPAN_TEST_INVOICES names (as `yipan import invoices` reads it), else of the
shared data beside this repository, the customers are taken who took something back, with all they
bought in the first weeks. The figures are printed as a JSON line.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db.models import Sum

from yipan.demo.invoices import CHANNEL, replay
from yipan.oms.models import ChannelOrder, OrderLine
from yipan.pool.models import PromiseLine
from yipan.proof.run import prove
from yipan.simulate.invoices import LONDON, Invoice, Invoices, gather, read_invoices
from yipan.wms.models import ShipmentLine

BESIDE = Path(__file__).parents[3] / "shared/data/uci_online_retail_240007_full.parquet"
FILE = Path(os.environ.get("YIPAN_TEST_INVOICES", "") or BESIDE)
INVOICES_MAX = 40
LINES_MAX = 300


def a_row(number: str, product: str, quantity: int, **changes: object) -> dict[str, object]:
    return {
        "InvoiceNo": number,
        "StockCode": product,
        "Description": f"name of {product}",
        "Quantity": quantity,
        "InvoiceDate": "12/1/10 8:26",
        "UnitPrice": 2.55,
        "CustomerID": 17_850,
        "Country": "United Kingdom",
        **changes,
    }


def test_rows_become_invoices_and_what_is_no_order_is_counted() -> None:
    read = gather(
        [
            a_row("536365", "85123A", 6),
            a_row("536365", "85123a", 2),
            a_row("C536379", "85123A", -1, InvoiceDate="12/2/10 9:00"),
            a_row("536366", "POST", 1),
            a_row("536367", "85123A", -5),
        ]
    )

    [bought, back] = read.invoices
    assert (bought.number, bought.is_cancellation, bought.customer) == ("536365", False, "17850")
    assert bought.placed_at == datetime(2010, 12, 1, 8, 26, tzinfo=LONDON)
    [line] = bought.lines
    assert (line.product, line.quantity, line.amount_minor) == ("85123A", 8, 2_040)
    assert (back.is_cancellation, back.lines[0].quantity) == (True, 1)
    assert read.rows_left_out == {"no goods": 1, "stock correction": 1}


@pytest.mark.django_db
def test_a_small_shop_is_replayed_and_twice_is_once() -> None:
    read = gather(
        [
            a_row("536365", "85123A", 6),
            a_row("536366", "85123A", 4, InvoiceDate="12/1/10 9:26", CustomerID=13_047),
            a_row("C536379", "85123A", -2, InvoiceDate="12/2/10 9:00"),
            a_row("C536380", "85123A", -1, InvoiceDate="12/9/10 9:00"),
            a_row("536381", "71053", 3, InvoiceDate="12/9/10 9:30"),
        ]
    )

    done = replay(read, report=lambda _done, _total: None)

    # 80 % of 10 is there, 4 at one warehouse and 3 at the other: 8 asked for after the change.
    assert (done.ordered, done.canceled, done.unsettled) == (13, 2, 0)
    assert done.shipped + done.canceled + done.backordered == 13
    assert (done.took_back, done.came_late) == (3, 1)
    shipped = done.shipped
    again = replay(read, report=lambda _done, _total: None)
    assert (again.shipped, ChannelOrder.objects.count()) == (shipped, 3)
    assert [finding.check for finding in prove() if not finding.ok] == []


def choose(read: Invoices) -> Invoices:
    """Return what customers bought who took something back of the days before."""
    until = read.invoices[0].placed_at + timedelta(days=14)
    early = [it for it in read.invoices if it.placed_at < until and it.customer]
    bought: dict[tuple[str, str], datetime] = {}
    customers: Counter[str] = Counter()
    for it in early:
        for line in it.lines:
            key = (it.customer, line.product)
            if not it.is_cancellation:
                bought[key] = it.placed_at
            elif key in bought and it.placed_at - bought[key] < timedelta(days=2):
                customers[it.customer] += 1
    chosen: list[Invoice] = []
    lines = 0
    for customer, _count in customers.most_common():
        theirs = [it for it in early if it.customer == customer]
        size = sum(len(it.lines) for it in theirs)
        if len(chosen) + len(theirs) <= INVOICES_MAX and lines + size <= LINES_MAX:
            chosen += theirs
            lines += size
    chosen.sort(key=lambda it: (it.placed_at, it.number))
    return Invoices(invoices=chosen, names=read.names, rows_left_out=read.rows_left_out)


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.skipif(not FILE.is_file(), reason="there is no file of real invoices")
def test_real_invoices_end_shipped_canceled_or_back_ordered_and_the_books_prove() -> None:
    if FILE.suffix == ".parquet":
        pytest.importorskip("polars")
    chosen = choose(read_invoices(FILE))
    assert len(chosen.invoices) >= 10
    assert any(it.is_cancellation for it in chosen.invoices)

    done = replay(chosen, report=lambda _done, _total: None)

    print(json.dumps(asdict(done) | {"invoices": len(chosen.invoices)}))  # noqa: T201
    ordered = sum(
        line.quantity for it in chosen.invoices if not it.is_cancellation for line in it.lines
    )
    assert done.ordered == ordered
    assert done.shipped + done.canceled + done.backordered == ordered
    assert (done.unsettled, done.shipped > 0, done.canceled > 0, done.backordered > 0) == (
        0, True, True, True,
    )  # fmt: skip
    for row in OrderLine.objects.filter(order__channel=CHANNEL):
        assert row.quantity_placed == row.quantity_shipped
        assert row.quantity_cut == 0
    # What left the warehouses is what the orders say, and nothing stays set aside.
    left = ShipmentLine.objects.aggregate(pieces=Sum("quantity"))["pieces"]
    assert left == done.shipped
    open_ones = PromiseLine.objects.filter(promise__state__in=["held", "reserved"])
    assert not open_ones.filter(quantity_open__gt=0).exists()
    assert [finding.check for finding in prove() if not finding.ok] == []
