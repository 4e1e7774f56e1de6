"""An allocation of which a part is lost on its way (在途丢失)."""

from __future__ import annotations

from collections.abc import Iterator

from yipan.simulate.stories import retailer
from yipan.simulate.stories.retailer import BIN, TEA
from yipan.simulate.stories.stage import Stage
from yipan.simulate.stories.story import Story
from yipan.simulate.stories.values import Beat

FLOOR, BACK, RAMP = "S1/shop_floor", "S1/backroom", "W1/SHIP-01"
#: Fault to how many of twelve come.
CAME = {"": 9, "all": 0, "lost": 9, "found_later": 9}


def tell(stage: Stage) -> Iterator[Beat]:
    """Twelve leave, nine come, three are claimed from the carrier."""
    came = CAME[stage.fault]
    missing = 12 - came
    stage.open({BIN: {TEA: 30}, FLOOR: {TEA: 4}})
    yield Beat(text="in_transit.before", numbers={"warehouse": 30, "store": 4})
    number, outbound = stage.transfer(TEA, 12, to_site="S1")
    yield Beat(text="in_transit.released", numbers={"document": number, "quantity": 12})
    picked = stage.pick(outbound)
    stage.wait(5)
    yield Beat(text="in_transit.picked", numbers={"quantity": picked})
    stage.ship(outbound)
    stage.physical.carry(TEA, 12, from_place=RAMP, to_place="truck")
    stage.wait(1)
    yield Beat(text="in_transit.shipped", numbers={"quantity": 12})
    stage.wait(60)
    stage.physical.carry(TEA, missing, from_place="truck", to_place="gone")
    yield Beat(text="in_transit.falls", kind="fault", numbers={"missing": missing})
    if came:
        stage.physical.carry(TEA, came, from_place="truck", to_place=BACK)
    if stage.fault == "lost":
        stage.systems.trouble_line("pos:S1", "lost")
    stage.take_in("S1", TEA, came)
    yield Beat(text="in_transit.taken_in", numbers={"quantity": came, "expected": 12})
    stage.wait(2)
    if stage.fault == "lost":
        yield Beat(text="in_transit.lost", kind="fault", numbers={"quantity": came})
        stage.sell("S1", TEA, 1, number=31)
        stage.wait(18)
        case = stage.heal(TEA)
        yield Beat(
            text="in_transit.lost_mended",
            kind="mended",
            numbers={"quantity": came, "document": case["number"]},
        )
    difference = _get_difference(stage, number)
    yield Beat(
        text="in_transit.found", kind="found",
        numbers={"document": difference, "missing": missing},
    )  # fmt: skip
    yield from _settle(stage, difference, missing=missing)
    yield Beat(
        text="in_transit.end_found" if stage.fault == "found_later" else "in_transit.end",
        kind="end",
        numbers={"came": came, "missing": missing, "quantity": 12},
    )


def _get_difference(stage: Stage, transfer: str) -> str:
    told = stage.get(f"/transfers/{transfer}", by=retailer.CONTROLLER)
    return str(told["differences"][0])


def _settle(stage: Stage, difference: str, *, missing: int) -> Iterator[Beat]:
    by, address = retailer.CONTROLLER, f"/transfer-differences/{difference}"
    stage.post(f"{address}/assign", {"owner": by}, by=by)
    is_found = stage.fault == "found_later"
    outcome = "found" if is_found else "claim_carrier"
    lines = [{"sku": TEA, "quantity": missing, "outcome": outcome}]
    body = {"lines": lines, "reference": "SF-4711", "reason": "Report of the carrier."}
    stage.post(f"{address}/settle", body, by=retailer.FINANCE)
    stage.wait(2)
    if not is_found:
        yield Beat(text="in_transit.claimed", kind="mended", numbers={"missing": missing})
        return
    stage.physical.carry(TEA, missing, from_place="gone", to_place=BACK)
    yield Beat(text="in_transit.found_again", numbers={"missing": missing})
    yield from _count(stage, missing=missing)


def _count(stage: Stage, *, missing: int) -> Iterator[Beat]:
    """Count the backroom: a document of the store's own says what it has more."""
    there = stage.physical.get(BACK, TEA)
    count = stage.start_count("S1", "backroom", TEA)
    stage.see("S1", count, {TEA: there}, by=retailer.CLERKS["S1"])
    stage.wait(5)
    stage.see("S1", count, {TEA: there}, by=retailer.SECOND_CLERK)
    stage.wait(2)
    case = stage.get_case(TEA)
    stage.settle_count("S1", count)
    stage.wait(2)
    if stage.decide_adjustments():
        stage.wait(2)
    yield Beat(
        text="in_transit.found_counted",
        kind="mended",
        numbers={"missing": missing, "document": case["number"]},
    )


STORY = Story(
    code="in_transit",
    rows=((BIN, RAMP), ("truck", "gone"), (BACK, FLOOR)),
    goods=(TEA,),
    faults=("all", "lost", "found_later"),
    tell=tell,
)
