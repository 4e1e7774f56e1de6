"""Goods come at five in the afternoon and are booked next morning (17:00 到货，次日入账)."""

from __future__ import annotations

from collections.abc import Iterator

from yipan.simulate.stories import retailer
from yipan.simulate.stories.retailer import DOCK, TEA
from yipan.simulate.stories.stage import Stage
from yipan.simulate.stories.story import Story
from yipan.simulate.stories.values import Beat


def tell(stage: Stage) -> Iterator[Beat]:
    """Count in the evening, book in the morning with the true time: nothing is left."""
    stage.open({DOCK: {TEA: 8}})
    yield Beat(text="late.before", numbers={"quantity": 8})
    order = stage.order((TEA, 30))
    inbound = stage.send(order)
    yield Beat(text="late.ordered", numbers={"quantity": 30, "document": order})
    stage.wait_until(17)
    stage.physical.carry(TEA, 30, from_place="supplier", to_place=DOCK)
    arrived_at = stage.now
    yield Beat(text="late.arrives", kind="fault", numbers={"quantity": 30})
    stage.wait(60)
    count = stage.start_count("W1", "RECV-01", TEA)
    stage.see("W1", count, {TEA: 38}, by=retailer.WORKER)
    stage.wait(5)
    stage.see("W1", count, {TEA: 38}, by=retailer.SECOND_WORKER)
    stage.wait(2)
    case = stage.get_case(TEA)
    yield Beat(
        text="late.found",
        kind="found",
        numbers={
            "there": 38,
            "book": 8,
            "difference": case["quantity"],
            "document": case["number"],
        },
    )
    if stage.fault == "adjusted":
        stage.settle_count("W1", count)
        stage.wait(2)
        stage.decide_adjustments()
        stage.wait(2)
        yield Beat(text="late.adjusted", kind="fault", numbers={"quantity": 30})
    stage.wait_until(8)
    yield Beat(text="late.morning", numbers={"quantity": 30})
    wrong_time = stage.fault == "without_time"
    receipt = stage.receive(inbound, (TEA, 30), at=None if wrong_time else arrived_at, is_last=True)
    stage.wait(1)
    yield Beat(
        text="late.booked_now" if wrong_time else "late.booked",
        numbers={"quantity": 30, "document": receipt},
    )
    stage.wait(12)
    stage.compare()
    if stage.fault == "adjusted":
        yield Beat(text="late.offset", kind="mended", numbers={"quantity": 30})
    elif wrong_time:
        stage.settle_case(TEA, document=receipt, cause="late_document")
        yield Beat(text="late.by_hand", kind="mended", numbers={"document": receipt})
    else:
        yield Beat(text="late.closed", kind="mended", numbers={"document": case["number"]})
    yield Beat(text="late.end", kind="end", numbers={"quantity": 30, "there": 38})


STORY = Story(
    code="late",
    rows=(("supplier",), (DOCK,)),
    goods=(TEA,),
    faults=("adjusted", "without_time"),
    tell=tell,
)
