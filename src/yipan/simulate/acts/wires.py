"""What happens to lines and devices: lost, doubled, cut, cloned, set back; and how it is mended."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from yipan.simulate.acts.stage import Stage
from yipan.simulate.acts.tills import BATCH, Till, Trade, make_event
from yipan.simulate.systems import LineTrouble

TROUBLES: Final[dict[str, LineTrouble]] = {
    "lost_message": "lost",
    "duplicate_message": "doubled",
    "altered_message": "altered",
    "reordered_message": "reordered",
    "delayed_message": "delayed",
}
STUCK_HOURS: Final = 5


class Wires:
    """Everything between the systems that can break, and whoever mends it."""

    def __init__(self, stage: Stage, trade: Trade) -> None:
        self._stage = stage
        self._trade = trade
        self._cut: dict[str, int] = {}

    def happen(self, site: str) -> None:
        """Let lines and devices of a site fail, as often as the plan says."""
        stage, systems = self._stage, self._stage.systems
        line = self._name_line(site)
        for fault, trouble in TROUBLES.items():
            while size := stage.strike(fault, site):
                systems.trouble_line(line, trouble, count=size)
                stage.notebook.line_troubles[fault] += size
                stage.label(fault, site)
        while stage.strike("stuck_message", site):
            systems.trouble_line(line, "stuck", count=1)
            self._hold(line)
            stage.later(stage.now + timedelta(hours=STUCK_HOURS), lambda: self._mend(line))
            stage.label("stuck_message", site)
        while hours := stage.strike("network_outage", site):
            systems.cut_line(line)
            self._hold(line)
            stage.later(stage.now + timedelta(hours=hours), lambda: self._mend(line))
            stage.label("network_outage", site)
        while stage.strike("crash", site):
            systems.crash(line)
            stage.label("crash", site)
        if site in stage.retailer.stores:
            self._happen_in_store(site)

    def mend_all(self) -> None:
        """Mend every line and clock: the run is over."""
        for site in (*self._stage.retailer.warehouses, *self._stage.retailer.stores):
            self._stage.systems.mend_line(self._name_line(site))
        self._cut.clear()
        for till in self._trade.tills.values():
            self._set_clock(till, 0)

    def _happen_in_store(self, store: str) -> None:
        stage, till = self._stage, self._trade.tills[store]
        while seconds := stage.strike("clock_error", store):
            self._set_clock(till, seconds)
            stage.later(stage.now + timedelta(hours=10), lambda: self._set_clock(till, 0))
            stage.label("clock_error", store)
        while size := stage.strike("cloned_till", store):
            self._clone(till, size)
        while size := stage.strike("restored_till", store):
            self._set_back(till, size)
        while stage.strike("stale_snapshot", store):
            self._report_old_figures(store)

    def _name_line(self, site: str) -> str:
        head = "pos" if site in self._stage.retailer.stores else "wms"
        return f"{head}:{site}"

    def _hold(self, line: str) -> None:
        self._cut[line] = self._cut.get(line, 0) + 1

    def _mend(self, line: str) -> None:
        """Mend a line; where two things broke it, when the second one is mended."""
        left = self._cut.get(line, 0) - 1
        self._cut[line] = max(0, left)
        if left <= 0:
            self._stage.systems.mend_line(line)

    def _set_clock(self, till: Till, seconds: int) -> None:
        self._stage.systems.skew_clock(self._name_line(till.store), seconds=seconds)
        till.clock_off = seconds

    # -- devices ------------------------------------------------------------------------------

    def _clone(self, till: Till, size: int) -> None:
        """
        Let a copy of a till sell beside it under the same numbers.

        The store hears two tickets of one number. Somebody finds out, and the copy counts anew.
        """
        self._repeat_numbers(till, size, fault="cloned_till")

    def _set_back(self, till: Till, size: int) -> None:
        """Let a till come back from an old copy of itself: it gives numbers a second time."""
        self._repeat_numbers(till, size, fault="restored_till")

    def _repeat_numbers(self, till: Till, size: int, *, fault: str) -> None:
        """Ring up tickets under sequence numbers that were used; then begin a new epoch."""
        stage = self._stage
        self._trade.tell_one(till)
        if len(till.told) < size:
            return
        used = [int(event["sequence"]) for event in till.told[-size:]]
        stream = stage.get_stream(f"{fault}/{till.store}")
        sold: list[tuple[str, list[dict[str, Any]]]] = []
        for sequence in used:
            sku = stage.retailer.pick_sku(till.store, stream.random())
            lines = self._trade.sell_one(till.store, sku)
            if not lines:
                continue
            till.tickets += 1
            number = f"{till.code}-{till.tickets:06d}"
            event = make_event(till, number, lines, sequence=sequence, at=stage.now)
            stage.post("events", [event], by=till.key)
            sold.append((number, lines))
        stage.label(fault, till.store)
        opened = stage.post(f"sources/{till.source}/epochs", by=till.key)
        if not opened.is_ok:
            return
        till.epoch, till.sequence = opened.body["epoch"], 0
        for number, lines in sold:
            till.sequence += 1
            till.waiting.append(
                make_event(till, number, lines, sequence=till.sequence, at=stage.now)
            )
        assert len(till.waiting) <= BATCH
        self._trade.tell_one(till)

    def _report_old_figures(self, store: str) -> None:
        """Let the store's system report what it held an hour ago as if it were now."""
        stage = self._stage
        rows = stage.read(f"stores/{store}/stock", by=f"clerk.{store}").get("data", ())
        sums: dict[str, int] = {}
        for row in rows:
            sums[row["sku"]] = sums.get(row["sku"], 0) + row["quantity"]
        health = stage.read(f"sources/pos:{store}/stock/health", by="controller")
        known = [row["highest_seen"] for row in health.get("data", ())]
        body = {
            "site": store,
            "as_of_sequence": max(0, max(known, default=0) - 20),
            "lines": [
                {"sku": sku, "quantity": max(0, units)} for sku, units in list(sums.items())[:50]
            ],
        }
        stage.post("observations", body, by="retailer.setup")
        stage.label("stale_snapshot", store)
