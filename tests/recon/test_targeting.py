"""
Goal: who counts where the ranking says finds more than who counts anywhere.

Method: a generated store errs by causes the ranking does not see: each movement may be booked
wrongly, some people and goods err more, dear goods are stolen, some goods lie where nobody finds
them and so stop selling. The ranking sees what a book shows of it, and is held against chance.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from tests import retailer
from tests.retailer import NOON, post_by_hand
from yipan.masterdata import queries, records
from yipan.recon.queries.targets import list_targets
from yipan.recon.rules.targeting import Candidate, Reason, rank

KEYS = 2_000
BUDGET = 200
#: Counting one in ten, so many times what chance finds.
LIFT_MIN = 2.0


def make_store(chance: Random) -> tuple[list[Candidate], dict[str, int]]:
    """Return what a book shows of 2,000 SKUs, and by how much each shelf differs from it."""
    candidates, truth = [], {}
    for number in range(KEYS):
        sku = f"G{number:04}"
        rate = min(20.0, chance.lognormvariate(-1.5, 1.2))
        proneness = chance.choice((0.4, 0.7, 1.0, 1.0, 3.0))
        price = chance.choice((490, 990, 1_990, 4_990, 19_900))
        stock = max(0, round(rate * chance.uniform(0, 20)) + chance.randint(0, 6))
        movements = round(rate * 30 * chance.uniform(0.6, 1.2))
        wrong = sum(
            chance.choice((-6, -2, -1, 1, 2))
            for _ in range(movements)
            if chance.random() < 0.004 * proneness
        )
        if chance.random() < 0.03 * price / 4_990:
            wrong -= chance.randint(1, 4)
        quiet = chance.expovariate(max(rate, 0.02))
        if chance.random() < 0.02 and stock > 2:
            wrong, quiet = -stock, quiet + chance.uniform(5, 25)
        counts = chance.randint(0, 4)
        errors = sum(
            chance.random() < min(0.9, 0.004 * proneness * max(1, movements)) for _ in range(counts)
        )
        candidates.append(
            Candidate(
                site="S1",
                sku=sku,
                # What was sold from a shelf the book says is empty shows in the book.
                stock=stock - max(0, wrong) if chance.random() < 0.5 else stock,
                price_minor=price,
                movements=movements,
                counts=counts,
                errors=errors,
                sold_a_day=rate,
                days_without_sale=min(30.0, quiet),
                days_since_count=chance.uniform(10, 200) if counts else None,
            )
        )
        truth[sku] = wrong
    return candidates, truth


@pytest.mark.parametrize("seed", range(3))
def test_the_ranking_finds_more_than_chance(seed: int) -> None:
    chance = Random(seed)
    candidates, truth = make_store(chance)

    chosen = [target.candidate.sku for target in rank(candidates, limit=BUDGET)]
    by_chance = chance.sample(sorted(truth), BUDGET)

    found, blind = (sum(truth[sku] != 0 for sku in skus) for skus in (chosen, by_chance))
    pieces, blind_pieces = (sum(abs(truth[sku]) for sku in skus) for skus in (chosen, by_chance))
    sys.stdout.write(
        f"\nof {sum(map(bool, truth.values()))} wrong of {KEYS}, counting {BUDGET}: ranked {found}"
        f" ({pieces} pieces), by chance {blind} ({blind_pieces} pieces), lift {found / blind:.1f}"
        f" ({pieces / max(1, blind_pieces):.1f})\n"
    )
    assert found >= LIFT_MIN * blind
    assert pieces >= LIFT_MIN * blind_pieces


def test_negative_books_come_first_and_each_key_says_why() -> None:
    plain = Candidate(
        site="S1", sku="A", stock=10, price_minor=500, movements=1, counts=1, days_since_count=30.0
    )
    busy = Candidate(
        site="S1", sku="B", stock=50, price_minor=9_900, movements=60, counts=3, errors=2
    )
    quiet = Candidate(
        site="S1", sku="C", stock=9, price_minor=900, sold_a_day=2.0, days_without_sale=6.0
    )
    below = Candidate(site="S1", sku="D", stock=-1, price_minor=100, movements=3)
    short = Candidate(site="S1", sku="E", stock=4, price_minor=100, short_picks=1)

    ranked = rank([plain, busy, quiet, below, short], limit=5)

    assert [each.candidate.sku for each in ranked] == ["D", "E", "C", "B", "A"]
    assert ranked[0].reasons[0] is Reason.NEGATIVE_BOOK
    assert ranked[1].reasons[0] is Reason.SHORT_PICK
    assert ranked[2].reasons[0] is Reason.ZERO_SALES
    assert set(ranked[3].reasons) >= {Reason.ACTIVE, Reason.VALUABLE, Reason.PAST_ERRORS}
    assert ranked[4].reasons == ()


def test_what_was_counted_yesterday_waits_unless_its_book_is_negative() -> None:
    fresh = Candidate(site="S1", sku="A", movements=90, stock=5, days_since_count=0.0)
    below = Candidate(site="S1", sku="B", movements=90, stock=-5, days_since_count=0.0)

    ranked = rank([fresh, below], limit=2)

    assert [each.candidate.sku for each in ranked] == ["B", "A"]
    assert ranked[1].score == 0


def test_who_is_told_which_goods_are_hot_finds_more_of_what_thieves_took() -> None:
    chance = Random(7)
    candidates, truth = make_store(chance)
    hot = {each.sku for each in candidates if chance.random() < 0.06}
    for sku in sorted(hot):
        # Thieves take some of what stands there; the book knows nothing of it.
        truth[sku] -= chance.randint(1, 4) if chance.random() < 0.5 else 0
    told = [replace(each, is_hot=each.sku in hot) for each in candidates]

    found = {
        name: sum(truth[each.candidate.sku] != 0 for each in rank(some, limit=BUDGET))
        for name, some in (("untold", candidates), ("told", told))
    }

    sys.stdout.write(f"\nof {BUDGET} counted: {found}\n")
    assert found["told"] >= 1.1 * found["untold"]


def test_hot_goods_say_why_and_of_none_left_none_can_be_stolen() -> None:
    common = Candidate(site="S1", sku="A", stock=10, price_minor=500, movements=3)
    hot = replace(common, sku="B", is_hot=True)
    gone = replace(common, sku="C", stock=0, is_hot=True)

    ranked = {each.candidate.sku: each for each in rank([common, hot, gone], limit=3)}

    assert next(iter(ranked)) == "B"
    assert ranked["B"].reasons[0] is Reason.HOT_GOODS
    assert Reason.HOT_GOODS not in ranked["C"].reasons


@pytest.mark.django_db
def test_a_store_is_ranked_out_of_its_own_book() -> None:
    retailer.open_retailer()
    retailer.open_store("S12", ("TEA-250", 10), ("MUG-1", 1))
    retailer.sell(("MUG-1", 3))
    retailer.deliver()
    post_by_hand("pos:S1", "by_hand/1", "on_hand/shop_floor/available", 4)

    at_site = list_targets(site="S12", at=NOON + timedelta(days=2))
    by_place = list_targets(site="S12", at=NOON + timedelta(days=2), by_place=True)

    assert [row.sku.code for row in at_site] == ["MUG-1", "TEA-250"]
    first = at_site[0].target
    assert (first.candidate.stock, first.candidate.movements) == (-2, 2)
    assert first.reasons[0] is Reason.NEGATIVE_BOOK
    assert {row.target.candidate.place for row in by_place} == {"shop_floor"}
    assert not any(row.target.candidate.is_hot for row in at_site)

    records.save_skus([replace(queries.get_sku("TEA-250"), is_hot=True)], at=NOON)

    [_, tea] = list_targets(site="S12", at=NOON + timedelta(days=2))
    assert Reason.HOT_GOODS in tea.target.reasons
