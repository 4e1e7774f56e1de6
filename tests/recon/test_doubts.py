"""What a store doubts of its own book reaches the hub and is counted first."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests import retailer
from tests.pos.fulfilling import accept, an_order, pick, tell
from tests.retailer import CLERK, NOON, list_envelopes, make_id
from yipan.ledger.moves import Trace
from yipan.pos import tasks
from yipan.pos.documents import difference, store_count
from yipan.pos.documents.store_count import Seen
from yipan.pos.models import StoreDifference
from yipan.recon.models import Doubt
from yipan.recon.queries.targets import list_targets
from yipan.recon.rules.targeting import Reason

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _store() -> None:
    retailer.open_retailer()
    retailer.open_store("S12", ("TEA-250", 10), ("SOAP-1", 6))
    retailer.deliver()


def test_a_short_pick_makes_the_hub_send_somebody_to_count_there() -> None:
    tell(an_order(("TEA-250", 3), ("SOAP-1", 2)))
    accept()
    pick(("TEA-250", 3))
    retailer.deliver()

    doubt = Doubt.objects.get()
    assert (doubt.sku, doubt.place, doubt.doubt_type) == ("SOAP-1", "shop_floor", "short_pick")
    assert (doubt.quantity_book, doubt.quantity_seen, doubt.closed_at) == (6, 0, None)
    for by_place in (False, True):
        first = list_targets(site="S12", at=NOON + timedelta(days=2), by_place=by_place)[0]
        assert first.sku.code == "SOAP-1"
        assert first.target.reasons[0] is Reason.SHORT_PICK

    # Counted and settled, it is no doubt any more.
    store_count.look(
        seen=Seen(site="S12", sku="SOAP-1", quantity=0),
        by=CLERK,
        at=NOON,
        message_id=make_id("counted"),
    )
    difference.settle(
        number=StoreDifference.objects.get().number,
        by=Trace(actor="fang.manager", reason="The shelf is empty."),
        roles=("store_manager",),
        at=NOON,
        message_id=make_id("settled"),
    )
    retailer.deliver()
    doubt.refresh_from_db()
    assert (doubt.outcome, doubt.closed_at) == ("counted", NOON)
    targets = list_targets(site="S12", at=NOON + timedelta(days=2))
    assert all(Reason.SHORT_PICK not in row.target.reasons for row in targets)


def test_a_doubt_told_twice_is_one_and_a_stranger_s_is_parked() -> None:
    retailer.sell(("SOAP-1", 8))
    tasks.doubt_below_zero(sites=["S12"], at=NOON)
    [told] = list_envelopes("pos:S12/tasks")
    assert told.kind == "pos.difference_opened.v1"

    replies = retailer.hear("erp", told, told)

    assert [reply.state for reply in replies] == ["applied", "duplicate"]
    assert Doubt.objects.get().quantity_book == -2
    foreign = replace(told, source="pos:S1/tasks", message_id=make_id("x"))
    [refused] = retailer.hear("erp", foreign)
    assert (refused.state, refused.code) == ("parked", "document.site_mismatch")
    assert Doubt.objects.count() == 1
