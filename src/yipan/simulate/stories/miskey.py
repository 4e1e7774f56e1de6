"""A hundred come, and ten are typed (100 录成 10)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from yipan.simulate.stories import retailer
from yipan.simulate.stories.retailer import BIN, DOCK, TEA
from yipan.simulate.stories.stage import Stage
from yipan.simulate.stories.story import Story
from yipan.simulate.stories.values import Beat

#: Fault to (what came, what was typed).
TYPED = {"": (100, 10), "swapped": (63, 36), "scanned": (100, 100)}


def tell(stage: Stage) -> Iterator[Beat]:
    """Type ten for a hundred, count the bin, and put the paper right."""
    came, typed = TYPED[stage.fault]
    numbers = {"came": came, "typed": typed}
    stage.open({BIN: {TEA: 20}})
    yield Beat(text="miskey.before", numbers={"quantity": 20})
    order = stage.order((TEA, came))
    inbound = stage.send(order)
    yield Beat(text="miskey.ordered", numbers={"quantity": came, "document": order})
    stage.physical.carry(TEA, came, from_place="supplier", to_place=DOCK)
    stage.wait(60)
    yield Beat(text="miskey.arrives", numbers=numbers)
    arrived_at = stage.now
    mode = "scan" if stage.fault == "scanned" else "key"
    receipt = stage.receive(inbound, (TEA, typed), mode=mode)
    is_wrong = came != typed
    yield Beat(
        text="miskey.typed" if is_wrong else "miskey.scanned",
        kind="fault" if is_wrong else "act",
        numbers={**numbers, "document": receipt},
    )
    stage.wait(2)
    yield Beat(text="miskey.heard" if is_wrong else "miskey.heard_scanned", numbers=numbers)
    yield from _count(stage, numbers, is_wrong=is_wrong)
    if is_wrong:
        yield from _put_right(stage, inbound, receipt, numbers, arrived_at=arrived_at)
    stage.put_away(TEA, came)
    stage.wait(2)
    yield Beat(
        text="miskey.end" if is_wrong else "miskey.end_scanned",
        kind="end",
        numbers={**numbers, "there": stage.physical.sum_site("W1", TEA)},
    )


def _count(stage: Stage, numbers: dict[str, int], *, is_wrong: bool) -> Iterator[Beat]:
    """Count the dock in the evening; what differs is counted by somebody else, too."""
    stage.wait_until(17)
    there = stage.physical.get(DOCK, TEA)
    count = stage.start_count("W1", "RECV-01", TEA)
    state = stage.see("W1", count, {TEA: there}, by=retailer.WORKER)
    if state == "recounting":
        stage.wait(5)
        stage.see("W1", count, {TEA: there}, by=retailer.SECOND_WORKER)
    stage.wait(2)
    if not is_wrong:
        stage.settle_count("W1", count)
        yield Beat(text="miskey.agrees", kind="found", numbers={**numbers, "there": there})
        return
    case = stage.get_case(TEA)
    part = case["parts"][0]
    yield Beat(
        text="miskey.found",
        kind="found",
        numbers={
            **numbers,
            "there": there,
            "difference": case["quantity"],
            "document": case["number"],
            "cause": case["cause"],
            "percent": round(part["permille"] / 10),
        },
    )
    stage.post(f"/stocktakes/{count}/cancel", by=retailer.LEAD)


def _put_right(
    stage: Stage, inbound: str, receipt: str, numbers: dict[str, int], *, arrived_at: datetime
) -> Iterator[Beat]:
    """Reverse the receipt and book it rightly, with its own time: no loss and no gain."""
    body = {"correction_reason": "incorrect_data", "reason": "Ten typed for a hundred."}
    stage.post(f"/receipts/{receipt}/reverse", body, by=retailer.LEAD)
    stage.wait(1)
    yield Beat(text="miskey.reversed", kind="mended", numbers={**numbers, "document": receipt})
    again = stage.receive(inbound, (TEA, numbers["came"]), mode="key", at=arrived_at, is_last=True)
    stage.wait(1)
    stage.settle_case(TEA, document=again)
    yield Beat(text="miskey.reposted", kind="mended", numbers={**numbers, "document": again})


STORY = Story(
    code="miskey",
    rows=(("supplier",), (DOCK, BIN)),
    goods=(TEA,),
    faults=("swapped", "scanned"),
    tell=tell,
)
