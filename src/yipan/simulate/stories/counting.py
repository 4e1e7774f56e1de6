"""A count while the shop goes on trading (边营业边盘点)."""

from __future__ import annotations

from collections.abc import Iterator

from yipan.simulate.stories import retailer
from yipan.simulate.stories.retailer import LAMP, TEA
from yipan.simulate.stories.stage import Stage
from yipan.simulate.stories.story import Story
from yipan.simulate.stories.values import Beat

FLOOR = "S1/shop_floor"


def tell(stage: Stage) -> Iterator[Beat]:
    """Count ten teas, sell three, count the lamps: nothing is missing."""
    stage.open({FLOOR: {TEA: 10, LAMP: 6}})
    yield Beat(text="counting.before", numbers={"tea": 10, "lamps": 6})
    if stage.fault == "taken":
        stage.physical.carry(TEA, 2, from_place=FLOOR, to_place="gone")
        yield Beat(text="counting.taken", kind="fault", numbers={"quantity": 2})
    count = stage.start_count("S1", "shop_floor", TEA, LAMP)
    yield Beat(text="counting.started", numbers={"document": count})
    if stage.fault == "late_ticket":
        stage.physical.carry(TEA, 2, from_place=FLOOR, to_place="customers")
        sold_at = stage.now
        yield Beat(text="counting.unwritten", kind="fault", numbers={"quantity": 2})
        stage.wait(5)
    seen = stage.physical.get(FLOOR, TEA)
    stage.scan("S1", count, TEA, seen, by=retailer.CLERKS["S1"])
    yield Beat(text="counting.first", numbers={"quantity": seen, "book": 10})
    stage.wait(5)
    stage.sell("S1", TEA, 3, number=1)
    yield Beat(text="counting.sold", numbers={"quantity": 3})
    stage.wait(5)
    stage.scan("S1", count, LAMP, 6, by=retailer.CLERKS["S1"])
    stage.close_sheet("S1", count, by=retailer.CLERKS["S1"])
    yield Beat(text="counting.second", numbers={"quantity": 6})
    if seen != 10:
        yield from _look_again(stage, count, sold=3)
    if stage.fault == "late_ticket":
        stage.ring_up("S1", TEA, 2, number=2, at=sold_at)
        stage.wait(12)
        stage.compare()
        yield Beat(text="counting.late", kind="mended", numbers={"quantity": 2})
    stage.settle_count("S1", count)
    stage.wait(12)
    if stage.decide_adjustments():
        stage.wait(12)
    yield Beat(
        text="counting.end_taken" if stage.fault == "taken" else "counting.end",
        kind="end",
        numbers={"there": stage.physical.get(FLOOR, TEA), "gone": stage.physical.get("gone", TEA)},
    )


def _look_again(stage: Stage, count: str, *, sold: int) -> Iterator[Beat]:
    """Let somebody else look: the book of that moment knows the sale between the two."""
    seen = stage.physical.get(FLOOR, TEA)
    stage.wait(5)
    stage.see("S1", count, {TEA: seen}, by=retailer.SECOND_CLERK)
    stage.wait(2)
    case = stage.get_case(TEA)
    yield Beat(
        text="counting.again",
        kind="found",
        numbers={
            "quantity": seen,
            "sold": sold,
            "difference": case["quantity"],
            "document": case["number"],
        },
    )


STORY = Story(
    code="counting",
    rows=((FLOOR,), ("customers", "gone")),
    goods=(TEA, LAMP),
    faults=("taken", "late_ticket"),
    tell=tell,
)
