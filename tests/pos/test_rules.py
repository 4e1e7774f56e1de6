"""What a store decides about tickets, with plain numbers."""

from __future__ import annotations

from yipan.ledger.moves import Move
from yipan.messages.till import TicketLine
from yipan.pos import rules


def line(quantity: int, number: int = 1) -> TicketLine:
    return TicketLine(line=number, sku="TEA-250", quantity=quantity, amount_minor=9_800 * quantity)


def test_a_sale_leaves_the_shop_floor_and_a_return_comes_back_to_it() -> None:
    assert rules.post_ticket(lines=[line(2), line(-1, number=2), line(0, number=3)]) == [
        Move(
            sku="TEA-250",
            from_account="on_hand/shop_floor/available",
            to_account="customer",
            quantity=2,
        ),
        Move(
            sku="TEA-250",
            from_account="customer",
            to_account="on_hand/shop_floor/available",
            quantity=1,
        ),
    ]


def test_the_type_of_a_ticket_follows_from_its_lines() -> None:
    assert rules.get_ticket_type(lines=[line(1)]) == "sale"
    assert rules.get_ticket_type(lines=[line(-1)]) == "return"
    assert rules.get_ticket_type(lines=[line(1), line(-1)]) == "exchange"
    assert rules.get_ticket_type(lines=[]) == "void"


def test_the_digest_tells_a_repeat_from_another_ticket() -> None:
    first = rules.get_ticket_digest(lines=[line(2)], total_minor=19_600)

    assert rules.get_ticket_digest(lines=[line(2)], total_minor=19_600) == first
    assert rules.get_ticket_digest(lines=[line(3)], total_minor=19_600) != first
    assert rules.get_ticket_digest(lines=[line(2)], total_minor=19_500) != first
