"""Shoppers at the registers: they take what is there; the till tells what the cashier scanned."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid5

from yipan.simulate.acts.stage import ZONE, Stage
from yipan.simulate.cast import name_till
from yipan.simulate.tickets import NAMESPACE
from yipan.simulate.world.shopping import Wish, wish
from yipan.simulate.world.truth import FLOOR, Spot

KIND: Final = "till.ticket_closed.v1"
BATCH: Final = 100
#: Of a hundred tickets, so many bring something back.
RETURNS_PERCENT: Final = 3


@dataclass
class Till:
    """A register of another maker: it numbers its tickets, and tells each until it is heard."""

    store: str
    sequence: int = 0
    tickets: int = 0
    epoch: int = 1
    clock_off: int = 0
    waiting: list[dict[str, Any]] = field(default_factory=list)
    told: list[dict[str, Any]] = field(default_factory=list)

    @property
    def code(self) -> str:
        """Return the code of the till."""
        return name_till(self.store)

    @property
    def source(self) -> str:
        """Return the stream it tells its tickets in."""
        return f"till:{self.code}/stock"

    @property
    def key(self) -> str:
        """Return as whom it calls."""
        return f"till:{self.code}"

    def ring_up(self, lines: list[dict[str, Any]], *, at: datetime) -> str:
        """Finish a ticket; return its number. What its clock says may be wrong."""
        self.sequence += 1
        self.tickets += 1
        number = f"{self.code}-{self.tickets:06d}"
        told_at = at + timedelta(seconds=self.clock_off)
        self.waiting.append(make_event(self, number, lines, sequence=self.sequence, at=told_at))
        return number


def make_event(
    till: Till, number: str, lines: list[dict[str, Any]], *, sequence: int, at: datetime
) -> dict[str, Any]:
    """Return a ticket as it travels."""
    ticket_id: UUID = uuid5(NAMESPACE, f"world/{number}/{sequence}/{till.epoch}")
    date = at.astimezone(ZONE).date().isoformat()
    return {
        "specversion": "1.0",
        "id": str(ticket_id),
        "source": till.source,
        "type": KIND,
        "subject": number,
        "partitionkey": number,
        "time": at.isoformat(),
        "datacontenttype": "application/json",
        "sequence": f"{sequence:020d}",
        "sourceepoch": till.epoch,
        "businessdate": date,
        "data": {
            "ticket_number": number,
            "site": till.store,
            "till": till.code,
            "business_date": date,
            "cashier": f"clerk.{till.store}",
            "lines": [{"line": place, **line} for place, line in enumerate(lines, start=1)],
            "total_minor": sum(line["amount_minor"] for line in lines),
        },
    }


class Trade:
    """All registers of the retailer, and everybody who stands at one."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.tills = {store: Till(store) for store in stage.retailer.stores}

    def trade(self, *, since: datetime, until: datetime) -> None:
        """Let shoppers of these hours come; the tickets wait in the tills."""
        for store, till in self.tills.items():
            stream = self._stage.get_stream(f"shoppers/{store}")
            for each in wish(
                self._stage.retailer,
                store,
                since=since,
                until=until,
                promoted=self._stage.promoted,
                stream=stream,
            ):
                self._serve(till, each)
                if stream.randrange(100) < RETURNS_PERCENT:
                    self._take_back(till, each.at)

    def tell(self) -> None:
        """Let every till tell what waits in it."""
        for till in self.tills.values():
            self.tell_one(till)

    def tell_one(self, till: Till) -> None:
        """Tell what waits, at most so many at once; what is not heard stays."""
        while till.waiting:
            batch = till.waiting[:BATCH]
            answer = self._stage.post("events", batch, by=till.key)
            if not answer.is_ok:
                return
            states = [row["state"] for row in answer.body["data"]]
            self._stage.notebook.tickets_told.update(states)
            del till.waiting[: len(batch)]
            till.told += batch
            del till.told[:-400]

    def _serve(self, till: Till, wanted: Wish) -> None:
        """Let somebody take what is there and pay; what is not there is a lost sale."""
        stage, store = self._stage, till.store
        lines = []
        for sku, units in wanted.lines:
            stage.notebook.units_wanted += units
            spot = Spot(store, FLOOR, sku)
            taken = stage.truth.take(spot, units, what="sale", at=wanted.at)
            stage.notebook.units_sold += taken
            if taken < units:
                price = stage.retailer.goods[sku].price_minor
                stage.notebook.lost_value_minor += (units - taken) * price
            if taken:
                lines.append(self._scan(till, sku, taken, wanted.at))
        if lines:
            till.ring_up(lines, at=wanted.at)
            stage.notebook.volumes["tickets"] += 1
            stage.notebook.volumes["ticket lines"] += len(lines)

    def _scan(self, till: Till, sku: str, taken: int, at: datetime) -> dict[str, Any]:
        """Return the line the cashier makes of what lies on the belt."""
        stage, store = self._stage, till.store
        good = stage.retailer.goods[sku]
        if stage.strike("sku_mixup/at_sale", store, sku, at=at):
            stage.label("sku_mixup/at_sale", store, sku, -taken, at=at)
            stage.label("sku_mixup/at_sale", store, good.sibling, taken, at=at)
            return self._write_line(good.sibling, taken)
        more = stage.strike("miskey/at_sale", store, sku, at=at)
        if more:
            stage.label("miskey/at_sale", store, sku, more, at=at)
            return self._write_line(sku, taken + more, capture_mode="key")
        if stage.strike("wrong_direction", store, sku, at=at):
            stage.label("wrong_direction", store, sku, -2 * taken, at=at)
            return self._write_line(sku, -taken, capture_mode="key", line_type="return")
        return self._write_line(sku, taken)

    def _take_back(self, till: Till, at: datetime) -> None:
        """Let somebody bring something back; it goes to the shelf again."""
        stage, store = self._stage, till.store
        stream = stage.get_stream(f"returns/{store}")
        sku = stage.retailer.pick_sku(store, stream.random())
        line = self._write_line(sku, -1, line_type="return", disposition="sellable")
        if stage.strike("refund_without_goods", store, sku, at=at):
            stage.label("refund_without_goods", store, sku, -1, at=at)
            till.ring_up([line], at=at)
            return
        stage.truth.bring(Spot(store, FLOOR, sku), 1, what="return", at=at)
        if stage.strike("unrecorded_return", store, sku, at=at):
            stage.label("unrecorded_return", store, sku, 1, at=at)
            return
        till.ring_up([line], at=at)

    def sell_one(self, store: str, sku: str) -> list[dict[str, Any]]:
        """Sell one unit of something, if there is one; return the lines of its ticket."""
        stage = self._stage
        taken = stage.truth.take(Spot(store, FLOOR, sku), 1, what="sale", at=stage.now)
        return [self._write_line(sku, 1)] if taken else []

    def sell_kit(self, store: str, kits: int) -> None:
        """Sell sets put together on the spot, under their own code alone."""
        stage = self._stage
        stream = stage.get_stream(f"kits/{store}")
        kit = stream.choice(stage.retailer.kits)
        for sku, each in kit.parts:
            taken = stage.truth.take(
                Spot(store, FLOOR, sku), each * kits, what="kit sale", at=stage.now
            )
            if taken:
                stage.label("kit_not_exploded", store, sku, -taken)
        line = {"sku": kit.code, "quantity": kits, "amount_minor": 19_900 * kits}
        self.tills[store].ring_up([line], at=stage.now)

    def _write_line(self, sku: str, quantity: int, **more: str) -> dict[str, Any]:
        good = self._stage.retailer.goods[sku]
        return {
            "sku": sku,
            "quantity": quantity,
            "amount_minor": quantity * good.price_minor,
            **more,
        }
