"""A second person counts: what the first had seen was a miscount, and the case says so."""

from __future__ import annotations

import pytest

from tests import retailer
from tests.stocktake.counting import ANN, BEN, get_open, minutes, new_id, plan, see
from yipan.ledger.moves import FactPosting, Move, Trace
from yipan.ledger.posting import post_fact
from yipan.pos.documents import store_count
from yipan.pos.documents.store_count import Seen
from yipan.recon.documents import case
from yipan.recon.models import Case, CaseState

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _store() -> None:
    retailer.open_retailer()
    retailer.open_store("S12", ("TEA-250", 20))
    retailer.deliver()


def look(quantity: int, *, by: Trace, after: float) -> None:
    """Count the tea in the shop, and let the hub hear of it."""
    store_count.look(
        seen=Seen(site="S12", sku="TEA-250", quantity=quantity),
        by=by,
        at=minutes(after),
        message_id=new_id(),
    )
    retailer.deliver()


def test_the_second_round_of_a_stocktake_names_the_first_a_miscount() -> None:
    running = plan(("shop_floor", []))
    see(get_open(running), ("TEA-250", 10), by=ANN, at=minutes(10))
    retailer.deliver()
    assert Case.objects.get().quantity == -10

    see(get_open(running), ("TEA-250", 20), by=BEN, at=minutes(30))
    retailer.deliver()

    found = Case.objects.get()
    assert (found.state, found.closing_reason) == (CaseState.CLOSED, case.AGREED)
    assert (found.cause, found.quantity) == ("miscount", -10)
    assert found.probability_permille > 900
    [part] = found.finding["parts"]
    assert part["agreed"] == ["another_counter"]


def test_who_counts_again_themselves_proves_no_miscount() -> None:
    look(10, by=ANN, after=10)
    look(20, by=ANN, after=30)

    assert Case.objects.get().state == CaseState.CLOSED
    assert Case.objects.get().cause != "miscount"


def test_a_document_posted_between_two_looks_is_what_put_it_right() -> None:
    look(21, by=ANN, after=10)
    found_one = Move(
        sku="TEA-250",
        from_account="supplier",
        to_account="on_hand/shop_floor/available",
        quantity=1,
    )
    posting = FactPosting(
        origin="goods_receipt/GR-1", occurred_at=minutes(20), moves=[found_one], trace=BEN
    )
    post_fact(book="pos:S12", posting=posting)
    look(21, by=BEN, after=30)

    found = Case.objects.get()
    assert (found.state, found.quantity) == (CaseState.CLOSED, 1)
    assert found.cause != "miscount"
