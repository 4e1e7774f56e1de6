"""A message is lost between the store and the hub (丢单)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from yipan.simulate.stories.retailer import TEA
from yipan.simulate.stories.stage import Stage
from yipan.simulate.stories.story import Story
from yipan.simulate.stories.values import Beat
from yipan.simulate.systems import LineTrouble

FLOOR = "S1/shop_floor"
TROUBLES: Final[Mapping[str, LineTrouble]] = {
    "": "lost",
    "doubled": "doubled",
    "altered": "altered",
    "reordered": "reordered",
}

#: What needs somebody's step; all else settles by numbers alone.
HEALED = ("lost", "altered")


def tell(stage: Stage) -> Iterator[Beat]:
    """Sell three times; the hub does not hear of the second, asks, and hears."""
    name = stage.fault or "lost"
    stage.open({FLOOR: {TEA: 20}})
    yield Beat(text="lost_message.before", numbers={"quantity": 20})
    stage.sell("S1", TEA, 2, number=1)
    stage.wait(1)
    yield Beat(text="lost_message.first", numbers={"quantity": 2})
    stage.systems.trouble_line("pos:S1", TROUBLES[stage.fault])
    stage.sell("S1", TEA, 5, number=2)
    yield Beat(text="lost_message.told", numbers={"quantity": 5})
    stage.wait(1)
    yield Beat(text=f"lost_message.{name}", kind="fault", numbers={"quantity": 5})
    stage.sell("S1", TEA, 1, number=3)
    stage.wait(1)
    yield Beat(text=f"lost_message.{name}_next", kind="found", numbers={"quantity": 1})
    stage.wait(20)
    stage.compare()
    if name in HEALED:
        case = stage.get_case(TEA)
        part = case["parts"][0]
        numbers = {
            "document": case["number"],
            "difference": case["quantity"],
            "sequence": part["sequence"] or 0,
            "cause": case["cause"],
        }
        yield Beat(text=f"lost_message.{name}_case", kind="found", numbers=numbers)
        stage.heal(TEA)
    yield Beat(text=f"lost_message.{name}_mended", kind="mended", numbers={"quantity": 5})
    yield Beat(
        text="lost_message.end",
        kind="end",
        numbers={"sold": stage.physical.get("customers", TEA), "there": 12},
    )


STORY = Story(
    code="lost_message",
    rows=((FLOOR, "S1/till"), ("customers",)),
    goods=(TEA,),
    faults=("doubled", "altered", "reordered"),
    tell=tell,
)
