"""Shoppers online: they look, order, contend for the last one, cancel, fetch, and send back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from yipan.simulate.acts.notebook import OnlineOrder
from yipan.simulate.acts.stage import Stage
from yipan.simulate.acts.tills import Trade
from yipan.simulate.world.chance import draw_poisson
from yipan.simulate.world.retailer import CHANNELS
from yipan.simulate.world.truth import FLOOR, Spot

BY: Final = "shop.web"
#: A promise is kept in time when the goods leave within so many days.
PROMISED_DAYS: Final = 2
#: Of a hundred: orders fetched in a store, orders canceled soon after, orders that come back.
PICKUP_PERCENT, CANCEL_PERCENT, RETURN_PERCENT = 25, 4, 6


class Online:
    """All who order through a channel, and what the stores do for them."""

    def __init__(self, stage: Stage, trade: Trade) -> None:
        self._stage = stage
        self._trade = trade
        self._count = 0

    # -- ordering ---------------------------------------------------------------------------

    def shop(self, share: float) -> None:
        """Let this share of a day's orders come in."""
        stage = self._stage
        stream = stage.get_stream("online")
        for _ in range(draw_poisson(stream, stage.retailer.scale.orders * share)):
            store = stream.choice(stage.retailer.stores)
            skus = {
                stage.retailer.pick_sku(store, stream.random())
                for _ in range(1 if stream.random() < 0.7 else 2)
            }
            lines = tuple((sku, 1 if stream.random() < 0.7 else 2) for sku in sorted(skus))
            is_pickup = stream.randrange(100) < PICKUP_PERCENT
            self._order(stream.choice(CHANNELS), lines, store if is_pickup else "")

    def _order(self, channel: str, lines: tuple[tuple[str, int], ...], pickup_site: str) -> None:
        """Look at what can be had, order it, and compare what was promised with what was free."""
        stage = self._stage
        self._count += 1
        free = {sku: self._read_free(sku) for sku, _ in lines}
        body: dict[str, Any] = {
            "channel": channel,
            "external_id": f"{channel}-{self._count}",
            "method": "pickup" if pickup_site else "ship",
            "customer_name": f"Customer {self._count}",
            "lines": [
                {
                    "sku": sku,
                    "quantity": units,
                    "amount_minor": units * stage.retailer.goods[sku].price_minor,
                }
                for sku, units in lines
            ],
            "may_split": True,
            "may_wait": False,
        }
        if pickup_site:
            body["pickup_site"] = pickup_site
        answer = stage.post("orders", body, by=BY)
        stage.notebook.volumes["online orders"] += 1
        if not answer.is_ok:
            return
        order = answer.body
        self._check_promise(order, free)
        placed = sum(line["quantity_placed"] for line in order["lines"])
        stage.notebook.orders[order["number"]] = OnlineOrder(
            number=order["number"],
            external_id=order["external_id"],
            channel=channel,
            method=order["method"],
            placed_at=stage.now,
            lines=lines,
            promised=placed,
            pickup_site=pickup_site,
        )
        if placed and stage.get_stream("cancel").randrange(100) < CANCEL_PERCENT:
            stage.later(stage.now + timedelta(minutes=40), lambda: self._cancel(order["number"]))

    def _read_free(self, sku: str) -> dict[str, int]:
        """Return what the hub may still promise of a SKU, at each site."""
        rows = self._stage.read(f"availability?sku={sku}", by=BY).get("data", ())
        return {row["site"]: row["available"] for row in rows}

    def _check_promise(self, order: dict[str, Any], free: dict[str, dict[str, int]]) -> None:
        """
        Note what was promised of a site beyond what was free there the moment before.

        No time passes between looking and ordering here, so that any unit of it is oversold.
        """
        notebook = self._stage.notebook
        promised: dict[tuple[str, str], int] = {}
        for part in order["fulfillments"]:
            for line in part.get("lines", ()):
                key = (part["from_site"] or part["site"], line["sku"])
                promised[key] = promised.get(key, 0) + line["quantity"]
        for (site, sku), units in promised.items():
            over = units - max(0, free.get(sku, {}).get(site, 0))
            if over > 0:
                notebook.oversold += over
                notebook.oversold_cases.append(
                    f"{order['number']}: {units} of {sku} at {site}, {over} too many"
                )

    def contend(self) -> None:
        """Let five channels want the last units of one SKU at the same moment."""
        stage = self._stage
        stream = stage.get_stream("contention")
        store = stream.choice(stage.retailer.stores)
        sku = stage.retailer.assortment[store][-1 - stream.randrange(10)]
        rows = stage.read(f"availability?sku={sku}&site={store}", by=BY).get("data", ())
        free = max(0, rows[0]["available"]) if rows else 0
        granted = 0
        holds = []
        for channel in CHANNELS:
            body = {
                "lines": [{"sku": sku, "site": store, "quantity": max(1, free)}],
                "channel": channel,
                "external_id": f"last-{stage.day}-{channel}",
                "expires_in_seconds": 900,
            }
            answer = stage.post("holds", body, by=BY)
            stage.notebook.contended += 1
            if answer.is_ok:
                granted += sum(line["quantity"] for line in answer.body["lines"])
                holds.append(answer.body["number"])
        if granted > free:
            stage.notebook.oversold += granted - free
            stage.notebook.oversold_cases.append(
                f"day {stage.day}: {granted} of {sku} held at {store}, {free} were free"
            )
        for number in holds:
            stage.post(f"holds/{number}/release", by=BY)

    def _cancel(self, number: str) -> None:
        order = self._stage.notebook.orders[number]
        body = {"reason": "changed my mind"}
        if (
            order.left_at is None
            and self._stage.post(f"orders/{number}/cancel", body, by="orderdesk").is_ok
        ):
            order.canceled = True

    # -- in the stores ----------------------------------------------------------------------

    def serve(self, store: str) -> None:
        """Let a store's clerk work through what is to be packed or handed over."""
        stage = self._stage
        rows = stage.read(f"pos/fulfillments?site={store}&limit=200", by=f"clerk.{store}")
        for row in rows.get("data", ()):
            if row["state"] == "waiting":
                self._fulfill(store, row)
            elif row["state"] == "staged":
                self._hand_over(store, row)
            elif row["is_to_put_back"] or row["state"] == "expired":
                self._put_back(store, row["number"])

    def _fulfill(self, store: str, row: dict[str, Any]) -> None:
        """Accept, look for the goods on the shelf, and stage or ship what is found."""
        stage, number, by = self._stage, row["number"], f"clerk.{store}"
        accepted = stage.post(f"pos/fulfillments/{number}/accept", by=by)
        if not accepted.is_ok:
            return
        found = 0
        for line in accepted.body["lines"]:
            floor = Spot(store, FLOOR, line["sku"])
            goal = floor.at(f"OUT:{number}")
            units = stage.truth.shift(floor, goal, line["quantity"], what="picked", at=stage.now)
            stage.notebook.broken_by_shelf += line["quantity"] - units
            found += units
            if units:
                body = {"sku": line["sku"], "quantity": units}
                stage.post(f"pos/fulfillments/{number}/picks", body, by=by)
        finished = stage.post(f"pos/fulfillments/{number}/finish", by=by)
        if not finished.is_ok or not found:
            return
        if row["method"] == "ship":
            body = {"parcels": [{"carrier": "SF", "tracking": f"SF-{number}"}]}
            if stage.post(f"pos/fulfillments/{number}/ship", body, by=by).is_ok:
                self._leave(store, number, what="shipped")
                stage.notebook.handling_cost_minor += 600
        else:
            stage.post(f"pos/fulfillments/{number}/stage", {"shelf": "P1"}, by=by)

    def _hand_over(self, store: str, row: dict[str, Any]) -> None:
        """Give the goods to whoever comes for them."""
        stage, number = self._stage, row["number"]
        if stage.get_stream(f"pickup/{store}").random() < 0.5:
            return  # nobody came yet
        self._leave(store, number, what="handed over", is_told=False)
        if stage.strike("unrecorded_handover", store):
            detail = stage.read(f"pos/fulfillments/{number}", by=f"clerk.{store}")
            for line in detail.get("lines", ()):
                stage.label(
                    "unrecorded_handover",
                    store,
                    line["sku"],
                    -line["quantity_picked"],
                    document=number,
                )
            return
        body = {"reason": "Known by name"}
        if stage.post(f"pos/fulfillments/{number}/hand-over", body, by=f"manager.{store}").is_ok:
            self.mark_left(row["order_number"])

    def _put_back(self, store: str, number: str) -> None:
        stage = self._stage
        if stage.post(f"pos/fulfillments/{number}/put-back", by=f"clerk.{store}").is_ok:
            for spot, units in self._list_picked(store, number):
                goal = spot.at(FLOOR)
                stage.truth.shift(spot, goal, units, what="put back", at=stage.now)

    def _leave(self, store: str, number: str, *, what: str, is_told: bool = True) -> None:
        for spot, units in self._list_picked(store, number):
            self._stage.truth.take(spot, units, what=what, at=self._stage.now)
        if is_told:
            self.mark_left(number)

    def _list_picked(self, store: str, number: str) -> list[tuple[Spot, int]]:
        place = f"OUT:{number}"
        return [
            (spot, units)
            for spot, units in self._stage.truth.iterate()
            if spot.site == store and spot.place == place and units
        ]

    # -- afterwards -------------------------------------------------------------------------

    def mark_left(self, number: str) -> None:
        """Note that the goods of an order, or of a part of it, left for their customer."""
        order = self._stage.notebook.orders.get(number.rpartition("-F")[0] or number)
        order = order or self._stage.notebook.orders.get(number)
        if order is None or order.left_at is not None:
            return
        stage = self._stage
        order.left_at = stage.now
        if stage.now - order.placed_at <= timedelta(days=PROMISED_DAYS):
            stage.notebook.in_time += 1
        else:
            stage.notebook.too_late += 1
        if stage.get_stream("online returns").randrange(100) < RETURN_PERCENT:
            back = stage.now + timedelta(days=2)
            if stage.day + 2 <= stage.last_day:
                stage.later(back, lambda: self._return(order))

    def _return(self, order: OnlineOrder) -> None:
        """Bring one unit of an order back, in any store."""
        stage = self._stage
        stream = stage.get_stream("online returns")
        store = stream.choice(stage.retailer.stores)
        sku = order.lines[0][0]
        order.returned = True
        stage.truth.bring(Spot(store, FLOOR, sku), 1, what="online return", at=stage.now)
        line = {
            "sku": sku,
            "quantity": -1,
            "amount_minor": -stage.retailer.goods[sku].price_minor,
            "line_type": "return",
            "disposition": "sellable",
            "original_ticket": order.number,
        }
        self._trade.tills[store].ring_up([line], at=stage.now)
