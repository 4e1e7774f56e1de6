"""
Goal: real invoices of a web shop go through as channel orders with their cancellations, every
line ends shipped, canceled or back-ordered, what had left comes back by returns, and the books
prove.

Method: of both files of the shared data beside this repository (or of the one that
YIPAN_TEST_INVOICES names, as `yipan import invoices` reads it), the customers are taken who took
something back, with all their smaller invoices of a few weeks: the first ones of the file with
numbers, the last ones of the other, which goes on for half a year longer. The
figures are printed as JSON.
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
from yipan.oms.models import ChannelOrder, OrderLine, OrderReturn
from yipan.pool.models import PromiseLine
from yipan.proof.run import prove
from yipan.simulate.invoices import LONDON, Invoice, Invoices, gather, number_rows, read_invoices
from yipan.wms.models import ShipmentLine

BESIDE = Path(__file__).parents[3] / "shared/data"
NAMED = os.environ.get("YIPAN_TEST_INVOICES", "")
FILES = (
    [Path(NAMED)]
    if NAMED
    else [
        BESIDE / "uci_online_retail_240007_full.parquet",
        BESIDE / "uci_online_retail_541909_noids.parquet",
    ]
)
#: How many of each file: as many as go through the books of two warehouses in half a minute.
LINES_MAX, LINES_PER_INVOICE_MAX = 280, 12
WEEKS = timedelta(weeks=4)


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
    # One came back after it had left: announced, taken in, put away, paid back.
    assert (done.took_back, done.returns, done.returned, done.unmatched) == (3, 1, 1, 0)
    [back] = OrderReturn.objects.all()
    assert (back.state, back.refund_reference) == ("refunded", "C536380")
    shipped = done.shipped
    again = replay(read, report=lambda _done, _total: None)
    assert (again.shipped, ChannelOrder.objects.count()) == (shipped, 3)
    assert (again.returns, OrderReturn.objects.count()) == (1, 1)
    assert [finding.check for finding in prove() if not finding.ok] == []


def test_rows_without_numbers_get_the_same_ones_each_time() -> None:
    bare = [
        {
            "Description": name,
            "Quantity": quantity,
            "InvoiceDate": datetime(2010, 12, 1, 8, 26),  # noqa: DTZ001 - the file has no zone
            "UnitPrice": price,
            "CustomerID": customer,
            "Country": "France",
        }
        for name, quantity, price, customer in (
            ("Mug", 6, 2.5, 17_850.0),
            ("MUG ", 2, 2.5, 17_850.0),
            ("Mug", -1, 2.5, 17_850.0),
            ("Mug", 4, 2.5, None),
            ("POSTAGE", 1, 18.0, 17_850.0),
            ("damaged", -7, 0.0, None),
            ("found", 7, 0.0, None),
        )
    ]

    read, again = gather(number_rows(bare)), gather(number_rows(bare))

    assert read.invoices == again.invoices
    facts = [(it.is_cancellation, it.customer, it.lines[0].quantity) for it in read.invoices]
    assert sorted(facts) == [(False, "", 4), (False, "17850", 8), (True, "17850", 1)]
    assert len({line.product for it in read.invoices for line in it.lines}) == 1
    assert read.rows_left_out == {"no goods": 1, "stock correction": 2}


def choose(read: Invoices) -> Invoices:
    """Return what customers bought who took something back of what they bought before."""
    # Numbers that were made up begin with N: then the last weeks, which the other file lacks.
    is_bare = read.invoices[0].number.startswith(("N", "C1"))
    first = read.invoices[-1].placed_at - WEEKS if is_bare else read.invoices[0].placed_at
    early = [
        it
        for it in read.invoices
        if first <= it.placed_at < first + WEEKS
        and it.customer
        and len(it.lines) <= LINES_PER_INVOICE_MAX
    ]
    bought: set[tuple[str, str]] = set()
    customers: Counter[str] = Counter()
    for it in early:
        for line in it.lines:
            if not it.is_cancellation:
                bought.add((it.customer, line.product))
            elif (it.customer, line.product) in bought:
                customers[it.customer] += 1
    chosen: list[Invoice] = []
    lines = 0
    for customer, _count in customers.most_common():
        theirs = [it for it in early if it.customer == customer]
        size = sum(len(it.lines) for it in theirs)
        if lines + size <= LINES_MAX:
            chosen += theirs
            lines += size
    chosen.sort(key=lambda it: (it.placed_at, it.number))
    return Invoices(invoices=chosen, names=read.names, rows_left_out=read.rows_left_out)


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_real_invoices_end_shipped_canceled_or_back_ordered_and_the_books_prove(
    file: Path,
) -> None:
    if not file.is_file():
        pytest.skip("there is no file of real invoices")
    if file.suffix == ".parquet":
        pytest.importorskip("polars")
    chosen = choose(read_invoices(file))
    assert any(it.is_cancellation for it in chosen.invoices)

    done = replay(chosen, report=lambda _done, _total: None)

    print(json.dumps(asdict(done) | {"invoices": len(chosen.invoices)}))  # noqa: T201
    ordered = sum(
        line.quantity for it in chosen.invoices if not it.is_cancellation for line in it.lines
    )
    assert done.ordered == ordered
    assert done.shipped + done.canceled + done.backordered == ordered
    ends = (done.shipped > 0, done.canceled > 0, done.backordered > 0, done.returned > 0)
    assert (done.unsettled, *ends) == (0, True, True, True, True)
    for row in OrderLine.objects.filter(order__channel=CHANNEL):
        # Each line: what sites were given has left, and the rest is canceled or waits.
        waiting = row.quantity - row.quantity_canceled - row.quantity_placed
        assert row.quantity_placed == row.quantity_shipped
        assert row.quantity == row.quantity_shipped + row.quantity_canceled + waiting
        assert (row.quantity_cut, waiting >= 0) == (0, True)
        assert row.quantity_returned <= row.quantity_shipped
    # What left the warehouses is what the orders say, what came back as well, and nothing stays
    # set aside.
    left = ShipmentLine.objects.aggregate(pieces=Sum("quantity"))["pieces"]
    came = OrderLine.objects.aggregate(pieces=Sum("quantity_returned"))["pieces"]
    assert (left, came) == (done.shipped, done.returned)
    assert not OrderReturn.objects.exclude(state="refunded").exists()
    open_ones = PromiseLine.objects.filter(promise__state__in=["held", "reserved"])
    assert not open_ones.filter(quantity_open__gt=0).exists()
    assert [finding.check for finding in prove() if not finding.ok] == []
