"""Goods out of warehouses and into stores: planned, picked, shipped, carried, taken in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from yipan.simulate.acts.stage import LEVELS, Stage
from yipan.simulate.world.truth import FLOOR, Spot

#: So many lines of a delivery to a store; days of trade a store wants to have.
LINES_A_DELIVERY: Final = 25
STORE_DAYS: Final = 7
TO_PICK: Final = ("released", "picking", "picked", "packed")


@dataclass
class Parcel:
    """What left a warehouse: what is in it in truth, and where it goes."""

    origin: str
    goal: str
    document: str
    order_type: str
    content: Counter[str] = field(default_factory=Counter)
    said: Counter[str] = field(default_factory=Counter)


class Moving:
    """Planners, pickers, carriers, and those who unload in stores."""

    def __init__(self, stage: Stage, *, on_shipped: Callable[[str], None]) -> None:
        self._stage = stage
        self._on_shipped = on_shipped
        self._looked_on = 0
        self._free: dict[str, dict[str, int]] = {}

    # -- planning ---------------------------------------------------------------------------

    def plan(self, store: str) -> None:
        """Let a planner send a store what it runs out of, from its warehouse."""
        stage, retailer = self._stage, self._stage.retailer
        origin = retailer.get_supplying(store)
        there = {
            row["sku"]: row["available"] + (row["in_transit"] or 0)
            for row in stage.read_all(f"levels?site={store}", by="planner", page_size=LEVELS)
        }
        free = self._read_free(origin)
        wanted = []
        for sku in retailer.assortment[store]:
            pace = retailer.get_pace(store, sku)
            target = round(pace * STORE_DAYS) + 3
            missing = target - there.get(sku, 0)
            if missing > target // 3 and free.get(sku, 0) > 0:
                wanted.append((there.get(sku, 0) / max(pace, 0.01), sku, missing))
        lines = [
            {"sku": sku, "quantity": min(missing, free[sku])}
            for _, sku, missing in sorted(wanted)[:LINES_A_DELIVERY]
        ]
        if not lines:
            return
        due = (stage.today + timedelta(days=1)).isoformat()
        body = {"from_site": origin, "to_site": store, "lines": lines, "due_on": due}
        answer = stage.post("transfers", body, by="planner")
        if answer.is_ok:
            number = answer.body["head"]["number"]
            stage.post(f"transfers/{number}/approve", by="controller")
            stage.post(f"transfers/{number}/release", by="planner")
            stage.notebook.volumes["transfer lines"] += len(lines)
            for line in lines:
                free[line["sku"]] -= line["quantity"]

    def _read_free(self, site: str) -> dict[str, int]:
        """Return what a warehouse may still give away; the planner looks once in a morning."""
        stage = self._stage
        if self._looked_on != stage.day:
            self._looked_on, self._free = stage.day, {}
        if site not in self._free:
            self._free[site] = {
                row["sku"]: row["available"]
                for row in stage.read_all(f"levels?site={site}", by="planner", page_size=LEVELS)
            }
        return self._free[site]

    # -- in the warehouse -------------------------------------------------------------------

    def work(self, site: str) -> None:
        """Let people pick and ship all that is asked of a warehouse."""
        stage = self._stage
        for state in TO_PICK:
            path = f"outbound-orders?site={site}&state={state}"
            for order in list(stage.read_all(path, by=f"worker.{site}")):
                self._fill(site, order)
        tasks = stage.read(
            f"warehouses/{site}/move-tasks?state=open&kind=put_back", by=f"worker.{site}"
        )
        for task in tasks.get("data", ()):
            self._put_back(site, task)

    def _fill(self, site: str, order: dict[str, Any]) -> None:
        """Pick an order and let it leave."""
        stage, number = self._stage, order["number"]
        parcel = Parcel(site, order["ship_to"], order["document_number"], order["order_type"])
        picks = stage.read(f"outbound-orders/{number}/picks", by=f"worker.{site}")
        for pick in picks.get("data", ()):
            if pick["state"] == "open":
                self._pick(site, number, pick)
        state = stage.read(f"outbound-orders/{number}", by=f"worker.{site}")
        if not state or not state["quantity_picked"] > state["quantity_shipped"]:
            return
        body = {"is_last": True, "carrier": "SF", "tracking": f"SF-{number}"}
        shipped = stage.post(f"outbound-orders/{number}/ship", body, by=f"worker.{site}")
        if not shipped.is_ok:
            return
        for line in shipped.body["lines"]:
            parcel.said[line["sku"]] += line["quantity"]
        for spot, units in self._list_packed(site, number):
            left = stage.truth.take(spot, units, what="shipped", at=stage.now)
            parcel.content[spot.sku] += left
        stage.notebook.handling_cost_minor += 300 + 40 * len(parcel.said)
        self._on_shipped(order["document_number"])
        if parcel.goal in stage.retailer.stores:
            hour = stage.get_stream(f"carrier/{parcel.goal}").choice((8, 9, 10, 17))
            arrives = stage.get_moment(hour, 30) + timedelta(days=1)
            stage.later(arrives, lambda: self._arrive(parcel))

    def _list_packed(self, site: str, number: str) -> list[tuple[Spot, int]]:
        place = f"OUT:{number}"
        return [
            (spot, units)
            for spot, units in self._stage.truth.iterate()
            if spot.site == site and spot.place == place and units
        ]

    def _pick(self, site: str, number: str, pick: dict[str, Any]) -> None:
        """Go to the bin, take what is wanted, or what somebody takes for it."""
        stage, sku, wanted = self._stage, pick["sku"], pick["quantity"]
        stage.notebook.volumes["picks"] += 1
        spot = Spot(site, pick["bin"], sku, pick["lot"])
        there = stage.truth.count(spot)
        if there < wanted:
            found = stage.truth.shift(
                spot, spot.at(f"OUT:{number}"), there, what="picked", at=stage.now
            )
            stage.notebook.broken_by_shelf += wanted - found
            body = {"quantity_found": found}
            stage.post(f"picks/{pick['pick']}/short", body, by=f"worker.{site}")
            return
        taken_sku, units = sku, wanted
        sibling = stage.retailer.goods[sku].sibling
        beside = Spot(site, pick["bin"], sibling)
        if (
            not pick["lot"]
            and stage.truth.count(beside) >= wanted
            and stage.strike("sku_mixup/at_pick", site, sku)
        ):
            taken_sku = sibling
            stage.label("sku_mixup/at_pick", site, sku, wanted, document=number)
            stage.label("sku_mixup/at_pick", site, sibling, -wanted, document=number)
        elif fewer := stage.strike("short_shipment", site, sku):
            units = max(0, wanted - fewer)
            stage.label("short_shipment", site, sku, wanted - units, document=number)
        elif (more := stage.strike("over_shipment", site, sku)) and there > wanted:
            units = min(there, wanted + more)
            stage.label("over_shipment", site, sku, wanted - units, document=number)
        source = spot if taken_sku == sku else beside
        goal = source.at(f"OUT:{number}")
        stage.truth.shift(source, goal, units, what="picked", at=stage.now)
        body = {"bin": pick["bin"], "sku": sku, "quantity": wanted}
        if pick["lot"]:
            body["lot"] = pick["lot"]
        stage.post(f"picks/{pick['pick']}/take", body, by=f"worker.{site}")

    def _put_back(self, site: str, task: dict[str, Any]) -> None:
        """Carry what nobody wants any more back to its bin."""
        stage = self._stage
        for spot, units in self._list_packed(site, task["order"]):
            if spot.sku == task["sku"]:
                goal = spot.at(task["to_bin"])
                stage.truth.shift(
                    spot, goal, min(units, task["quantity"]), what="put back", at=stage.now
                )
        body = {"to_bin": task["to_bin"]}
        stage.post(f"move-tasks/{task['number']}/finish", body, by=f"worker.{site}")

    # -- on the road, and into the store ------------------------------------------------------

    def _arrive(self, parcel: Parcel) -> None:
        """Let a carrier bring a parcel to a store, and people there take it in."""
        stage, store = self._stage, parcel.goal
        stage.notebook.in_time += 1
        counted: Counter[str] = Counter()
        modes: dict[str, str] = {}
        for sku, units in sorted(parcel.content.items()):
            came = units
            stage.notebook.volumes["arrival lines"] += 1
            lost = min(came, stage.strike("loss_in_transit", store, sku))
            if lost:
                # Who counts what came tells it: the rest stays in transit, and somebody asks.
                stage.label("loss_in_transit", store, sku, 0, document=parcel.document)
                came -= lost
            if stage.strike("wrong_site", store, sku) and len(stage.retailer.stores) > 1:
                self._unload_elsewhere(parcel, sku, came)
                counted[sku] += came
                continue
            stage.truth.bring(Spot(store, FLOOR, sku), came, what="arrived", at=stage.now)
            missed = stage.strike("short_receipt/at_store", store, sku)
            if missed:
                # The carton is not opened: what its paper says is taken as received.
                taken = stage.truth.take(
                    Spot(store, FLOOR, sku), min(missed, came), what="lost", at=stage.now
                )
                stage.label("short_receipt/at_store", store, sku, -taken, document=parcel.document)
                modes[sku] = "bulk"
            counted[sku] += came
        if stage.strike("missing_document", store):
            for sku, units in counted.items():
                stage.label("missing_document", store, sku, units, document=parcel.document)
            return
        self._take_in(parcel, counted, modes)

    def _unload_elsewhere(self, parcel: Parcel, sku: str, came: int) -> None:
        """Let a carton get off at another store, while its paper goes on to the right one."""
        stage, stores = self._stage, self._stage.retailer.stores
        other = stores[(stores.index(parcel.goal) + 1) % len(stores)]
        stage.truth.bring(Spot(other, FLOOR, sku), came, what="unloaded", at=stage.now)
        stage.label("wrong_site", parcel.goal, sku, -came, document=parcel.document)
        stage.label("wrong_site", other, sku, came, document=parcel.document)

    def _take_in(self, parcel: Parcel, counted: Counter[str], modes: dict[str, str]) -> None:
        """Say what came, on the order of the hub it belongs to."""
        stage, store = self._stage, parcel.goal
        orders = stage.read(f"stores/{store}/transfer-orders?limit=200", by=f"clerk.{store}")
        order = next(
            (
                each
                for each in orders.get("data", ())
                if each["order_type"] != "transfer_out"
                and each["document_number"] == parcel.document
            ),
            None,
        )
        if order is None:
            # The paper of the hub is not here yet (a line is down): again tomorrow morning.
            tomorrow = stage.get_moment(8, 45) + timedelta(days=1)
            if stage.day + 1 <= stage.last_day:
                stage.later(tomorrow, lambda: self._take_in(parcel, counted, modes))
            return
        body = {
            "site": store,
            "order_number": order["number"],
            "is_last": True,
            "lines": [
                {"sku": sku, "quantity": units, "capture_mode": modes.get(sku, "scan")}
                for sku, units in sorted(counted.items())
                if units
            ],
        }
        if stage.post("pos/transfers", body, by=f"clerk.{store}").is_ok:
            self._put_out(store, counted)

    def _put_out(self, store: str, came: Counter[str]) -> None:
        """Carry what was taken in from the backroom to the shop floor, and say so."""
        lines = [{"sku": sku, "quantity": units} for sku, units in sorted(came.items()) if units]
        if not lines:
            return
        body = {
            "site": store,
            "from_place": "backroom",
            "to_place": "shop_floor",
            "lines": lines,
        }
        self._stage.post("pos/moves", body, by=f"clerk.{store}")
