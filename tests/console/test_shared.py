"""Goal: a page many look at is written once, says how old it is, and is nobody else's."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from yipan.console.shared import KEYS_MAX, Shared


class Clock:
    """Seconds that pass when somebody says so; writing a page takes half of one."""

    def __init__(self) -> None:
        self.now = 100.0
        self.written = 0

    def write(self) -> str:
        self.now += 0.5
        self.written += 1
        return f"page {self.written}"

    def share(self) -> Shared[str]:
        return Shared(seconds=2.0, clock=lambda: self.now)


def test_fifty_who_come_together_share_one_page() -> None:
    clock = Clock()
    shared = clock.share()

    with ThreadPoolExecutor(max_workers=8) as pool:
        given = list(pool.map(lambda _: shared.get("planner", clock.write), range(50)))

    assert [it.value for it in given] == ["page 1"] * 50


def test_its_age_counts_from_when_it_began_to_be_read() -> None:
    clock = Clock()
    shared = clock.share()

    assert shared.get("planner", clock.write) == ("page 1", 0.5)
    clock.now += 1.25
    assert shared.get("planner", clock.write) == ("page 1", 1.75)
    clock.now += 0.25
    assert shared.get("planner", clock.write) == ("page 2", 0.5)


def test_who_may_see_something_else_gets_a_page_of_their_own() -> None:
    clock = Clock()
    shared = clock.share()

    shared.get(("planner", "W1"), clock.write)

    assert shared.get(("planner", "W2"), clock.write).value == "page 2"


def test_what_could_not_be_written_is_tried_by_the_next() -> None:
    clock = Clock()
    shared = clock.share()

    def fail() -> str:
        raise LookupError

    with pytest.raises(LookupError):
        shared.get("planner", fail)

    assert shared.get("planner", clock.write).value == "page 1"


def test_the_page_asked_for_longest_ago_makes_room() -> None:
    clock = Clock()
    shared = Shared[str](seconds=1_000, clock=lambda: clock.now)
    for number in range(KEYS_MAX):
        shared.get(number, clock.write)
    shared.get(0, clock.write)

    shared.get(KEYS_MAX, clock.write)

    assert shared.get(0, clock.write).value == "page 1"
    assert shared.get(1, clock.write).value == f"page {KEYS_MAX + 2}"
