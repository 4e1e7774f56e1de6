"""A purchase that comes in two deliveries (分批到货)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from yipan.simulate.stories.retailer import BIN, DOCK, TEA
from yipan.simulate.stories.stage import Stage
from yipan.simulate.stories.story import Story
from yipan.simulate.stories.values import Beat
from yipan.simulate.systems import LineTrouble

#: Faults of the story to what the line does to the message.
TROUBLES: Final[Mapping[str, LineTrouble]] = {
    "lost": "lost",
    "doubled": "doubled",
    "late": "delayed",
}


def tell(stage: Stage) -> Iterator[Beat]:
    """Order 40, get 24 and then 16."""
    stage.open({BIN: {TEA: 12}})
    yield Beat(text="purchase.before", numbers={"quantity": 12})
    order = stage.order((TEA, 40))
    yield Beat(text="purchase.ordered", numbers={"quantity": 40, "document": order})
    inbound = stage.send(order)
    yield Beat(text="purchase.sent", numbers={"document": inbound})
    yield from _deliver(stage, inbound, 24, left=16)
    if stage.fault:
        stage.wait(4)
        stage.compare()
        yield Beat(text=f"purchase.{stage.fault}_seen", kind="found", numbers={"quantity": 24})
    yield from _deliver(stage, inbound, 16, left=0)
    if stage.fault:
        stage.wait(60)
        stage.compare()
        closed = stage.list_cases(state="closed")
        yield Beat(
            text=f"purchase.{stage.fault}_mended",
            kind="mended",
            numbers={"quantity": 40, "document": closed[-1]["number"] if closed else ""},
        )
    yield Beat(
        text="purchase.end",
        kind="end",
        numbers={"first": 24, "second": 16, "total": stage.physical.sum_site("W1", TEA)},
    )


def _deliver(stage: Stage, inbound: str, quantity: int, *, left: int) -> Iterator[Beat]:
    numbers = {"quantity": quantity, "left": left}
    stage.physical.carry(TEA, quantity, from_place="supplier", to_place="truck")
    stage.wait(45)
    yield Beat(text="purchase.drives", numbers=numbers)
    stage.physical.carry(TEA, quantity, from_place="truck", to_place=DOCK)
    stage.wait(30)
    yield Beat(text="purchase.arrives", numbers=numbers)
    is_first = left > 0
    if is_first and stage.fault:
        stage.systems.trouble_line("wms:W1", TROUBLES[stage.fault])
    number = stage.receive(inbound, (TEA, quantity), is_last=left == 0)
    yield Beat(
        text=f"purchase.received_{stage.fault}"
        if is_first and stage.fault
        else "purchase.received",
        kind="fault" if is_first and stage.fault else "act",
        numbers={**numbers, "document": number},
    )
    stage.wait(1)
    if not (is_first and stage.fault):
        yield Beat(text="purchase.heard", numbers=numbers)
    stage.put_away(TEA, quantity)
    stage.wait(10)
    yield Beat(text="purchase.put_away", numbers=numbers)


STORY = Story(
    code="purchase",
    rows=(("supplier",), ("truck",), (DOCK, BIN)),
    goods=(TEA,),
    faults=("lost", "doubled", "late"),
    tell=tell,
)
