"""
A count that misses 30 packs of tea: too much for the warehouse to write off alone.

The hub sends the counters back first. Only what a second person approved is posted.
"""

from __future__ import annotations

import pytest

from tests import retailer
from tests.erp import moving
from tests.erp.adjusting import post, submit
from tests.retailer import NOON, deliver, make_id, stock
from yipan.documents import trail
from yipan.documents.states import OwnApproval
from yipan.erp.documents.stock import adjustment
from yipan.erp.documents.stock.adjustment import AboveLimit
from yipan.erp.models import Adjustment
from yipan.foundation.limits import Limit
from yipan.ledger.moves import Trace
from yipan.masterdata.limits import apply_limit
from yipan.proof.sites import compare_sites

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _retailer() -> None:
    retailer.open_retailer()


def decide(step: str, *, by: str, role: str, reason: str = "") -> Adjustment:
    return adjustment.decide(
        number="W1-AD-7",
        step=step,
        roles=(role,),
        by=Trace(actor=by, reason=reason),
        at=NOON,
        message_id=make_id(f"{step} by {by} {Adjustment.objects.get().version}"),
    )


def test_refused_recounted_and_approved() -> None:
    # Finance may approve up to 500.00 at warehouses, the inventory controller anything.
    apply_limit(Limit(role="finance", site_type="warehouse", value_max_minor=50_000, version=1))

    # A warehouse misses 30 packs, worth 900.00 at cost. It may not post that, and asks.
    submit("W1-AD-7", ("TEA-250", 30))
    deliver()
    assert Adjustment.objects.get().state == "submitted"
    assert stock("erp", "on_hand/W1/available") == 0

    # Who counted may not approve, and it is too much for finance.
    with pytest.raises(OwnApproval):
        decide("approve", by="wang.worker", role="inventory_controller")
    with pytest.raises(AboveLimit):
        decide("approve", by="fan.finance", role="finance")
    assert moving.list_told("erp:hub/orders:W1") == []

    # The controller does not believe it, and has it counted again.
    decide("recount", by="zhao.controller", role="inventory_controller", reason="A pallet in B?")
    assert moving.list_told("erp:hub/orders:W1")[-1].data["decision"] == "recount"

    # There was a pallet in aisle B. 12 are missing, worth 360.00: finance may approve that.
    submit("W1-AD-7", ("TEA-250", 12), version=2)
    deliver()
    assert Adjustment.objects.get().state == "submitted"
    decide("approve", by="fan.finance", role="finance")
    told = moving.list_told("erp:hub/orders:W1")[-1]
    assert (told.data["decision"], told.data["version"]) == ("approve", 2)
    assert stock("erp", "on_hand/W1/available") == 0

    # Only now the site posts, and the hub follows. Both books agree.
    post("W1-AD-7", ("TEA-250", 12))
    deliver()
    done = Adjustment.objects.get()
    assert (done.state, done.warnings) == ("posted", [])
    assert stock("erp", "on_hand/W1/available") == -12
    assert stock("erp", "stocktake_difference") == 12
    assert compare_sites().ok
    steps = trail.list_steps(document_type="adjustment", number="W1-AD-7")
    assert [(step.step, step.actor) for step in steps] == [
        ("submit", "wang.worker"),
        ("recount", "zhao.controller"),
        ("submit", "wang.worker"),
        ("approve", "fan.finance"),
        ("post", "wang.worker"),
    ]
