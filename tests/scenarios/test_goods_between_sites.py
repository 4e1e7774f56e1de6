"""
Goods between sites: a truck that loses two packs, a store that helps another one out.

The hub never touches goods. It orders, hears what left and what came, and until both agree
somebody owns the difference.
"""

from __future__ import annotations

import pytest

from tests import retailer
from tests.erp.moving import count_transit, release, ship, ship_from_store, take_in
from tests.retailer import CHECKER, NOON, deliver, stock
from yipan.documents import trail
from yipan.erp.documents.transfers import transfer_difference
from yipan.erp.documents.transfers.transfer_difference import SettledLine
from yipan.erp.models import TransferDifference, TransferOrder
from yipan.ledger import queries as ledger
from yipan.proof.sites import compare_sites
from yipan.proof.transfers import prove_transfers

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _retailer() -> None:
    retailer.open_retailer()


def test_a_truck_loses_two_packs_and_the_carrier_pays_for_them() -> None:
    # A planner wants 48 packs of tea at the Binjiang store. Somebody else approves.
    number = release(("TEA-250", 48)).number

    # The warehouse ships 48. They are at no site now: they are on their way.
    ship(number, "SH-1", ("TEA-250", 48))
    deliver()
    assert stock("erp", "on_hand/W1/available") == -48
    assert count_transit(number) == 48
    assert stock("erp", "on_hand/S12/available") == 0

    # The store scans 46, and one of them is crushed. It says that this was all.
    take_in(number, "RC-1", ("TEA-250", 45, 1))
    deliver()
    assert stock("erp", "on_hand/S12/available") == 45
    assert stock("erp", "on_hand/S12/damaged") == 1

    # Two are missing. They are still in transit, and a document says that somebody has to ask.
    assert count_transit(number) == 2
    document = TransferDifference.objects.get()
    assert document.state == "open"
    assert document.lines.get().quantity_missing == 2
    assert TransferOrder.objects.get().state == "partly_received"

    # The controller takes it on. The carrier's own records show that it loaded 48: it pays.
    transfer_difference.assign(number=document.number, owner="zhao", by=CHECKER, at=NOON)
    transfer_difference.settle(
        number=document.number,
        lines=[SettledLine(sku="TEA-250", quantity=2, outcome="claim_carrier")],
        reference="SF-CLAIM-778",
        by=CHECKER,
        at=NOON,
    )

    # Nothing is on its way any more, the transfer is closed, and nothing got lost in the books.
    assert count_transit(number) == 0
    assert stock("erp", "carrier_claim") == 2
    assert TransferOrder.objects.get().state == "closed"
    assert prove_transfers().ok
    assert compare_sites().ok

    # Every number opens: who settled what, and why the store's book rose.
    settlement = document.settlements.get()
    posting = ledger.get_posting(book="erp", origin=settlement.origin)
    assert posting.header.actor == "zhao.controller"
    assert settlement.reference == "SF-CLAIM-778"
    received = ledger.get_posting(book="erp", origin="transfer_receipt/S12-RC-1/post")
    assert (received.header.source, received.header.sequence) == ("pos:S12/stock", 1)
    steps = trail.list_steps(document_type="transfer_order", number=number)
    assert [step.step for step in steps] == ["create", "approve", "release", "ship", "receive"]


def test_a_store_helps_another_one_out_and_the_messages_cross() -> None:
    # Binjiang has mugs to spare, and Xihu has none.
    number = release(("MUG-1", 6), from_site="S12", to_site="S1").number

    # A colleague carries them over. Binjiang's network is down, so its message does not leave.
    # Xihu takes the mugs in at once.
    take_in(number, "RC-1", ("MUG-1", 6, 0), site="S1")
    deliver()
    assert stock("erp", "on_hand/S1/available", "MUG-1") == 6

    # The hub believes that six came which never left: in transit is below zero, and in sight.
    assert count_transit(number, "MUG-1") == -6
    assert prove_transfers().ok

    # The network is back. The books meet, and nobody had to correct anything.
    ship_from_store(number, "SH-1", ("MUG-1", 6))
    deliver()
    assert count_transit(number, "MUG-1") == 0
    assert stock("erp", "on_hand/S12/available", "MUG-1") == -6
    assert TransferOrder.objects.get().state == "received"
    assert not TransferDifference.objects.exists()
    assert prove_transfers().ok
    assert compare_sites().ok
