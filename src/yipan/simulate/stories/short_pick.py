"""A sale whose goods are not all where the book says (缺拣)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from yipan.simulate.stories import retailer
from yipan.simulate.stories.retailer import BIN, TEA
from yipan.simulate.stories.stage import Stage
from yipan.simulate.stories.story import Story
from yipan.simulate.stories.values import Beat
from yipan.simulate.systems import LineTrouble

FLOOR = "S1/shop_floor"
#: Faults of the story to what the line does to the message.
TROUBLES: Final[Mapping[str, LineTrouble]] = {"lost": "lost", "doubled": "doubled"}


def tell(stage: Stage) -> Iterator[Beat]:
    """Six are wanted and six in the book, but only four lie in the bin."""
    stage.open({BIN: {TEA: 6}, FLOOR: {TEA: 5}})
    stage.physical.carry(TEA, 2, from_place=BIN, to_place="gone")
    yield Beat(text="short_pick.before", numbers={"book": 6, "there": 4, "store": 5})
    answer = stage.buy(TEA, 6)
    order = answer.body["number"]
    yield Beat(text="short_pick.ordered", numbers={"quantity": 6, "document": order})
    stage.wait(1)
    outbound = _find_part(stage, order, "W1")
    [pick] = stage.list_picks(outbound)
    yield Beat(text="short_pick.told", numbers={"document": outbound, "quantity": 6})
    stage.physical.carry(TEA, 4, from_place=BIN, to_place="W1/SHIP-01")
    stage.post(f"/picks/{pick['pick']}/short", {"quantity_found": 4}, by=retailer.WORKER)
    yield Beat(text="short_pick.short", kind="fault", numbers={"quantity": 4, "missing": 2})
    stage.wait(1)
    yield Beat(text="short_pick.elsewhere", kind="found", numbers={"missing": 2})
    if stage.fault:
        stage.systems.trouble_line("wms:W1", TROUBLES[stage.fault])
    stage.ship(outbound, is_last=True)
    stage.physical.carry(TEA, 4, from_place="W1/SHIP-01", to_place="customers")
    stage.wait(2)
    yield Beat(text="short_pick.shipped", numbers={"quantity": 4})
    if stage.fault:
        yield Beat(text=f"short_pick.{stage.fault}", kind="fault", numbers={"quantity": 4})
    yield from _count(stage)
    if stage.fault == "lost":
        stage.wait(12)
        case = stage.heal(TEA)
        yield Beat(
            text="short_pick.lost_mended",
            kind="mended",
            numbers={"quantity": 4, "document": case["number"]},
        )
    yield from _send_from_store(stage, order)
    yield Beat(
        text="short_pick.end",
        kind="end",
        numbers={"customers": stage.physical.get("customers", TEA), "gone": 2},
    )


def _find_part(stage: Stage, order: str, site: str) -> str:
    """Return the number of what a site does for an order."""
    told = stage.get(f"/orders/{order}", by=retailer.DESK)
    return next(str(row["number"]) for row in told["fulfillments"] if row["site"] == site)


def _count(stage: Stage) -> Iterator[Beat]:
    """Look into the bin the picker could not believe, twice, and have the loss approved."""
    count = stage.start_count("W1", "A-01-01", TEA)
    stage.see("W1", count, {TEA: 0}, by=retailer.WORKER)
    stage.wait(5)
    stage.see("W1", count, {TEA: 0}, by=retailer.SECOND_WORKER)
    stage.wait(2)
    case = stage.get_case(TEA)
    yield Beat(
        text="short_pick.counted",
        kind="found",
        numbers={"document": case["number"], "difference": case["quantity"]},
    )
    stage.settle_count("W1", count)
    stage.wait(2)
    if stage.decide_adjustments():
        stage.wait(2)
    yield Beat(text="short_pick.posted", kind="mended", numbers={"quantity": 2})


def _send_from_store(stage: Stage, order: str) -> Iterator[Beat]:
    """Let the store pick, pack and send what the warehouse could not."""
    number = _find_part(stage, order, "S1")
    clerk = retailer.CLERKS["S1"]
    address = f"/pos/fulfillments/{number}"
    stage.post(f"{address}/accept", by=clerk)
    told = stage.get(address, by=clerk)
    [line] = told["lines"]
    stage.post(f"{address}/picks", {"sku": TEA, "quantity": line["quantity"]}, by=clerk)
    stage.post(f"{address}/finish", by=clerk)
    stage.post(f"{address}/ship", {"parcels": [{"carrier": "SF", "tracking": "SF-1"}]}, by=clerk)
    stage.physical.carry(TEA, 2, from_place=FLOOR, to_place="customers")
    stage.wait(3)
    yield Beat(text="short_pick.completed", kind="mended", numbers={"quantity": 2})


STORY = Story(
    code="short_pick",
    rows=((BIN, "W1/SHIP-01"), (FLOOR,), ("customers", "gone")),
    goods=(TEA,),
    faults=("lost", "doubled"),
    tell=tell,
)
