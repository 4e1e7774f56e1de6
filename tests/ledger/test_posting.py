"""Goal: the doors of the ledger keep their word. Method: post, ask again, read back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from yipan.ledger import posting, queries
from yipan.ledger.moves import FactPosting, Move

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SHELF = "on_hand/W1/available"
SET_ASIDE = "on_hand/W1/reserved"
SCARVES = Move(sku="SCARF", from_account="supplier", to_account=SHELF, quantity=5)

pytestmark = pytest.mark.django_db


def a_posting(*moves: Move, origin: str = "goods_receipt/GR-1/post") -> FactPosting:
    return FactPosting(origin=origin, occurred_at=NOON, moves=moves or [SCARVES])


def test_a_fact_is_booked_once() -> None:
    assert posting.post_fact(book="erp", posting=a_posting()) is True
    assert posting.post_fact(book="erp", posting=a_posting()) is False
    with pytest.raises(posting.OriginReused):
        posting.post_fact(book="erp", posting=a_posting(replace(SCARVES, quantity=50)))

    assert queries.get_quantity(book="erp", account=SHELF, sku="SCARF") == 5
    assert queries.get_quantity(book="erp", account="supplier", sku="SCARF") == -5
    assert len(queries.get_posting(book="erp", origin="goods_receipt/GR-1/post").movements) == 1


def test_a_short_promise_leaves_no_trace() -> None:
    posting.post_fact(book="erp", posting=a_posting())
    wanted = Move(sku="SCARF", from_account=SHELF, to_account=SET_ASIDE, quantity=6)

    with pytest.raises(posting.StockShort) as refused:
        posting.post_promise(book="erp", posting=a_posting(wanted, origin="reservation/R-1/post"))

    assert refused.value.facts == {
        "book": "erp",
        "account": SHELF,
        "sku": "SCARF",
        "asked": 6,
        "available": 5,
    }
    assert queries.find_posting(book="erp", origin="reservation/R-1/post") is None
    assert queries.get_quantity(book="erp", account=SHELF, sku="SCARF") == 5


def test_reversal_is_identity() -> None:
    posting.post_fact(book="erp", posting=a_posting())

    assert posting.reverse(
        book="erp", origin="goods_receipt/GR-1/post", reversal="goods_receipt/GR-1/reverse", at=NOON
    )

    assert queries.list_balances(book="erp") == []
    assert len(queries.list_movements(book="erp", sku="SCARF", limit=10)) == 2
    assert [it.origin for it in queries.list_postings(book="erp", limit=10)] == [
        "goods_receipt/GR-1/reverse",
        "goods_receipt/GR-1/post",
    ]
    assert queries.list_balances_as_of(book="erp", sku="SCARF", as_of=NOON) == []
    assert (
        queries.list_site_sums_at(book="erp", prefixes=["on_hand/W1/"], watermarks={"a": 3}) == []
    )
