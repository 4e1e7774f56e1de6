"""What the stories of the lab come to, by number: told through the real doors, written down."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.lab.telling import PAIRS
from tests.lab.telling import keep_recorded as keep_told_here
from tests.lab.test_stories import FOUND
from tests.retailer import NOON
from yipan.lab import recorded, runs
from yipan.lab.recorded import Frames, read_recorded

RECORDED = read_recorded()


def find(frames: Frames, text: str) -> dict[str, Any]:
    return next(frame for frame in frames if frame["text"] == text)


def sums(frame: dict[str, Any], site: str = "W1") -> tuple[int, int, int]:
    [row] = [row for row in frame["sums"] if row["site"] == site]
    return row["physical"], row["own"], row["hub"]


def test_every_story_is_written_down_without_a_fault_and_with_each() -> None:
    assert set(RECORDED) == set(PAIRS)
    assert set(FOUND) <= set(PAIRS)


@pytest.mark.parametrize(("code", "fault"), PAIRS)
def test_in_the_end_truth_and_books_agree_and_no_case_is_open(code: str, fault: str) -> None:
    frames = RECORDED[code, fault]
    last = frames[-1]

    assert last["kind"] == "end"
    assert last["sums"]
    assert all(row["physical"] == row["own"] == row["hub"] for row in last["sums"])
    assert [case for case in last["cases"] if case["state"] != "closed"] == []
    assert {row["state"] for row in last["wire"]} == {"applied"}
    # Goods are carried and never made: what is at places changes only by what was carried.
    for before, after in pairwise(frames):
        moved: dict[tuple[str, str], int] = {}
        for start, end, sku, quantity in after["carried"]:
            moved[start, sku] = moved.get((start, sku), 0) - quantity
            moved[end, sku] = moved.get((end, sku), 0) + quantity
        for (place, sku), change in moved.items():
            is_source = place == "supplier"
            there = [frame["places"].get(place, {}).get(sku, 0) for frame in (before, after)]
            assert is_source or there[1] - there[0] == change, (after["text"], place)


@pytest.mark.parametrize(("code", "fault"), sorted(FOUND))
def test_what_was_found_its_cause_and_its_correction(code: str, fault: str) -> None:
    last = RECORDED[code, fault][-1]

    assert [
        (case["kind"], case["quantity"], case["cause"], len(case["corrections"]))
        for case in last["cases"]
    ] == FOUND[code, fault]


def test_a_receipt_is_in_the_warehouse_at_once_and_in_the_hub_a_message_later() -> None:
    frames = RECORDED["purchase", ""]

    assert sums(find(frames, "purchase.arrives")) == (36, 12, 12)
    received = find(frames, "purchase.received")
    assert sums(received) == (36, 36, 12)
    assert (received["wire"][-1]["kind"], received["wire"][-1]["state"]) == (
        "wms.goods_received.v1",
        "told",
    )
    assert sums(find(frames, "purchase.heard")) == (36, 36, 36)
    assert sums(frames[-1]) == (52, 52, 52)


def test_a_hundred_typed_as_ten_is_named_with_its_receipt() -> None:
    found = find(RECORDED["miskey", ""], "miskey.found")

    [case] = found["cases"]
    assert (case["book"], case["other"], case["cause"]) == (10, 100, "miskey")
    assert case["parts"][0]["documents"] == ["GR-W1-2026-000001"]
    assert case["parts"][0]["agreed"] == [
        "keyed_by_hand",
        "off_what_was_expected",
        "expected_agrees",
    ]
    # All books agreed with each other, and all were wrong.
    assert sums(find(RECORDED["miskey", ""], "miskey.heard")) == (120, 30, 30)


def test_what_is_lost_on_the_way_has_an_owner_and_leaves_transit() -> None:
    frames = RECORDED["in_transit", ""]

    def transit(frame: dict[str, Any]) -> int:
        [hub] = [book for book in frame["books"] if book["book"] == "erp"]
        rows = [row for row in hub["rows"] if row["account"].startswith("in_transit/")]
        return sum(row["quantity"] for row in rows)

    assert [transit(find(frames, f"in_transit.{name}")) for name in ("shipped", "found")] == [12, 3]
    assert transit(frames[-1]) == 0
    assert frames[-1]["places"]["gone"] == {"TEA-250": 3}


def test_a_lost_message_stands_on_the_wire_until_it_is_said_again() -> None:
    frames = RECORDED["lost_message", ""]

    states = [
        [row["state"] for row in find(frames, text)["wire"] if row["trouble"] == "lost"]
        for text in ("lost_message.lost", "lost_message.lost_case", "lost_message.lost_mended")
    ]
    assert states == [["lost"], ["lost"], ["applied"]]
    assert sums(find(frames, "lost_message.lost_case"), "S1") == (12, 12, 17)
    assert sums(find(frames, "lost_message.lost_mended"), "S1") == (12, 12, 12)


def test_a_store_without_network_is_no_difference() -> None:
    compared = find(RECORDED["offline", ""], "offline.compared")

    assert sums(compared, "S1") == (5, 5, 12)
    assert compared["cases"] == []
    assert compared["numbers"]["cases"] == 0


def test_of_five_channels_one_gets_the_last_piece() -> None:
    frames = RECORDED["flash_sale", ""]

    answers = [frame["text"] for frame in frames if frame["text"] in ANSWERS]
    assert answers == ["flash_sale.won", *["flash_sale.refused"] * 4]
    codes = {frame["numbers"]["code"] for frame in frames if frame["text"] == ANSWERS[1]}
    assert codes == {"reservation.insufficient_stock"}
    assert frames[-1]["numbers"] == {"refused": 4, "sold": 1}


ANSWERS = ("flash_sale.won", "flash_sale.refused")


@pytest.mark.django_db
def test_a_demo_has_every_story_at_once_and_keeps_what_was_told_here() -> None:
    keep_told_here("miskey")

    assert recorded.keep_recorded(at=NOON) == len(PAIRS) - 1
    assert recorded.keep_recorded(at=NOON) == 0

    played = runs.list_played()
    assert set(played) == set(PAIRS)
    assert {pair: row.steps for pair, row in played.items()} == {
        pair: len(frames) for pair, frames in RECORDED.items()
    }
    assert [pair for pair, row in played.items() if not row.is_recorded] == [("miskey", "")]


@pytest.mark.django_db
def test_runs_that_came_along_are_listed_by_one_statement(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    recorded.keep_recorded(at=NOON)

    with django_assert_num_queries(1):
        runs.list_played()


def test_a_box_stands_for_more_pieces_where_a_pile_is_large() -> None:
    assert recorded.get_scale([{"places": {"till": {"TEA-250": 40}}}]) == 1
    assert recorded.get_scale([{"places": {"till": {"TEA-250": 41}, "truck": {}}}]) == 2
    assert recorded.get_scale([{"places": {}}]) == 1
