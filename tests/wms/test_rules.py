"""What a warehouse decides about counted goods, with plain numbers."""

from __future__ import annotations

from yipan.ledger.moves import Move
from yipan.messages.wms import OpenedLine
from yipan.wms import rules
from yipan.wms.rules import Counted, Expected, Shifted


def tea(received: int = 0) -> Expected:
    return Expected(line=1, sku="TEA-250", quantity_expected=100, quantity_received=received)


def counted(sound: int, damaged: int = 0, sku: str = "TEA-250") -> Counted:
    return Counted(sku=sku, quantity_sound=sound, quantity_damaged=damaged)


def test_goods_within_the_order_are_sound_or_damaged_as_counted() -> None:
    [line] = rules.decide_receipt(
        expected=[tea()], counted=[counted(95, damaged=2)], tolerance_percent=0
    )

    assert (line.quantity_sound, line.quantity_damaged, line.quantity_blocked) == (95, 2, 0)
    assert line.line == 1
    assert line.quantity_expected == 100


def test_the_surplus_over_the_tolerance_is_blocked() -> None:
    [line] = rules.decide_receipt(
        expected=[tea(received=60)], counted=[counted(50)], tolerance_percent=5
    )

    assert (line.quantity_sound, line.quantity_blocked) == (45, 5)
    assert line.quantity_expected == 40


def test_damaged_goods_use_up_the_order_before_sound_ones_are_blocked() -> None:
    [line] = rules.decide_receipt(
        expected=[tea(received=97)], counted=[counted(2, damaged=4)], tolerance_percent=0
    )

    assert (line.quantity_sound, line.quantity_damaged, line.quantity_blocked) == (0, 4, 2)


def test_goods_on_no_line_of_the_order_are_blocked() -> None:
    [line] = rules.decide_receipt(
        expected=[tea()], counted=[counted(7, damaged=1, sku="SOAP-1")], tolerance_percent=10
    )

    assert (line.quantity_sound, line.quantity_damaged, line.quantity_blocked) == (0, 1, 7)
    assert line.line == 0
    assert line.quantity_expected is None


def test_a_blind_receipt_blocks_nothing() -> None:
    [line] = rules.take_blind(counted=[counted(7, damaged=1)])

    assert (line.quantity_sound, line.quantity_damaged, line.quantity_blocked) == (7, 1, 0)


def test_a_receipt_is_put_down_in_the_receiving_bin() -> None:
    lines = rules.decide_receipt(
        expected=[tea()], counted=[counted(101, damaged=2)], tolerance_percent=0
    )

    assert rules.post_receipt(bin_code="RECV-01", lines=lines) == [
        Move(
            sku="TEA-250",
            from_account="supplier",
            to_account="on_hand/RECV-01/available",
            quantity=98,
        ),
        Move(
            sku="TEA-250",
            from_account="supplier",
            to_account="on_hand/RECV-01/damaged",
            quantity=2,
        ),
        Move(
            sku="TEA-250",
            from_account="supplier",
            to_account="on_hand/RECV-01/blocked",
            quantity=3,
        ),
    ]


def test_a_bin_move_keeps_the_status() -> None:
    shift = Shifted(sku="TEA-250", from_bin="RECV-01", to_bin="A-01-01", quantity=95)

    assert rules.post_bin_move(shifts=[shift]) == [
        Move(
            sku="TEA-250",
            from_account="on_hand/RECV-01/available",
            to_account="on_hand/A-01-01/available",
            quantity=95,
        )
    ]


def test_opening_stock_lies_in_its_bins() -> None:
    moves = rules.post_stock_opening(
        bins=[
            ("A-01-01", OpenedLine(line=1, sku="TEA-250", quantity=40)),
            ("A-01-02", OpenedLine(line=2, sku="TEA-250", quantity=0)),
        ]
    )

    assert moves == [
        Move(
            sku="TEA-250",
            from_account="opening",
            to_account="on_hand/A-01-01/available",
            quantity=40,
        )
    ]


def test_the_order_is_received_when_nothing_is_open_and_closed_short_by_the_last() -> None:
    assert rules.get_inbound_state(lines=[tea(received=100)], is_last=False) == "received"
    assert rules.get_inbound_state(lines=[tea(received=97)], is_last=False) == "partly_received"
    assert rules.get_inbound_state(lines=[tea(received=97)], is_last=True) == "closed_short"
