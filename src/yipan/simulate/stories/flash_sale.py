"""Five channels sell the last piece in the same second (最后一件抢购)."""

from __future__ import annotations

from collections.abc import Iterator

from yipan.simulate.stories import retailer
from yipan.simulate.stories.retailer import BIN, CHANNELS, LAMP
from yipan.simulate.stories.stage import Stage
from yipan.simulate.stories.story import Story
from yipan.simulate.stories.values import Beat

FLOOR = "S1/shop_floor"


def tell(stage: Stage) -> Iterator[Beat]:
    """One of five gets it, four hear no at once, and nobody is disappointed later."""
    place = FLOOR if stage.fault == "register" else BIN
    stage.open({place: {LAMP: 1}})
    yield Beat(text="flash_sale.before", numbers={"channels": len(CHANNELS)})
    if stage.fault == "safety":
        rule = {"kind": "buffer", "channel": "market", "quantity": 1, "reason": "Slow channel."}
        stage.post("/selling-rules", rule, by=retailer.CONTROLLER)
        yield Beat(text="flash_sale.buffer", numbers={"channel": "market"})
    order, refused = "", 0
    channels = ("market", *CHANNELS[:3], "store") if stage.fault == "safety" else CHANNELS
    for channel in channels:
        answer = stage.buy(LAMP, 1, channel=channel)
        numbers = {"channel": channel, "code": answer.code}
        if answer.is_ok:
            order = str(answer.body["number"])
            yield Beat(text="flash_sale.won", numbers={**numbers, "document": order})
        else:
            refused += 1
            yield Beat(text="flash_sale.refused", kind="found", numbers=numbers)
    stage.wait(1)
    [part] = stage.get(f"/orders/{order}", by=retailer.DESK)["fulfillments"]
    if stage.fault == "register":
        yield from _sell_at_register(stage, order)
    else:
        stage.pick(part["number"])
        stage.ship(part["number"])
        stage.physical.carry(LAMP, 1, from_place="W1/SHIP-01", to_place="customers")
        stage.wait(2)
        yield Beat(text="flash_sale.shipped", numbers={"document": order})
    yield Beat(
        text="flash_sale.end_register" if stage.fault == "register" else "flash_sale.end",
        kind="end",
        numbers={"refused": refused, "sold": stage.physical.get("customers", LAMP)},
    )


def _sell_at_register(stage: Stage, order: str) -> Iterator[Beat]:
    """A customer in the shop takes the very piece that was promised: a fact, never refused."""
    stage.sell("S1", LAMP, 1, number=1)
    stage.wait(2)
    yield Beat(text="flash_sale.taken", kind="fault", numbers={"document": order})
    part = stage.get(f"/orders/{order}", by=retailer.DESK)["fulfillments"][0]
    clerk = retailer.CLERKS["S1"]
    address = f"/pos/fulfillments/{part['number']}"
    answer = stage.ask("POST", f"{address}/reject", {"reason": "not_found"}, by=clerk)
    stage.wait(2)
    state = stage.get(f"/orders/{order}", by=retailer.DESK)["state"]
    yield Beat(
        text="flash_sale.rejected", kind="found", numbers={"state": state, "code": answer.code}
    )


STORY = Story(
    code="flash_sale",
    rows=((BIN, "W1/SHIP-01"), (FLOOR,), ("customers",)),
    goods=(LAMP,),
    faults=("register", "safety"),
    tell=tell,
)
