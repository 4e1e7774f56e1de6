"""
Live trade: shoppers and staff who keep an installation moving, through its public doors alone.

Nobody here knows what the shelves hold, and the clock is the real one: `speed` only says how much
more happens in a minute than at a real retailer. What is refused is counted and let go, as people
do. It is for demonstrations and has no truth; `yipan simulate` has.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final
from urllib.parse import urlencode
from uuid import uuid4
from zoneinfo import ZoneInfo

import msgspec

from yipan.simulate.door import Door
from yipan.simulate.tickets import KIND

BATCH_TYPE: Final = "application/cloudevents-batch+json"
ROWS_MAX: Final = 200
DAY_SECONDS: Final = 86_400
#: At speed 1, of one day: tickets of a store, orders of each channel, looks of staff at their work.
TICKETS_A_DAY: Final = 300
ORDERS_A_DAY: Final = 60
LOOKS_A_DAY: Final = 400
#: However fast, nobody does one thing more often than this.
PAUSE_SECONDS_MIN: Final = 0.25
PICKUP_SHARE: Final = 0.3
#: What becomes of a ticket that was told well.
BOOKED: Final = frozenset({"applied", "waiting"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Shop:
    """A site where something happens, and the zone its days are of."""

    code: str
    zone: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Ware:
    """Goods people may want, and what they cost (minor units)."""

    sku: str
    price_minor: int
    currency: str


@dataclass(kw_only=True)
class Live:
    """
    The people of one installation. `door` is the web's, `lane` the fastlane's, for messages.

    `speed` is at least 1. `chance` decides who comes and what they want; the same seed wants the
    same, but what they get depends on what is there.
    """

    door: Door
    lane: Door
    speed: float
    chance: random.Random
    read_clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    stores: list[Shop] = field(default_factory=list)
    warehouses: list[Shop] = field(default_factory=list)
    wares: list[Ware] = field(default_factory=list)
    channels: list[str] = field(default_factory=list)
    counted: Counter[str] = field(default_factory=Counter)
    _sequences: Counter[str] = field(default_factory=Counter)
    _epochs: dict[str, int] = field(default_factory=dict)
    _run: str = ""

    def look_around(self) -> None:
        """
        Learn what there is: stores, warehouses, goods with a price, channels that sell.

        :raises DoorClosed: if nobody answers, or the key may not read it.
        """
        self._run = f"{self.read_clock():%y%m%d%H%M%S}"
        for row in self._read("sites", limit=ROWS_MAX):
            shop = Shop(code=row["code"], zone=row["time_zone"])
            if row["is_active"] and row["site_type"] == "store":
                self.stores.append(shop)
            elif row["is_active"] and row["site_type"] == "warehouse":
                self.warehouses.append(shop)
        self.wares = [
            Ware(sku=row["code"], price_minor=row["price_minor"], currency=row["currency"])
            for row in self._read("skus", limit=ROWS_MAX)
            if row["is_active"] and row["price_minor"] > 0 and not row["is_weighed"]
        ]
        self.channels = [row["code"] for row in self._read("channels") if row["is_active"]]

    def run(
        self,
        *,
        seconds: float | None = None,
        sleep: Callable[[float], None] = time.sleep,
        on_progress: Callable[[Mapping[str, int]], None] = lambda _counted: None,
    ) -> Counter[str]:
        """
        Let people come and work for so many seconds, or until somebody interrupts.

        :raises DoorClosed: if nobody answers any more.
        """
        doings = self._list_doings()
        due = [self._draw_pause(a_day) for a_day, _ in doings]
        elapsed = 0.0
        while doings and (seconds is None or elapsed < seconds):
            number = min(range(len(due)), key=due.__getitem__)
            pause = max(0.0, due[number] - elapsed)
            if seconds is not None and elapsed + pause > seconds:
                break
            sleep(pause)
            began = time.monotonic()
            a_day, do = doings[number]
            do()
            on_progress(self.counted)
            elapsed += pause + time.monotonic() - began
            due[number] = elapsed + self._draw_pause(a_day)
        return self.counted

    def _list_doings(self) -> list[tuple[int, Callable[[], None]]]:
        """Return what happens and how often in a day, one for each who does it."""
        doings: list[tuple[int, Callable[[], None]]] = []
        for store in self.stores if self.wares else ():
            doings.append((TICKETS_A_DAY, partial(self.sell, store)))
            doings.append((LOOKS_A_DAY, partial(self.serve, store)))
        doings += [(LOOKS_A_DAY, partial(self.ship, house)) for house in self.warehouses]
        if self.wares:
            doings += [(ORDERS_A_DAY, partial(self.order, channel)) for channel in self.channels]
        return doings

    def _draw_pause(self, a_day: int) -> float:
        """Return how long until the next time, as of arrivals that know nothing of each other."""
        mean = DAY_SECONDS / a_day / self.speed
        return max(PAUSE_SECONDS_MIN, self.chance.expovariate(1 / mean))

    # -- shoppers ---------------------------------------------------------------------------

    def sell(self, store: Shop) -> None:
        """Let somebody pay at a register of another maker, which tells its ticket at once."""
        wanted = self._draw_lines()
        till = f"{store.code}-9"
        source = f"till:{till}/stock"
        if source not in self._epochs:
            # A register that was set up anew counts from 1 again, and says so.
            # One that never told anything is refused, and begins with the first.
            path = f"/api/v1/sources/{source}/epochs"
            status, answer = self.door.ask("POST", path, {}, key=str(uuid4()))
            self._epochs[source] = answer["epoch"] if status < 400 else 1
        self._sequences[till] += 1
        sequence = self._sequences[till]
        at = self.read_clock()
        date = at.astimezone(ZoneInfo(store.zone)).date().isoformat()
        number = f"{till}-{self._run}-{sequence:05d}"
        event = {
            "specversion": "1.0",
            "id": str(uuid4()),
            "source": source,
            "type": KIND,
            "subject": number,
            "partitionkey": number,
            "time": at.isoformat(),
            "datacontenttype": "application/json",
            "sequence": f"{sequence:020d}",
            "sourceepoch": self._epochs[source],
            "businessdate": date,
            "data": {
                "ticket_number": number,
                "site": store.code,
                "till": till,
                "business_date": date,
                "currency": wanted[0][0].currency,
                "lines": [
                    {
                        "line": place,
                        "sku": ware.sku,
                        "quantity": units,
                        "amount_minor": units * ware.price_minor,
                    }
                    for place, (ware, units) in enumerate(wanted, start=1)
                ],
                "total_minor": sum(units * ware.price_minor for ware, units in wanted),
            },
        }
        body = msgspec.json.encode([event])
        answer = self.lane.post("/api/v1/events", body, content_type=BATCH_TYPE)
        for row in answer["data"]:
            is_booked = row["state"] in BOOKED
            self.counted["tickets" if is_booked else f"tickets {row['state']} {row['code']}"] += 1

    def order(self, channel: str) -> None:
        """Let somebody order online, to be sent or to be fetched."""
        wanted = self._draw_lines()
        body: dict[str, Any] = {
            "channel": channel,
            "external_id": f"live-{uuid4().hex[:12]}",
            "method": "ship",
            "customer_name": f"Live {self.chance.randrange(1_000, 9_999)}",
            "may_split": True,
            "may_wait": False,
            "lines": [
                {"sku": ware.sku, "quantity": units, "amount_minor": units * ware.price_minor}
                for ware, units in wanted
            ],
        }
        if self.stores and self.chance.random() < PICKUP_SHARE:
            body |= {"method": "pickup", "pickup_site": self.chance.choice(self.stores).code}
        if self._do("orders", body) is not None:
            self.counted["orders"] += 1

    def _draw_lines(self) -> list[tuple[Ware, int]]:
        count = self.chance.choice((1, 1, 2, 2, 3))
        wares = self.chance.sample(self.wares, min(count, len(self.wares)))
        return [(ware, self.chance.choice((1, 1, 1, 2))) for ware in wares]

    # -- staff ------------------------------------------------------------------------------

    def serve(self, store: Shop) -> None:
        """Let a store pack or stage one order, and take one delivery in."""
        rows = self._read("pos/fulfillments", site=store.code, limit=ROWS_MAX)
        waiting = next((row for row in rows if row["state"] == "waiting"), None)
        if waiting is not None:
            self._fulfill(waiting)
        for row in self._read(f"stores/{store.code}/transfer-orders", limit=ROWS_MAX):
            if row["order_type"] == "inbound" and row["quantity_open"]:
                self._take_in(store, row)
                break

    def _fulfill(self, row: Mapping[str, Any]) -> None:
        path = f"pos/fulfillments/{row['number']}"
        accepted = self._do(f"{path}/accept")
        if accepted is None:
            return
        for line in accepted["lines"]:
            self._do(f"{path}/picks", {"sku": line["sku"], "quantity": line["quantity"]})
        if self._do(f"{path}/finish") is None:
            return
        if row["method"] == "ship":
            parcel = {"carrier": "SF", "tracking": f"SF-{row['number']}"}
            is_done = self._do(f"{path}/ship", {"parcels": [parcel]}) is not None
        else:
            is_done = self._do(f"{path}/stage", {"shelf": "P1"}) is not None
        self.counted["store orders"] += is_done

    def _take_in(self, store: Shop, order: Mapping[str, Any]) -> None:
        """Take in what the paper of a delivery says: nobody here knows what really came."""
        status, paper = self.door.ask("GET", f"/api/v1/transfers/{order['document_number']}")
        lines = paper["lines"] if status < 400 else []
        came = {line["sku"]: line["quantity_shipped"] - line["quantity_received"] for line in lines}
        body = {
            "site": store.code,
            "order_number": order["number"],
            "is_last": True,
            "lines": [
                {"sku": sku, "quantity": units, "capture_mode": "scan"}
                for sku, units in came.items()
                if units > 0
            ],
        }
        if body["lines"] and self._do("pos/transfers", body) is not None:
            self.counted["deliveries"] += 1

    def ship(self, house: Shop) -> None:
        """Let a warehouse pick one order, and send it."""
        rows = self._read("outbound-orders", site=house.code, state="released", limit=ROWS_MAX)
        if not rows:
            return
        number = rows[0]["number"]
        for pick in self._read(f"outbound-orders/{number}/picks"):
            if pick["state"] == "open":
                body = {"bin": pick["bin"], "sku": pick["sku"], "quantity": pick["quantity"]}
                lot = {"lot": pick["lot"]} if pick["lot"] else {}
                self._do(f"picks/{pick['pick']}/take", body | lot)
        parcel = {"is_last": True, "carrier": "SF", "tracking": f"SF-{number}"}
        self.counted["shipments"] += self._do(f"outbound-orders/{number}/ship", parcel) is not None

    # -- doors ------------------------------------------------------------------------------

    def _read(self, path: str, **query: object) -> list[Any]:
        """Return the rows a door tells; none when it refuses."""
        text = f"?{urlencode(query)}" if query else ""
        status, body = self.door.ask("GET", f"/api/v1/{path}{text}")
        if status >= 400:
            self.counted["refused"] += 1
            return []
        rows: list[Any] = body["data"]
        return rows

    def _do(self, path: str, body: Mapping[str, Any] | None = None) -> Any | None:
        """Take a step; None when it is refused, which is nobody's fault and counted."""
        status, answer = self.door.ask("POST", f"/api/v1/{path}", body or {}, key=str(uuid4()))
        if status < 400:
            return answer
        self.counted["refused"] += 1
        self.counted[f"refused {answer.get('code', status)}"] += 1
        return None
