"""Where goods should go, and what speaks against a bin, with plain numbers."""

from __future__ import annotations

import pytest

from yipan.wms.rules.putaway import Candidate, Proposal, find_objection, propose_bin


def a_bin(code: str, **changes: object) -> Candidate:
    fields: dict[str, object] = {
        "bin_code": code,
        "zone_type": "picking",
        "path": ("A", "", 0, code),
        "room": None,
        "mixing": "mixed",
        "has_same": False,
        "has_other": False,
        **changes,
    }
    return Candidate(**fields)  # type: ignore[arg-type]


def propose(*candidates: Candidate, is_fast: bool = True) -> Proposal | None:
    return propose_bin(candidates=candidates, quantity=10, is_fast=is_fast)


def test_the_same_goods_come_together_before_an_empty_bin_and_that_before_a_mixed_one() -> None:
    mixed, empty = a_bin("A-1", has_other=True), a_bin("A-2")
    same = a_bin("A-3", has_same=True)

    assert propose(mixed, empty, same) == Proposal(bin_code="A-3", reason="same_sku")
    assert propose(mixed, empty) == Proposal(bin_code="A-2", reason="empty")
    assert propose(mixed) == Proposal(bin_code="A-1", reason="mixed")
    assert propose() is None


def test_what_sells_fast_goes_to_the_pick_face_and_the_rest_to_storage() -> None:
    face, storage = a_bin("A-1"), a_bin("B-1", zone_type="storage")

    fast, slow = propose(face, storage), propose(face, storage, is_fast=False)

    assert (fast.bin_code if fast else "", slow.bin_code if slow else "") == ("A-1", "B-1")


@pytest.mark.parametrize(
    ("candidate", "objection"),
    [
        (a_bin("A-1"), ""),
        (a_bin("R-1", zone_type="receiving"), "zone"),
        (a_bin("A-1", is_cold_enough=False), "temperature"),
        (a_bin("A-1", mixing="one_sku", has_other=True), "mixing"),
        (a_bin("A-1", mixing="one_sku", has_same=True), ""),
        (a_bin("A-1", room=9), "capacity"),
        (a_bin("A-1", room=10), ""),
    ],
)
def test_a_bin_against_a_rule_says_which(candidate: Candidate, objection: str) -> None:
    assert find_objection(candidate, quantity=10) == objection
    assert (propose(candidate) is None) == bool(objection)
