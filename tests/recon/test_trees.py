"""
Goal: the trees of sums say exactly which buckets of SKUs differ, however books came to differ.

Method: whatever is posted in whatever book, the differences found through the trees are those a
comparison of all balances finds; what was kept of the trees is what the balances add up to.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import retailer
from tests.retailer import NOON, post_by_hand
from yipan.ledger.moves import FactPosting, Move, Trace
from yipan.ledger.posting import post_fact
from yipan.ledger.site_differences import SiteCut, list_site_differences
from yipan.proof.sites import prove_trees
from yipan.recon.documents import comparing, trees
from yipan.recon.models import BookTree, Case, CaseState
from yipan.recon.queries.cuts import HUB_BOOK, list_cuts

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(hours=9)
SITES = ("S1", "S2", "S3")
CUTS = [
    SiteCut(site=site, book=f"pos:{site}", source=f"pos:{site}/stock", watermark=5)
    for site in SITES
]
#: Postings are final: each run numbers its own, and finds what runs before it left.
RUNS = count()
PLACES = {"hub": "on_hand/{site}/{status}", "own": "on_hand/{place}/{status}"}

postings = st.lists(
    st.tuples(
        st.sampled_from(("hub", "own", "both")),
        st.sampled_from(SITES),
        st.integers(0, 11),
        st.integers(-4, 9).filter(bool),
        st.sampled_from(("available", "reserved", "damaged", "blocked")),
        st.sampled_from(("shop_floor", "backroom")),
        # Numbers above 5 lie beyond the cut; None comes by no message.
        st.sampled_from((None, 1, 4, 6, 9)),
    ),
    max_size=12,
)


def post(number: int, wanted: tuple[str, str, int, int, str, str, int | None]) -> None:
    """Post goods in one book of a site, or in both."""
    where, site, sku, quantity, status, place, sequence = wanted
    for side in ("hub", "own") if where == "both" else (where,):
        inside = PLACES[side].format(site=site, status=status, place=place)
        pair = ("supplier", inside) if quantity > 0 else (inside, "customer")
        post_fact(
            book=HUB_BOOK if side == "hub" else f"pos:{site}",
            posting=FactPosting(
                origin=f"made/{number}/{side}",
                occurred_at=NOON,
                moves=[
                    Move(
                        sku=f"SKU-{sku}",
                        from_account=pair[0],
                        to_account=pair[1],
                        quantity=abs(quantity),
                    )
                ],
                trace=Trace(source=f"pos:{site}/stock" if sequence else "", sequence=sequence),
            ),
        )


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(batches=st.lists(postings, min_size=1, max_size=3), is_full=st.sampled_from((True, False)))
def test_what_the_trees_find_is_what_all_balances_say(
    *, batches: list[list[tuple[str, str, int, int, str, str, int | None]]], is_full: bool
) -> None:
    number = next(RUNS) * 1_000
    for batch in batches:
        for each in batch:
            number += 1
            post(number, each)
        leaves = trees.find_leaves(cuts=CUTS, at=LATER, is_full=is_full)
        through_trees = list_site_differences(hub=HUB_BOOK, cuts=CUTS, leaves=leaves)
        assert through_trees == list_site_differences(hub=HUB_BOOK, cuts=CUTS)
        assert trees.list_drifted(cuts=CUTS) == []


@pytest.fixture
def store() -> None:
    retailer.open_retailer()
    retailer.open_store("S12", ("TEA-250", 10), ("MUG-1", 6))
    retailer.deliver()


@pytest.mark.usefixtures("store")
def test_books_that_agree_are_not_read() -> None:
    comparing.compare(at=LATER)
    retailer.sell(("TEA-250", 1))
    retailer.deliver()

    compared = comparing.compare(at=LATER)

    assert (compared.differences, compared.leaves) == (0, 0)


@pytest.mark.usefixtures("store")
def test_one_sku_that_differs_is_one_bucket_to_read() -> None:
    comparing.compare(at=LATER)
    post_by_hand("erp", "by_hand/1", "on_hand/S12/available", 4)

    compared = comparing.compare(at=LATER)

    assert (compared.differences, compared.leaves, compared.opened) == (1, 1, 1)


@pytest.mark.usefixtures("store")
def test_a_tree_that_drifted_is_found_and_a_comparison_in_full_makes_it_anew() -> None:
    comparing.compare(at=LATER)
    tree = BookTree.objects.get()
    tree.hub = {**tree.hub, "7": 12}
    tree.save()

    assert trees.list_drifted(cuts=list_cuts()) == ["S12"]
    assert (prove_trees().ok, prove_trees().check) == (False, "proof.trees_follow_books")
    assert comparing.compare(at=LATER).differences == 0
    comparing.compare(at=LATER, is_full=True)
    assert trees.list_drifted(cuts=list_cuts()) == []


@pytest.mark.usefixtures("store")
def test_a_message_missing_below_others_is_lost_after_a_while_and_its_arrival_ends_it() -> None:
    retailer.sell(("TEA-250", 2))
    retailer.sell(("TEA-250", 1))
    lost, after = retailer.list_envelopes("pos:S12/stock")[-2:]
    retailer.hear("erp", after)

    heard_at = after.recorded_at or NOON
    fresh = comparing.compare(at=heard_at)
    old = comparing.compare(at=heard_at + timedelta(minutes=20))

    found = Case.objects.get()
    assert (fresh.differences, old.differences) == (0, 1)
    assert (found.quantity, found.cause) == (2, "lost_message")
    retailer.hear("erp", lost)
    assert comparing.compare(at=heard_at + timedelta(minutes=30)).closed == 1
    found.refresh_from_db()
    assert found.state == CaseState.CLOSED
