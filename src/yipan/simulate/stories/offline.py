"""A store without network for a day (门店断网一天)."""

from __future__ import annotations

from collections.abc import Iterator

from yipan.simulate.stories import retailer
from yipan.simulate.stories.retailer import TEA
from yipan.simulate.stories.stage import Stage
from yipan.simulate.stories.story import Story
from yipan.simulate.stories.values import Beat

FLOOR = "S1/shop_floor"
SOLD = (2, 1, 3, 1)


def tell(stage: Stage) -> Iterator[Beat]:
    """The store sells on; the hub waits; in the evening all of it arrives at once."""
    stage.open({FLOOR: {TEA: 12}, "W1/A-01-01": {TEA: 30}})
    yield Beat(text="offline.before", numbers={"quantity": 12})
    stage.systems.cut_line("pos:S1")
    yield Beat(text="offline.cut", kind="fault")
    for number, quantity in enumerate(SOLD, start=1):
        stage.wait(100)
        stage.sell("S1", TEA, quantity, number=number)
        yield Beat(
            text="offline.sold",
            numbers={"quantity": quantity, "total": sum(SOLD[:number]), "number": number},
        )
    order = ""
    if stage.fault == "promised":
        order = _promise(stage)
        yield Beat(
            text="offline.promised", kind="fault", numbers={"quantity": 8, "document": order}
        )
    stage.compare()
    yield Beat(
        text="offline.compared",
        kind="found",
        numbers={"cases": len(stage.list_cases()), "total": sum(SOLD)},
    )
    if stage.fault == "lost":
        stage.systems.trouble_line("pos:S1", "lost")
    if stage.fault == "doubled":
        stage.systems.trouble_line("pos:S1", "doubled", count=2)
    stage.wait_until(20)
    stage.systems.mend_line("pos:S1")
    stage.wait(2)
    yield Beat(
        text=f"offline.mended_{stage.fault}" if stage.fault else "offline.mended",
        kind="fault" if stage.fault == "lost" else "mended",
        numbers={"total": sum(SOLD)},
    )
    if stage.fault == "lost":
        stage.wait(18)
        case = stage.heal(TEA)
        yield Beat(
            text="offline.case",
            kind="found",
            numbers={"document": case["number"], "difference": case["quantity"]},
        )
    if order:
        yield from _pick_what_is_there(stage, order)
    stage.wait(10)
    stage.compare()
    if stage.fault and not order:
        numbers = {"total": sum(SOLD)}
        yield Beat(text=f"offline.healed_{stage.fault}", kind="mended", numbers=numbers)
    yield Beat(
        text="offline.end",
        kind="end",
        numbers={"tickets": len(SOLD), "total": sum(SOLD), "there": stage.physical.get(FLOOR, TEA)},
    )


def _promise(stage: Stage) -> str:
    """Promise online what the store has sold already: the hub cannot know. Return the order."""
    body = {
        "channel": "web",
        "external_id": "web-9",
        "lines": [{"sku": TEA, "quantity": 8, "amount_minor": 54_400}],
        "customer_name": "Wang L.",
        "method": "pickup",
        "pickup_site": "S1",
    }
    order = str(stage.post("/orders", body, by=retailer.DESK)["number"])
    stage.wait(1)
    return order


def _pick_what_is_there(stage: Stage, order: str) -> Iterator[Beat]:
    """Five of eight are there: they are set aside, and the customer hears of the rest at once."""
    there = stage.physical.get(FLOOR, TEA)
    clerk = retailer.CLERKS["S1"]
    [part] = stage.get(f"/orders/{order}", by=retailer.DESK)["fulfillments"]
    address = f"/pos/fulfillments/{part['number']}"
    stage.post(f"{address}/accept", by=clerk)
    stage.post(f"{address}/picks", {"sku": TEA, "quantity": there}, by=clerk)
    stage.post(f"{address}/finish", by=clerk)
    stage.wait(3)
    state = stage.get(f"/orders/{order}", by=retailer.DESK)["state"]
    yield Beat(
        text="offline.healed_promised",
        kind="mended",
        numbers={"there": there, "missing": 8 - there, "state": state},
    )


STORY = Story(
    code="offline",
    rows=((FLOOR, "S1/till"), ("customers",)),
    goods=(TEA,),
    faults=("lost", "doubled", "promised"),
    tell=tell,
)
