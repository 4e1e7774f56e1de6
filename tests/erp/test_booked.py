"""What sites tell of: booked once, whatever they repeat, and parked when it cannot be."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests import retailer
from tests.access.builders import a_client
from tests.retailer import NOON, hear, make_id, stock
from yipan.access.roles import Role
from yipan.erp.models import GoodsReceipt, SalesIssue, StockOpening
from yipan.erp.queries.sales_issues import IssueFilter, list_sales_issues
from yipan.exchange.envelopes import seal
from yipan.exchange.replies import Reply
from yipan.messages.base import Message
from yipan.messages.pos import TicketPosted
from yipan.messages.till import TicketLine
from yipan.messages.wms import GoodsReceived, OpenedLine, ReceivedLine, StockOpened

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _retailer() -> None:
    retailer.open_retailer()


def a_goods_received(**changes: Any) -> GoodsReceived:
    fields: dict[str, Any] = {
        "message_id": make_id("received"),
        "occurred_at": NOON,
        "receipt_number": "1001",
        "inbound_order_number": "",
        "purchase_order_number": "",
        "site": "W1",
        "lines": (ReceivedLine(line=1, sku="TEA-250", quantity_sound=95, quantity_damaged=2),),
        "received_by": "wang",
    }
    return GoodsReceived(**(fields | changes))


def a_ticket_posted(**changes: Any) -> TicketPosted:
    fields: dict[str, Any] = {
        "message_id": make_id("ticket"),
        "occurred_at": NOON,
        "ticket_number": "000001",
        "site": "S12",
        "till": "S12-1",
        "business_date": "2026-03-02",
        "lines": (TicketLine(line=1, sku="TEA-250", quantity=2, amount_minor=13_600),),
    }
    return TicketPosted(**(fields | changes))


def tell(*messages: Message, source: str = "wms:W1/stock", first: int = 1) -> list[Reply]:
    return hear(
        "erp",
        *(
            seal(message, source=source, sequence=sequence)
            for sequence, message in enumerate(messages, start=first)
        ),
    )


def test_a_foreign_warehouse_numbers_for_itself() -> None:
    [reply] = tell(a_goods_received())

    assert reply.state == "applied"
    receipt = GoodsReceipt.objects.get()
    assert (receipt.number, receipt.site_number) == ("W1-1001", "1001")
    assert stock("erp", "on_hand/W1/available") == 95


def test_the_same_receipt_under_another_message_changes_nothing() -> None:
    tell(a_goods_received())

    [reply] = tell(a_goods_received(message_id=make_id("again")), first=2)

    assert reply.state == "applied"
    assert GoodsReceipt.objects.count() == 1
    assert stock("erp", "on_hand/W1/available") == 95


def test_a_number_used_for_other_goods_is_parked() -> None:
    tell(a_goods_received())
    other = (ReceivedLine(line=1, sku="TEA-250", quantity_sound=10, quantity_damaged=0),)

    [reply] = tell(a_goods_received(message_id=make_id("other"), lines=other), first=2)

    assert (reply.state, reply.code) == ("parked", "document.number_reused")
    assert stock("erp", "on_hand/W1/available") == 95


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"site": "W9"}, "document.site_mismatch"),
        (
            {"lines": (ReceivedLine(line=1, sku="NO", quantity_sound=1, quantity_damaged=0),)},
            "masterdata.sku_unknown",
        ),
        (
            {
                "lines": (
                    ReceivedLine(line=1, sku="TEA-250", quantity_sound=-1, quantity_damaged=0),
                )
            },
            "document.quantity_not_plausible",
        ),
        (
            {
                "lines": (
                    ReceivedLine(line=1, sku="TEA-250", quantity_sound=10**12, quantity_damaged=0),
                )
            },
            "document.quantity_not_plausible",
        ),
        (
            {
                "lines": (
                    ReceivedLine(line=1, sku="TEA-250", quantity_sound=1, quantity_damaged=0),
                )
                * 1_001
            },
            "document.too_many_lines",
        ),
    ],
)
def test_what_cannot_be_booked_is_parked_under_its_code(changes: dict[str, Any], code: str) -> None:
    [reply] = tell(a_goods_received(**changes))

    assert (reply.state, reply.code) == ("parked", code)
    assert GoodsReceipt.objects.count() == 0


def test_a_receipt_of_an_unknown_order_is_booked_with_a_warning() -> None:
    tell(a_goods_received(purchase_order_number="PO-9"))

    assert GoodsReceipt.objects.get().warnings == [
        {"code": "receipt.order_unknown", "sku": "", "quantity": 0}
    ]
    assert stock("erp", "on_hand/W1/damaged") == 2


def test_a_last_receipt_of_nothing_posts_nothing() -> None:
    [reply] = tell(a_goods_received(lines=(), is_last=True))

    assert reply.state == "applied"
    assert GoodsReceipt.objects.get().lines.count() == 0


def test_a_run_of_tickets_is_booked_around_the_one_that_cannot_be() -> None:
    tickets = [
        a_ticket_posted(message_id=make_id(f"t{number}"), ticket_number=f"{number:06d}")
        for number in range(1, 6)
    ]
    tickets[2] = replace(tickets[2], lines=(TicketLine(line=1, sku="NEW", quantity=1),))
    tickets[3] = replace(tickets[3], business_date="yesterday")

    replies = tell(*tickets, source="pos:S12/stock")

    assert [(reply.state, reply.code) for reply in replies] == [
        ("applied", ""),
        ("applied", ""),
        ("parked", "masterdata.sku_unknown"),
        ("parked", "document.date_unreadable"),
        ("applied", ""),
    ]
    assert SalesIssue.objects.count() == 3
    assert stock("erp", "on_hand/S12/available") == -6


def test_a_ticket_number_comes_again_with_the_same_content_or_not_at_all() -> None:
    tell(a_ticket_posted(), source="pos:S12/stock")

    same, other = tell(
        a_ticket_posted(message_id=make_id("same")),
        a_ticket_posted(
            message_id=make_id("other"),
            lines=(TicketLine(line=1, sku="TEA-250", quantity=9),),
        ),
        source="pos:S12/stock",
        first=2,
    )

    assert (same.state, other.state, other.code) == (
        "applied",
        "parked",
        "document.number_reused",
    )
    assert stock("erp", "on_hand/S12/available") == -2


def test_an_opening_is_booked_once() -> None:
    opened = StockOpened(
        message_id=make_id("opened"),
        occurred_at=NOON,
        document_number="OS-1",
        site="W1",
        lines=(OpenedLine(line=1, sku="TEA-250", quantity=40),),
    )

    tell(opened)
    [again] = tell(replace(opened, message_id=make_id("opened again")), first=2)
    [other] = tell(
        replace(
            opened,
            message_id=make_id("opened otherwise"),
            lines=(OpenedLine(line=1, sku="TEA-250", quantity=41),),
        ),
        first=3,
    )

    assert (again.state, other.code) == ("applied", "document.number_reused")
    assert StockOpening.objects.get().number == "W1-OS-1"
    assert stock("erp", "on_hand/W1/available") == 40


def book_tickets() -> None:
    """Book eight tickets of two days, two cashiers and two SKU; the last one has both."""
    tell(
        *(
            a_ticket_posted(
                message_id=make_id(f"ticket {number}"),
                ticket_number=f"{number:06d}",
                business_date="2026-03-02" if number <= 4 else "2026-03-03",
                cashier="chen.clerk" if number % 2 else "wu.clerk",
                lines=tuple(
                    TicketLine(line=line, sku=sku, quantity=1, amount_minor=6_800)
                    for line, sku in enumerate(skus, start=1)
                ),
            )
            for number, skus in enumerate(
                [["TEA-250"], ["SOAP-1"], ["TEA-250"], ["TEA-250"]] * 2, start=1
            )
        ),
        source="pos:S12/stock",
    )


@pytest.mark.parametrize(
    ("which", "expected"),
    [
        ({"day": date(2026, 3, 2)}, [4, 3, 2, 1]),
        ({"sku": "SOAP-1"}, [6, 2]),
        ({"sku": "TEA-250"}, [8, 7, 5, 4, 3, 1]),
        ({"sku": "TEA-250", "day": date(2026, 3, 3)}, [8, 7, 5]),
        ({"cashiers": ("chen.clerk",)}, [7, 5, 3, 1]),
        ({"cashiers": ("wu.clerk",), "sku": "SOAP-1"}, [6, 2]),
        ({"sku": "TEA-250", "sites": frozenset({"S1"})}, []),
        ({"sku": "MUG-1"}, []),
    ],
)
def test_sales_issues_are_found_by_day_sku_and_cashier_page_by_page(
    which: dict[str, Any], expected: list[int]
) -> None:
    book_tickets()

    found: list[str] = []
    while rows := list_sales_issues(
        IssueFilter(**which), after=found[-1] if found else "", limit=2
    ):
        found += [row.number for row in rows]

    tickets = dict(SalesIssue.objects.values_list("number", "ticket_number"))
    assert [int(tickets[number]) for number in found] == expected


def test_a_page_of_sales_issues_is_filtered_as_people_say_it() -> None:
    book_tickets()
    client = a_client(Role.INVENTORY_CONTROLLER)
    asked = {"day": "2026-03-03", "sku": "soap-1", "cashier": "wu.clerk"}

    found = client.get("/erp/sales-issues", asked).content.decode()
    none = client.get("/erp/sales-issues", asked | {"cashier": "chen.clerk"}).content.decode()
    told = client.get("/api/v1/sales-issues", asked | {"sku": "SOAP-1"}).json()

    assert found.count("data-open") == 1
    assert "data-open" not in none
    assert "No sales issue is like that" in none
    assert [row["cashier"] for row in told["data"]] == ["wu.clerk"]
