"""The proof of the whole finds where the hub and a site differ, and is silent where they do not."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests import retailer
from tests.retailer import NOON, deliver, make_id, order, receive, sell
from yipan.exchange.codec import hash_content
from yipan.foundation.findings import Finding
from yipan.ledger import posting
from yipan.ledger.moves import FactPosting, Move, Trace
from yipan.proof import run
from yipan.proof.run import find_first_break
from yipan.proof.sites import compare_sites, prove_trees
from yipan.recon.queries.cuts import find_cut
from yipan.wms.models import InboundOrder

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _retailer() -> None:
    retailer.open_retailer()


def bring_95() -> None:
    order(("TEA-250", 100))
    deliver()
    receive(InboundOrder.objects.get().number, ("TEA-250", 95, 2))


def test_what_the_hub_has_not_heard_yet_is_no_difference() -> None:
    bring_95()

    waiting = compare_sites()
    deliver()
    heard = compare_sites()

    assert (waiting.ok, waiting.count) == (True, 0)
    assert (heard.ok, heard.count, heard.examined) == (True, 0, 1)


def test_goods_the_site_never_told_of_are_named_with_site_and_sku() -> None:
    bring_95()
    deliver()
    posting.post_fact(
        book="wms:W1",
        posting=FactPosting(
            origin="planted/1/post",
            occurred_at=NOON,
            moves=[
                Move(
                    sku="TEA-250",
                    from_account="on_hand/RECV-01/available",
                    to_account="scrap",
                    quantity=4,
                )
            ],
            trace=Trace(actor="planter"),
        ),
    )

    finding = compare_sites()

    assert finding == Finding(
        check="proof.hub_equals_sites",
        ok=False,
        detail=(
            "site W1, SKU TEA-250, sound: the hub's book says 95 and the site's own 91 at message 1"
        ),
        count=1,
        examined=1,
    )


def test_a_site_whose_book_lies_elsewhere_is_counted_and_is_no_break() -> None:
    retailer.open_store("S12", ("TEA-250", 10))
    deliver()
    [told] = retailer.list_envelopes("pos:S12/stock")
    data = json.loads(told.data.replace(b'"S12"', b'"S1"')) | {"message_id": str(make_id("S1"))}
    told_elsewhere = replace(
        told,
        source="pos:S1/stock",
        message_id=make_id("S1"),
        partition_key=told.partition_key.replace("S12", "S1"),
        content_hash=hash_content(data),
        data=json.dumps(data).encode(),
    )

    [answer] = retailer.hear("erp", told_elsewhere)
    compared, looked_at = compare_sites(), prove_trees()

    assert answer.state == "applied"
    assert retailer.stock("erp", "on_hand/S1/available") == 10
    assert (compared.ok, compared.count, compared.examined) == (True, 0, 1)
    assert compared.detail == "1 sites compared, 1 not compared: their books lie elsewhere"
    assert (looked_at.ok, looked_at.examined) == (True, 1)


def test_the_cut_is_what_the_hub_has_applied() -> None:
    bring_95()
    deliver()
    sell(("TEA-250", 1))
    deliver()

    assert find_cut("wms:W1/stock") == 1
    assert find_cut("pos:S12/stock") == 1
    assert find_cut("pos:S1/stock") is None


def test_the_parts_are_proved_in_order_and_each_is_announced() -> None:
    said: list[str] = []

    findings = list(run.prove(say=said.append))

    assert said == [name for name, _ in run.PARTS]
    assert find_first_break(findings) is None


def test_the_first_break_is_the_one_that_is_told() -> None:
    sound = Finding(check="a", ok=True, detail="")
    first = Finding(check="b", ok=False, detail="first", count=1)
    second = Finding(check="c", ok=False, detail="second", count=1)

    assert find_first_break([sound, first, second]) is first
    assert find_first_break([sound]) is None
