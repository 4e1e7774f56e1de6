"""Marketing takes samples and nobody writes it down (无单领样)."""

from __future__ import annotations

from collections.abc import Iterator

from yipan.simulate.stories import retailer
from yipan.simulate.stories.retailer import LAMP
from yipan.simulate.stories.stage import Stage
from yipan.simulate.stories.story import Story
from yipan.simulate.stories.values import Beat

FLOOR = "S1/shop_floor"


def tell(stage: Stage) -> Iterator[Beat]:
    """Two lamps are gone; the count sees it, a person finds out, a sample issue puts it right."""
    stage.open({FLOOR: {LAMP: 9}})
    yield Beat(text="sample.before", numbers={"quantity": 9})
    taken, to_place = (5, "gone") if stage.fault == "stolen" else (2, "marketing")
    stage.physical.carry(LAMP, taken, from_place=FLOOR, to_place=to_place)
    yield Beat(text=f"sample.{stage.fault or 'taken'}", kind="fault", numbers={"quantity": taken})
    if stage.fault == "written":
        document = _issue(stage)
        yield Beat(text="sample.issued_at_once", numbers={"quantity": 2, "document": document})
    stage.wait_until(18)
    there = stage.physical.get(FLOOR, LAMP)
    count = stage.start_count("S1", "shop_floor", LAMP)
    state = stage.see("S1", count, {LAMP: there}, by=retailer.CLERKS["S1"])
    if state == "recounting":
        stage.wait(5)
        stage.see("S1", count, {LAMP: there}, by=retailer.SECOND_CLERK)
    stage.wait(2)
    if stage.fault == "written":
        stage.settle_count("S1", count)
        stage.wait(2)
        yield Beat(text="sample.agrees", kind="found", numbers={"there": there})
        yield Beat(text="sample.end_written", kind="end", numbers={"there": there})
        return
    case = stage.get_case(LAMP)
    yield Beat(
        text="sample.found",
        kind="found",
        numbers={
            "there": there,
            "book": 9,
            "difference": case["quantity"],
            "cause": case["cause"] or "unknown",
            "document": case["number"],
        },
    )
    if stage.fault == "stolen":
        yield from _post_loss(stage, count, quantity=taken)
    else:
        yield from _ask(stage, count)
    yield Beat(
        text=f"sample.end_{stage.fault}" if stage.fault else "sample.end",
        kind="end",
        numbers={"there": there, "quantity": taken},
    )


def _issue(stage: Stage) -> str:
    body = {
        "site": "S1",
        "adjustment_type": "sample_issue",
        "cost_center": "MARKETING",
        "reason": "Photo shoot, autumn catalog.",
        "lines": [{"sku": LAMP, "quantity": 2}],
    }
    made = stage.post("/pos/adjustments", body, by=retailer.MANAGERS["S1"])
    stage.wait(2)
    if stage.decide_adjustments():
        stage.wait(2)
    return str(made["number"])


def _ask(stage: Stage, count: str) -> Iterator[Beat]:
    """Ask around: marketing has them. A document says so; the books fall without a loss."""
    stage.wait(30)
    document = _issue(stage)
    yield Beat(text="sample.issued", kind="mended", numbers={"quantity": 2, "document": document})
    stage.post(f"/pos/stocktakes/{count}/cancel", by=retailer.MANAGERS["S1"])
    stage.settle_case(LAMP, document=document, cause="unrecorded_use")
    yield Beat(text="sample.closed", kind="mended", numbers={"document": document})


def _post_loss(stage: Stage, count: str, *, quantity: int) -> Iterator[Beat]:
    """Nothing fits: a loss at stocktake, within the limits of the store, of an unknown cause."""
    state = stage.settle_count("S1", count)
    stage.wait(2)
    yield Beat(
        text="sample.submitted", kind="found", numbers={"quantity": quantity, "state": state}
    )
    stage.wait(2)
    yield Beat(text="sample.lost", kind="mended", numbers={"quantity": quantity})


STORY = Story(
    code="sample",
    rows=((FLOOR,), ("marketing", "gone")),
    goods=(LAMP,),
    faults=("stolen", "written"),
    tell=tell,
)
