"""What the ERP decides about receipts and tickets, with plain numbers."""

from __future__ import annotations

from yipan.erp import rules
from yipan.erp.rules import LineProgress, Warned
from yipan.ledger.moves import Move
from yipan.messages.pos import OpenedLine
from yipan.messages.till import TicketLine
from yipan.messages.wms import ReceivedLine


def tea(ordered: int = 100, received: int = 0) -> LineProgress:
    return LineProgress(sku="TEA-250", quantity_ordered=ordered, quantity_received=received)


def came(sound: int, *, damaged: int = 0, blocked: int = 0, sku: str = "TEA-250") -> ReceivedLine:
    return ReceivedLine(
        line=1,
        sku=sku,
        quantity_sound=sound,
        quantity_damaged=damaged,
        quantity_blocked=blocked,
    )


def test_97_of_100_with_2_damaged_leave_3_open() -> None:
    [after] = rules.receive_lines(progress=[tea()], lines=[came(95, damaged=2)])

    assert after.quantity_received == 97
    assert after.quantity_damaged == 2
    assert after.quantity_blocked == 0
    assert rules.get_quantity_open(after) == 3


def test_several_receipts_add_up_and_too_much_leaves_nothing_open() -> None:
    [after] = rules.receive_lines(
        progress=[tea(received=60)], lines=[came(30), came(20, blocked=4)]
    )

    assert after.quantity_received == 114
    assert after.quantity_blocked == 4
    assert rules.get_quantity_open(after) == 0


def test_goods_not_ordered_change_no_line_and_are_told() -> None:
    lines = [came(5, sku="SOAP-1")]

    after = rules.receive_lines(progress=[tea()], lines=lines)

    assert after == [tea()]
    assert rules.find_receipt_warnings(progress=after, lines=lines, tolerance_percent=0) == [
        Warned(code="receipt.sku_not_ordered", sku="SOAP-1")
    ]


def test_a_surplus_within_the_tolerance_is_no_warning_and_one_beyond_says_how_much() -> None:
    within = rules.find_receipt_warnings(
        progress=[tea(received=105)], lines=[came(105)], tolerance_percent=5
    )
    beyond = rules.find_receipt_warnings(
        progress=[tea(received=106)], lines=[came(106)], tolerance_percent=5
    )

    assert within == []
    assert beyond == [Warned(code="receipt.tolerance_exceeded", sku="TEA-250", quantity=1)]


def test_a_receipt_comes_from_the_supplier_in_each_status() -> None:
    moves = rules.post_goods_receipt(site="W1", lines=[came(95, damaged=2, blocked=1)])

    assert moves == [
        Move(
            sku="TEA-250",
            from_account="supplier",
            to_account="on_hand/W1/available",
            quantity=95,
        ),
        Move(sku="TEA-250", from_account="supplier", to_account="on_hand/W1/damaged", quantity=2),
        Move(sku="TEA-250", from_account="supplier", to_account="on_hand/W1/blocked", quantity=1),
    ]


def test_a_sale_goes_to_the_customer_and_a_return_comes_back() -> None:
    lines = [
        TicketLine(line=1, sku="TEA-250", quantity=2),
        TicketLine(line=2, sku="SOAP-1", quantity=-1),
        TicketLine(line=3, sku="BAG", quantity=0),
    ]

    assert rules.post_sales_issue(site="S12", lines=lines) == [
        Move(
            sku="TEA-250",
            from_account="on_hand/S12/available",
            to_account="customer",
            quantity=2,
        ),
        Move(sku="SOAP-1", from_account="customer", to_account="on_hand/S12/available", quantity=1),
    ]


def test_opening_stock_comes_from_the_opening_account_and_zero_moves_nothing() -> None:
    lines = [
        OpenedLine(line=1, sku="TEA-250", quantity=40),
        OpenedLine(line=2, sku="SOAP-1", quantity=0),
    ]

    assert rules.post_stock_opening(site="S12", lines=lines) == [
        Move(
            sku="TEA-250",
            from_account="opening",
            to_account="on_hand/S12/available",
            quantity=40,
        )
    ]


def test_the_hub_puts_the_site_before_a_number_that_does_not_carry_it() -> None:
    assert rules.get_hub_number(site="W1", number="GR-W1-000001") == "GR-W1-000001"
    assert rules.get_hub_number(site="W1", number="1001") == "W1-1001"
    assert rules.get_hub_number(site="W1", number="GR-W12-1") == "W1-GR-W12-1"


def test_the_last_receipt_closes_an_order_short_and_a_full_one_is_received() -> None:
    assert rules.get_order_state(progress=[tea(received=97)], is_last=False) == "partly_received"
    assert rules.get_order_state(progress=[tea(received=97)], is_last=True) == "closed_short"
    assert rules.get_order_state(progress=[tea(received=120)], is_last=False) == "received"
