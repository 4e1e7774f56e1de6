"""
Goods that come back somewhere else, goods that are given away, and goods the book has not got.

A customer buys in Binjiang and brings it back in Xihu; a gift leaves with a sale as a line of
its own, in both books alike; and a sale below zero makes the store look.
"""

from __future__ import annotations

from uuid import UUID

import pytest

from tests import retailer
from tests.retailer import CLERK, NOON, deliver, make_id, sell, stock
from yipan.erp.documents.sales import customer_return
from yipan.erp.documents.sales.customer_return import BroughtBack, Claim, NotReturnable
from yipan.erp.models import CustomerReturn
from yipan.ledger.moves import Trace
from yipan.messages.till import TicketLine
from yipan.pos import queries, tasks
from yipan.pos.documents import difference, register, store_count
from yipan.pos.documents.register import Sale
from yipan.pos.documents.store_count import Seen
from yipan.pos.models import StoreDifference
from yipan.proof.sites import compare_sites

pytestmark = pytest.mark.django_db

FLOOR = "on_hand/shop_floor/available"


@pytest.fixture(autouse=True)
def _retailer() -> None:
    retailer.open_retailer()
    retailer.open_store("S12", ("TEA-250", 10), ("MUG-1", 5))
    retailer.open_store("S1", ("TEA-250", 10))
    deliver()


def test_goods_of_one_store_come_back_in_another_and_are_refunded_once() -> None:
    # Three packets are bought in Binjiang; the receipt says so.
    receipt = sell(("TEA-250", 3)).number
    deliver()

    # In Xihu the customer shows it, with two packets, one of them torn. The hub knows what was
    # sold, claims two for this return, and says what to refund.
    claimed = claim(receipt, quantity=2, return_id=make_id("return"))
    assert claimed.refund_minor == 13_600

    # A friend tries with a copy of the receipt back in Binjiang: one packet is left, not two.
    with pytest.raises(NotReturnable):
        claim(receipt, quantity=2, return_id=make_id("copy"), site="S12")

    # Xihu rings the return up: one packet sound, one damaged. The claim is paid.
    ring_up(
        "S1-1",
        a_return(1, -1, receipt, disposition="sellable"),
        a_return(2, -1, receipt, disposition="damaged"),
    )
    deliver()
    claimed.refresh_from_db()
    assert claimed.state == "refunded"

    # The goods are in Xihu, in both books, each in the state it came in; Binjiang has sold three.
    assert stock("pos:S1", FLOOR) == stock("erp", "on_hand/S1/available") == 11
    assert stock("pos:S1", "on_hand/shop_floor/damaged") == stock("erp", "on_hand/S1/damaged") == 1
    assert stock("pos:S12", FLOOR) == stock("erp", "on_hand/S12/available") == 7
    assert compare_sites().ok
    # Telling the hub of the same return again refunds nothing.
    assert claim(receipt, quantity=2, return_id=make_id("return")).number == claimed.number


def test_a_gift_leaves_stock_as_a_line_of_its_own_in_both_books() -> None:
    # Two packets of tea, and a mug on the house.
    ring_up(
        "S12-1",
        TicketLine(line=1, sku="TEA-250", quantity=2, amount_minor=13_600),
        TicketLine(line=2, sku="MUG-1", quantity=1, amount_minor=0, line_type="gift"),
    )
    deliver()

    assert stock("pos:S12", FLOOR, "MUG-1") == stock("erp", "on_hand/S12/available", "MUG-1") == 4
    assert compare_sites().ok


def test_a_sale_below_zero_opens_a_difference_that_a_count_explains() -> None:
    # The book says five mugs; the sixth is sold all the same, because the customer holds it.
    sell(("MUG-1", 5))
    ticket = sell(("MUG-1", 1))
    deliver()
    assert stock("pos:S12", FLOOR, "MUG-1") == stock("erp", "on_hand/S12/available", "MUG-1") == -1

    # Nobody has to notice: a minute later a difference stands open, with a count to make.
    tasks.doubt_below_zero(sites=["S12"], at=NOON)
    [row] = queries.list_differences(queries.DifferenceFilter(site="S12"))
    assert (row.type_label, row.partner_number, row.quantity_book) == (
        "Sold below zero",
        ticket.number,
        -1,
    )
    [task] = queries.list_counts(site="S12")

    # The clerk counts two without seeing the book; the manager settles it, and both books agree
    # with the shelf.
    store_count.look(
        seen=Seen(site="S12", sku="MUG-1", quantity=2),
        by=CLERK,
        at=NOON,
        message_id=make_id("counted"),
    )
    settled = difference.settle(
        number=row.number,
        by=Trace(actor="fang.manager", reason="A box stood behind the counter."),
        roles=("store_manager",),
        at=NOON,
        message_id=make_id("settled"),
    )
    deliver()
    assert queries.get_count(task.number).quantity_counted == 2
    assert settled.state == StoreDifference.objects.get().state == "closed"
    assert stock("pos:S12", FLOOR, "MUG-1") == stock("erp", "on_hand/S12/available", "MUG-1") == 2
    assert compare_sites().ok


def claim(receipt: str, *, quantity: int, return_id: UUID, site: str = "S1") -> CustomerReturn:
    return customer_return.claim(
        wanted=Claim(
            return_id=return_id,
            site=site,
            original_number=receipt,
            lines=[BroughtBack(sku="TEA-250", quantity=quantity, disposition="inspect")],
        ),
        by=CLERK,
        at=NOON,
    )


def a_return(line: int, quantity: int, receipt: str, *, disposition: str) -> TicketLine:
    return TicketLine(
        line=line,
        sku="TEA-250",
        quantity=quantity,
        amount_minor=6_800 * quantity,
        line_type="return",
        disposition=disposition,
        original_ticket=receipt,
    )


def ring_up(till: str, *lines: TicketLine) -> None:
    register.close_ticket(
        site=till.rpartition("-")[0],
        till_code=till,
        sale=Sale(message_id=make_id(f"{till} {lines[0]}"), lines=lines),
        by=CLERK,
        at=NOON,
    )
