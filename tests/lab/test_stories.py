"""
Each classic story runs through the real doors and ends as it is told.

The same laws hold for all: what is physically there, the site's own book and the hub's are equal at
the end; no case is left open; nothing parked. What a story is about is asserted for it by number.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django import DjangoDbBlocker

from tests.lab.telling import PAIRS, tell_story
from yipan.lab.recorded import Frames, read_recorded

pytestmark = pytest.mark.slow

#: Story and fault to what was found: kind, quantity, cause and how many documents corrected it.
FOUND: dict[tuple[str, str], list[tuple[str, int, str, int]]] = {
    ("purchase", ""): [],
    ("purchase", "lost"): [("book_vs_book", -24, "lost_message", 0)],
    ("short_pick", ""): [("book_vs_count", -2, "shrinkage", 1)],
    ("short_pick", "lost"): [
        ("book_vs_count", -2, "shrinkage", 1),
        ("book_vs_book", 4, "lost_message", 0),
    ],
    ("in_transit", ""): [],
    ("in_transit", "all"): [],
    ("counting", ""): [],
    ("counting", "taken"): [("book_vs_count", -2, "shrinkage", 1)],
    ("miskey", ""): [("book_vs_count", 90, "miskey", 1)],
    ("miskey", "swapped"): [("book_vs_count", 27, "miskey", 1)],
    ("mixup", ""): [
        ("book_vs_count", 20, "sku_mixup", 1),
        ("book_vs_count", -20, "sku_mixup", 1),
    ],
    ("late", ""): [("book_vs_count", 0, "late_document", 0)],
    ("late", "adjusted"): [("book_vs_count", 30, "late_document", 2)],
    ("lost_message", ""): [("book_vs_book", 5, "lost_message", 0)],
    ("lost_message", "doubled"): [],
    ("sample", ""): [("book_vs_count", -2, "shrinkage", 1)],
    ("offline", ""): [],
    ("offline", "lost"): [("book_vs_book", 2, "lost_message", 0)],
    ("flash_sale", ""): [],
    ("flash_sale", "register"): [],
}

#: Told here once more through the doors; the others are those written down.
TOLD = (*((code, fault) for code, fault in PAIRS if not fault), ("short_pick", "lost"))


@pytest.fixture
def _unblocked(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        yield


def sum_up(frames: Frames) -> list[Any]:
    """Return what must be the same each time a story is told: texts, figures, causes."""
    return [
        (
            frame["text"],
            frame["numbers"],
            frame["sums"],
            [(case["quantity"], case["cause"], case["state"]) for case in frame["cases"]],
        )
        for frame in frames
    ]


@pytest.mark.parametrize(("code", "fault"), TOLD)
@pytest.mark.usefixtures("_unblocked")
def test_a_story_is_told_as_it_was_written_down(database_url: str, code: str, fault: str) -> None:
    assert sum_up(tell_story(database_url, code, fault)) == sum_up(read_recorded()[code, fault])
