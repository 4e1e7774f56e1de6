"""Goal: sums across books are those of the books, and the outside never counts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from yipan.ledger import totals
from yipan.ledger.moves import FactPosting, Move, Trace
from yipan.ledger.posting import post_fact

pytestmark = pytest.mark.django_db(transaction=True)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SOURCE = "wms:W1/stock"


def receive(book: str, origin: str, account: str, quantity: int, sku: str = "TEA-250") -> None:
    move = Move(sku=sku, from_account="supplier", to_account=account, quantity=quantity)
    trace = Trace(actor="lin.wei", source=SOURCE, sequence=7)
    posting = FactPosting(origin=origin, occurred_at=NOON, moves=[move], trace=trace)
    post_fact(book=book, posting=posting)


def test_accounts_of_a_sku_come_from_all_books_without_the_outside() -> None:
    receive("wms:W1", "receipt/R-1/post", "on_hand/RECV-01/available", 95)
    receive("erp", "goods_receipt/GR-1/post", "on_hand/W1/available", 95)
    receive("erp", "goods_receipt/GR-2/post", "on_hand/W1/available", 5, sku="SALT")

    rows = totals.list_accounts(sku="TEA-250")

    assert [(row.book, row.account, row.quantity, row.overdraft) for row in rows] == [
        ("erp", "on_hand/W1/available", 95, 0),
        ("wms:W1", "on_hand/RECV-01/available", 95, 0),
    ]


def test_totals_add_up_what_each_book_has_on_hand() -> None:
    receive("erp", "goods_receipt/GR-1/post", "on_hand/W1/available", 95)
    receive("erp", "goods_receipt/GR-2/post", "on_hand/W1/damaged", 2)
    receive("erp", "goods_receipt/GR-3/post", "on_hand/S12/available", 4)

    by_sku = totals.list_sku_totals(skus=["TEA-250", "NEVER-SEEN"])
    by_place = totals.list_place_totals(book="erp")
    of_store = totals.list_sku_totals(skus=["TEA-250"], within=[("erp", "on_hand/S12/")])
    by_book = totals.sum_books(["erp", "pos:S12"])
    of_nobody = totals.list_sku_totals(skus=["TEA-250"], within=[])

    assert [(row.book, row.sku, row.quantity) for row in by_sku] == [("erp", "TEA-250", 101)]
    assert [(row.book, row.quantity) for row in of_store] == [("erp", 4)]
    assert of_nobody == []
    assert by_book == {"erp": 101}
    assert [(row.place, row.status, row.quantity) for row in by_place] == [
        ("S12", "available", 4),
        ("W1", "available", 95),
        ("W1", "damaged", 2),
    ]


def test_accounts_below_zero_are_counted_per_place() -> None:
    sale = [
        Move(sku="TEA-250", from_account="on_hand/S12/available", to_account="customer", quantity=3)
    ]
    post_fact(book="erp", posting=FactPosting(origin="sale/1/post", occurred_at=NOON, moves=sale))
    receive("erp", "goods_receipt/GR-1/post", "on_hand/W1/available", 95)

    found = totals.list_place_totals(book="erp")

    assert [(row.place, row.below, row.sku) for row in found] == [
        ("S12", 1, "TEA-250"),
        ("W1", 0, ""),
    ]
    assert totals.list_place_totals(book="pos:S12") == []


def test_a_message_leads_to_its_postings_in_all_books() -> None:
    receive("wms:W1", "receipt/R-1/post", "on_hand/RECV-01/available", 95)
    receive("erp", "goods_receipt/GR-1/post", "on_hand/W1/available", 95)

    found = totals.list_postings_of_message(source=SOURCE, sequence=7)

    assert {(row.book, row.origin) for row in found} == {
        ("wms:W1", "receipt/R-1/post"),
        ("erp", "goods_receipt/GR-1/post"),
    }
    assert totals.list_postings_of_message(source=SOURCE, sequence=8) == []
