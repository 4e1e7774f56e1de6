"""The proof of transfers: what was shipped is somewhere, and whatever is lost is named."""

from __future__ import annotations

import pytest

from tests import retailer
from tests.erp.moving import release, ship, take_in, unship
from tests.retailer import CHECKER, NOON, deliver
from yipan.erp.documents.transfers import transfer_difference
from yipan.erp.documents.transfers.transfer_difference import SettledLine
from yipan.erp.models import TransferDifference, TransferReceiptLine
from yipan.proof.sites import compare_sites
from yipan.proof.transfers import prove_transfers

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _retailer() -> None:
    retailer.open_retailer()


def move() -> str:
    """Ship ten, receive six sound and one damaged, write one off: two are still missing."""
    number = release(("TEA-250", 10)).number
    ship(number, "SH-1", ("TEA-250", 10))
    take_in(number, "RC-1", ("TEA-250", 6, 1))
    deliver()
    transfer_difference.settle(
        number=TransferDifference.objects.get().number,
        lines=[SettledLine(sku="TEA-250", quantity=1, outcome="write_off")],
        reference="",
        by=CHECKER,
        at=NOON,
    )
    return number


def test_all_that_was_shipped_is_received_settled_or_on_its_way() -> None:
    move()
    late = release(("MUG-1", 5)).number
    take_in(late, "RC-9", ("MUG-1", 5, 0))
    back = release(("SOAP-1", 5)).number
    ship(back, "SH-2", ("SOAP-1", 5))
    unship(back, "SH-2", ("SOAP-1", 5))
    more = release(("RICE-5", 5)).number
    ship(more, "SH-3", ("RICE-5", 5))
    take_in(more, "RC-3", ("RICE-5", 7, 0))
    deliver()

    proved = prove_transfers()

    assert (proved.ok, proved.count, proved.examined) == (True, 0, 3)
    assert compare_sites().ok


def test_goods_posted_into_transit_without_a_document_are_named() -> None:
    number = move()
    retailer.post_by_hand("erp", "planted/1", f"in_transit/{number}/available", 4)

    proved = prove_transfers()

    assert (proved.ok, proved.count) == (False, 1)
    assert proved.detail == (
        f"transfer {number}, SKU TEA-250: 10 shipped and 0 more came, 7 received, 1 settled, "
        "so 2 should be in transit, and the book says 6"
    )


def test_goods_in_transit_of_no_transfer_at_all_are_named() -> None:
    retailer.post_by_hand("erp", "planted/1", "in_transit/NONE/available", 4)

    assert prove_transfers().detail.startswith("transfer NONE, SKU TEA-250: 0 shipped")


def test_a_receipt_that_lost_a_line_is_named() -> None:
    number = move()
    TransferReceiptLine.objects.filter(receipt__order__number=number).delete()

    proved = prove_transfers()

    assert (proved.ok, proved.count) == (False, 1)
    assert "0 received, 1 settled, so 9 should be in transit, and the book says 2" in proved.detail
