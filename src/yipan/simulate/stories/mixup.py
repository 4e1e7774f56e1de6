"""A comes, and is booked as B (A 货记成 B 货)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from yipan.simulate.stories import retailer
from yipan.simulate.stories.retailer import DOCK, GREEN, TEA
from yipan.simulate.stories.stage import Stage
from yipan.simulate.stories.story import Story
from yipan.simulate.stories.values import Beat


def tell(stage: Stage) -> Iterator[Beat]:
    """Book twenty of the other tea, count both, exchange them without a loss."""
    stage.open({DOCK: {TEA: 30, GREEN: 30}})
    yield Beat(text="mixup.before", numbers={"quantity": 30})
    order = stage.order((TEA, 20), (GREEN, 20))
    inbound = stage.send(order)
    yield Beat(text="mixup.ordered", numbers={"quantity": 20, "document": order})
    stage.physical.carry(TEA, 20, from_place="supplier", to_place=DOCK)
    stage.wait(60)
    arrived_at = stage.now
    yield Beat(text="mixup.arrives", numbers={"quantity": 20})
    booked = 12 if stage.fault == "half" else 20
    lines = [(GREEN, booked)] if booked == 20 else [(TEA, 20 - booked), (GREEN, booked)]
    receipt = stage.receive(inbound, *lines, mode="key")
    numbers = {"quantity": booked, "right": 20 - booked}
    yield Beat(text="mixup.booked", kind="fault", numbers={**numbers, "document": receipt})
    stage.wait(2)
    yield Beat(text="mixup.heard", numbers=numbers)
    if stage.fault == "sold":
        yield from _sell(stage)
    yield from _count(stage, numbers)
    yield from _put_right(stage, inbound, receipt, arrived_at=arrived_at)
    yield Beat(
        text="mixup.end",
        kind="end",
        numbers={
            "quantity": booked,
            "tea": stage.physical.sum_site("W1", TEA),
            "green": stage.physical.sum_site("W1", GREEN),
        },
    )


def _sell(stage: Stage) -> Iterator[Beat]:
    """Sell some of what the book has too many of: the picker finds them all the same."""
    answer = stage.buy(GREEN, 5)
    stage.wait(1)
    [part] = stage.get(f"/orders/{answer.body['number']}", by=retailer.DESK)["fulfillments"]
    stage.pick(part["number"])
    stage.ship(part["number"])
    stage.physical.carry(GREEN, 5, from_place="W1/SHIP-01", to_place="customers")
    stage.wait(2)
    yield Beat(text="mixup.sold", numbers={"quantity": 5})


def _count(stage: Stage, numbers: dict[str, int]) -> Iterator[Beat]:
    stage.wait_until(17)
    seen = {sku: stage.physical.get(DOCK, sku) for sku in (TEA, GREEN)}
    count = stage.start_count("W1", "RECV-01", TEA, GREEN)
    stage.see("W1", count, seen, by=retailer.WORKER)
    stage.wait(5)
    stage.see("W1", count, seen, by=retailer.SECOND_WORKER)
    stage.wait(2)
    more, less = stage.get_case(TEA), stage.get_case(GREEN)
    yield Beat(
        text="mixup.found",
        kind="found",
        numbers={
            **numbers,
            "more": more["quantity"],
            "less": less["quantity"],
            "document": more["number"],
            "cause": more["cause"],
            "percent": round(more["parts"][0]["permille"] / 10),
        },
    )
    stage.post(f"/stocktakes/{count}/cancel", by=retailer.LEAD)


def _put_right(stage: Stage, inbound: str, receipt: str, *, arrived_at: datetime) -> Iterator[Beat]:
    body = {"correction_reason": "incorrect_data", "reason": "It was the other tea."}
    stage.post(f"/receipts/{receipt}/reverse", body, by=retailer.LEAD)
    again = stage.receive(inbound, (TEA, 20), mode="scan", at=arrived_at)
    stage.wait(1)
    # Each by the document that put its own book right: one came in anew, the other was taken back.
    stage.settle_case(TEA, document=again)
    stage.settle_case(GREEN, document=receipt)
    yield Beat(text="mixup.exchanged", kind="mended", numbers={"document": again})


STORY = Story(
    code="mixup",
    rows=(("supplier",), (DOCK, "W1/SHIP-01"), ("customers",)),
    goods=(TEA, GREEN),
    faults=("half", "sold"),
    tell=tell,
)
