"""The stage of a story: its true goods, the doors it calls, and the clock that all live by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from yipan.simulate.stories import retailer
from yipan.simulate.stories.physical import Physical
from yipan.simulate.stories.values import StoryStuck
from yipan.simulate.systems import Answer, Systems

#: Stories are told in the zone of the retailer, which has no summer time.
ZONE_HOURS = 8


class Stage:
    """What a story acts on. `fault` is the code of what goes wrong, empty when nothing does."""

    def __init__(self, systems: Systems, *, fault: str = "") -> None:
        self.systems = systems
        self.physical = Physical()
        self.fault = fault
        self._calls = 0

    @property
    def now(self) -> datetime:
        """Return the moment the systems are at."""
        return self.systems.read_clock()

    def wait(self, minutes: float = 1) -> None:
        """Let time pass; messages that are on their way arrive."""
        self.systems.advance(self.now + timedelta(minutes=minutes))

    def wait_until(self, hour: int, minute: int = 0) -> None:
        """Let time pass until the wall clock of the retailer next shows this."""
        local = self.now + timedelta(hours=ZONE_HOURS)
        wanted = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
        if wanted <= local:
            wanted += timedelta(days=1)
        self.systems.advance(wanted - timedelta(hours=ZONE_HOURS))

    def ask(self, method: str, path: str, body: object = None, *, by: str) -> Answer:
        """Call a door; a refusal is an answer."""
        self._calls += 1
        key = f"story-{self._calls}" if method == "POST" else ""
        return self.systems.call(method, f"/api/v1{path}", body, by=by, key=key)

    def call(self, method: str, path: str, body: object = None, *, by: str) -> Any:
        """
        Call a door and return what it answers.

        :raises StoryStuck: if it refuses.
        """
        answer = self.ask(method, path, body, by=by)
        if not answer.is_ok:
            raise StoryStuck(f"{method} {path} by {by}: {answer.status} {answer.body}")
        return answer.body

    def get(self, path: str, *, by: str) -> Any:
        """Read something."""
        return self.call("GET", path, by=by)

    def post(self, path: str, body: object = None, *, by: str) -> Any:
        """Do something, once."""
        return self.call("POST", path, {} if body is None else body, by=by)

    # The beginning

    def open(self, stock: Mapping[str, Mapping[str, int]]) -> None:
        """
        Open the retailer with goods at places (`W1/A-01-01`), in truth and in all books.

        Begins at nine in the morning.
        """
        self._write_master_data()
        self.wait(1)
        for place, goods in stock.items():
            for sku, quantity in goods.items():
                self.physical.put(place, sku, quantity)
        for site in dict.fromkeys(place.split("/")[0] for place in stock):
            self._open_site(site, stock)
        self.wait_until(9)

    def _write_master_data(self) -> None:
        by = retailer.SETTER
        for code, fields in retailer.SITES.items():
            self.call("PUT", f"/sites/{code}", fields, by=by)
        self.post("/sites/W1/bins/bulk", {"rows": retailer.BINS}, by=by)
        self.post("/suppliers/bulk", {"rows": [retailer.SUPPLIER]}, by=by)
        self.post("/skus/bulk", {"rows": retailer.SKUS}, by=by)
        group = {"name": "All sites", "sites": list(retailer.SITES)}
        self.call("PUT", "/site-groups/ALL", group, by=by)
        for channel in retailer.CHANNELS:
            self.call("PUT", f"/channels/{channel}", {"name": channel, "group": "ALL"}, by=by)
        for store in retailer.CLERKS:
            self.call("PUT", f"/site-services/{store}/ship", {"transit_days": 1}, by=by)

    def _open_site(self, site: str, stock: Mapping[str, Mapping[str, int]]) -> None:
        goods = [
            (place.split("/")[1], sku, quantity)
            for place, each in stock.items()
            if place.startswith(f"{site}/")
            for sku, quantity in each.items()
        ]
        if site == "W1":
            lines = [{"bin": it[0], "sku": it[1], "quantity": it[2]} for it in goods]
            self.post("/warehouse-openings", {"site": site, "lines": lines}, by=retailer.LEAD)
        else:
            lines = [{"sku": sku, "quantity": quantity} for _part, sku, quantity in goods]
            body = {"site": site, "lines": lines}
            self.post("/store-openings", body, by=retailer.MANAGERS[site])

    # Buying

    def order(self, *lines: tuple[str, int]) -> str:
        """Write a purchase order for W1; return its number."""
        body = {
            "site": "W1",
            "supplier": retailer.SUPPLIER["code"],
            "lines": [
                {"sku": sku, "quantity": quantity, "unit_cost_minor": 3_000}
                for sku, quantity in lines
            ],
        }
        return str(self.post("/purchase-orders", body, by=retailer.BUYER)["number"])

    def send(self, order: str) -> str:
        """Have a purchase order approved by a second person, and send it; return what W1 hears."""
        self.post(f"/purchase-orders/{order}/approve", by=retailer.CONTROLLER)
        self.post(f"/purchase-orders/{order}/send", by=retailer.BUYER)
        self.wait(1)
        told = self.get(f"/purchase-orders/{order}", by=retailer.BUYER)
        return str(told["inbound_order_number"])

    def receive(
        self,
        inbound: str,
        *lines: tuple[str, int],
        mode: str = "scan",
        at: datetime | None = None,
        is_last: bool = False,
    ) -> str:
        """Book a delivery at the dock of W1, as somebody says it is; return its number."""
        body: dict[str, object] = {
            "site": "W1",
            "inbound_order_number": inbound,
            "lines": [
                {"sku": sku, "quantity_sound": quantity, "capture_mode": mode}
                for sku, quantity in lines
            ],
            "is_last": is_last,
        }
        if at is not None:
            body["received_at"] = at.isoformat()
        return str(self.post("/receipts", body, by=retailer.WORKER)["head"]["number"])

    def put_away(self, sku: str, quantity: int, *, to_bin: str = "A-01-01") -> None:
        """Carry goods from the dock to a bin, in truth and in the book."""
        self.physical.carry(sku, quantity, from_place=retailer.DOCK, to_place=f"W1/{to_bin}")
        shift = {"sku": sku, "from_bin": "RECV-01", "to_bin": to_bin, "quantity": quantity}
        self.post("/bin-moves", {"site": "W1", "lines": [shift]}, by=retailer.WORKER)

    # Selling

    def buy(self, sku: str, quantity: int, *, channel: str = "web", name: str = "1") -> Answer:
        """Order something in a channel; a refusal is an answer."""
        body = {
            "channel": channel,
            "external_id": f"{channel}-{name}",
            "lines": [{"sku": sku, "quantity": quantity, "amount_minor": 6_800 * quantity}],
            "customer_name": "Li N.",
            "may_wait": False,
        }
        return self.ask("POST", "/orders", body, by=retailer.DESK)

    def list_picks(self, outbound: str) -> list[dict[str, Any]]:
        """Return the open picks of an outbound order."""
        told = self.get(f"/outbound-orders/{outbound}/picks", by=retailer.WORKER)["data"]
        return [row for row in told if row["state"] == "open"]

    def pick(self, outbound: str) -> int:
        """Take what an order wants from its bins to the packing table; return how much."""
        total = 0
        for row in self.list_picks(outbound):
            body = {"bin": row["bin"], "quantity": row["quantity"]}
            self.post(f"/picks/{row['pick']}/take", body, by=retailer.WORKER)
            self.physical.carry(
                row["sku"],
                row["quantity"],
                from_place=f"W1/{row['bin']}",
                to_place="W1/SHIP-01",
            )
            total += row["quantity"]
        return total

    def ship(self, outbound: str, *, is_last: bool = False) -> None:
        """Let what is picked of an order leave, on paper."""
        self.post(f"/outbound-orders/{outbound}/ship", {"is_last": is_last}, by=retailer.WORKER)

    def sell(self, site: str, sku: str, quantity: int, *, number: int) -> None:
        """Sell something over the counter: the goods go first, then the ticket is written."""
        self.physical.carry(sku, quantity, from_place=f"{site}/shop_floor", to_place="customers")
        self.ring_up(site, sku, quantity, number=number)

    def ring_up(
        self, site: str, sku: str, quantity: int, *, number: int, at: datetime | None = None
    ) -> None:
        """Write a ticket; `at` is when the till says it was."""
        body = {
            "site": site,
            "till": f"{site}-1",
            "message_id": f"0198c7b2-6a11-7c3e-9d0a-{number:012d}",
            "lines": [{"sku": sku, "quantity": quantity, "amount_minor": 6_800 * quantity}],
            "occurred_at": (at or self.now).isoformat(),
        }
        self.post("/tickets", body, by=retailer.CLERKS[site])

    # Moving goods to stores

    def transfer(self, sku: str, quantity: int, *, to_site: str) -> tuple[str, str]:
        """Order a transfer from W1 and release it; return its number and what W1 hears."""
        body = {
            "from_site": "W1",
            "to_site": to_site,
            "lines": [{"sku": sku, "quantity": quantity}],
        }
        made = self.post("/transfers", body, by=retailer.CONTROLLER)
        number = str(made["head"]["number"])
        if made["head"]["state"] == "draft":
            answer = self.ask("POST", f"/transfers/{number}/approve", {}, by=retailer.PLANNER)
            if not answer.is_ok:
                raise StoryStuck(f"approve {number}: {answer.body}")
        self.post(f"/transfers/{number}/release", by=retailer.CONTROLLER)
        self.wait(1)
        told = self.get(f"/transfers/{number}", by=retailer.CONTROLLER)
        return number, str(told["outbound_order_number"])

    def take_in(self, site: str, sku: str, quantity: int) -> str:
        """Take in at a store what came of the one transfer it waits for."""
        clerk = retailer.CLERKS[site]
        rows = self.get(f"/stores/{site}/transfer-orders", by=clerk)["data"]
        if not rows:
            raise StoryStuck(f"{site} waits for no transfer")
        body = {
            "site": site,
            "order_number": rows[0]["number"],
            "lines": [{"sku": sku, "quantity": quantity, "capture_mode": "scan"}],
            "is_last": True,
            "place": "shop_floor",
        }
        return str(self.post("/pos/transfers", body, by=clerk)["head"]["number"])

    # Counting

    def start_count(self, site: str, place: str, *skus: str) -> str:
        """Plan a count of a shelf or bin and start it; return its number."""
        body = {"site": site, "kind": "spot", "sheets": [{"place": place, "skus": list(skus)}]}
        by = retailer.LEAD if site == "W1" else retailer.MANAGERS[site]
        return str(self.post(f"{_counts(site)}/stocktakes", body, by=by)["number"])

    def see(self, site: str, number: str, seen: Mapping[str, int], *, by: str) -> str:
        """Write down what somebody sees of all goods of a sheet; return the state of the count."""
        for sku, quantity in seen.items():
            self.scan(site, number, sku, quantity, by=by)
        return self.close_sheet(site, number, by=by)

    def scan(self, site: str, number: str, sku: str, quantity: int, *, by: str) -> None:
        """Write down what somebody sees of a SKU; nothing, when none is there."""
        if quantity:
            body = {"sku": sku, "quantity": quantity}
            sheet = self._find_sheet(site, number, by=by)
            self.post(f"{_counts(site)}/count-sheets/{sheet}/scans", body, by=by)

    def close_sheet(self, site: str, number: str, *, by: str) -> str:
        """Say that this is all there is; return the state of the count."""
        sheet = self._find_sheet(site, number, by=by)
        body = {"unseen": "none_there"}
        self.post(f"{_counts(site)}/count-sheets/{sheet}/close", body, by=by)
        return str(self.get(f"{_counts(site)}/stocktakes/{number}", by=by)["state"])

    def _find_sheet(self, site: str, number: str, *, by: str) -> str:
        rows = self.get(f"{_counts(site)}/count-sheets?site={site}", by=by)["data"]
        found = [row["number"] for row in rows if row["stocktake"] == number]
        if not found:
            raise StoryStuck(f"{by} has no sheet of {number}")
        return str(found[0])

    def settle_count(self, site: str, number: str) -> str:
        """Post what a count found, as far as the site may alone; return its state."""
        by = retailer.LEAD if site == "W1" else retailer.MANAGERS[site]
        return str(self.post(f"{_counts(site)}/stocktakes/{number}/post", by=by)["state"])

    # Differences

    def compare(self) -> None:
        """Compare all books now, and look at counted differences again."""
        self.post("/cases/compare", by=retailer.CONTROLLER)

    def list_cases(self, *, state: str = "open") -> list[dict[str, Any]]:
        """Return cases, the oldest first."""
        rows = self.get(f"/cases?state={state}", by=retailer.CONTROLLER)["data"]
        return [
            self.get(f"/cases/{row['number']}", by=retailer.CONTROLLER) for row in reversed(rows)
        ]

    def get_case(self, sku: str) -> dict[str, Any]:
        """
        Return the open case of a SKU.

        :raises StoryStuck: if there is none.
        """
        found = [row for row in self.list_cases() if row["sku"] == sku]
        if not found:
            raise StoryStuck(f"nobody found a difference of {sku}")
        return found[-1]

    def settle_case(self, sku: str, *, document: str, cause: str = "") -> str:
        """
        Note in the case of a SKU which document puts it right, and close it.

        A case that agreed by itself meanwhile is closed already. Return its last state.
        """
        found = [row for row in self.list_cases() if row["sku"] == sku]
        if not found:
            return "closed"
        case = found[-1]
        body = {"document": document, "cause": cause, "quantity": case["quantity"]}
        self.post(f"/cases/{case['number']}/correct", body, by=retailer.CONTROLLER)
        closed = self.post(f"/cases/{case['number']}/close", {}, by=retailer.CONTROLLER)
        return str(closed["state"])

    def heal(self, sku: str) -> dict[str, Any]:
        """
        Take the step that heals the proved difference between two books, and wait for it.

        :raises StoryStuck: if no such difference stands.
        """
        self.compare()
        case = self.get_case(sku)
        self.post(f"/cases/{case['number']}/heal", {"part": 0}, by=retailer.CONTROLLER)
        self.wait(3)
        self.compare()
        return case

    def decide_adjustments(self, decision: str = "approve") -> int:
        """Decide as controller on what stands submitted; return how many that was."""
        rows: Sequence[Mapping[str, Any]] = self.get(
            "/adjustments?state=submitted", by=retailer.CONTROLLER
        )["data"]
        for row in rows:
            body = {"decision": decision}
            self.post(f"/adjustments/{row['number']}/decide", body, by=retailer.CONTROLLER)
        return len(rows)


def _counts(site: str) -> str:
    return "" if site == "W1" else "/pos"
