"""Counting while trade goes on: who looks, what they say, and who posts what came of it."""

from __future__ import annotations

import random
from typing import Any, Final

from yipan.simulate.acts.notebook import CountOfGoods
from yipan.simulate.acts.stage import Stage
from yipan.simulate.world.truth import FLOOR, Spot

#: So many positions the systems themselves ask to be counted, beside those whose turn it is.
TARGETS: Final = 8
ROUNDS_MAX: Final = 3

#: Site, place, SKU, lot of what is to be counted.
Position = tuple[str, str, str]


class Counting:
    """
    Counters of all sites. They go round: each position comes up again after some days.

    Sites take turns, and warehouses count half as often as stores.
    """

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._turn: dict[str, int] = {}
        #: Stocktakes that are still to be posted, by site.
        self.open: dict[str, list[str]] = {}

    def count(self, site: str) -> None:
        """Plan a stocktake of some positions, look at them, and hand the sheets in."""
        stage = self._stage
        # Sites take turns; warehouses count half as often as stores.
        often = stage.retailer.scale.count_days * (2 if site in stage.retailer.warehouses else 1)
        positions = self._choose(site) if (stage.day + int(site[1:])) % often == 0 else []
        if not positions:
            return
        is_store = site in stage.retailer.stores
        head = "pos/stocktakes" if is_store else "stocktakes"
        by = f"manager.{site}" if is_store else f"lead.{site}"
        sheets: dict[str, list[str]] = {}
        for place, sku, _ in positions:
            if sku not in sheets.setdefault(place, []):
                sheets[place].append(sku)
        body = {
            "site": site,
            "kind": "cycle",
            "is_blind": True,
            "sheets": [{"place": place, "skus": skus} for place, skus in sheets.items()],
        }
        planned = stage.post(head, body, by=by)
        if not planned.is_ok:
            return
        number = planned.body["number"]
        rows = self._look(site, positions)
        counter = f"clerk.{site}" if is_store else f"worker.{site}"
        answer = stage.post(
            f"{head}/{number}/observations",
            {"rows": [{**row, "counter": counter} for row in rows]},
            by=by,
        )
        stage.notebook.volumes["count lines"] += len(rows)
        if answer.is_ok:
            self.open.setdefault(site, []).append(number)

    def finish(self, site: str) -> None:
        """Count again what has to be, and post what stands."""
        stage = self._stage
        is_store = site in stage.retailer.stores
        head = "pos/stocktakes" if is_store else "stocktakes"
        by = f"manager.{site}" if is_store else f"lead.{site}"
        for number in self.open.pop(site, []):
            state = stage.read(f"{head}/{number}", by=by).get("state", "")
            for turn in range(2, ROUNDS_MAX + 1):
                if state != "recounting":
                    break
                self._look_again(site, head, number, by=by, turn=turn)
                state = stage.read(f"{head}/{number}", by=by).get("state", "")
            if state == "explained":
                # Who counted a line that differs does not post it; somebody of the office does.
                stage.post(f"{head}/{number}/post", by="controller")

    def _choose(self, site: str) -> list[Position]:
        """Return what is counted today: whose turn it is, and what the systems ask for."""
        retailer = self._stage.retailer
        if site in retailer.stores:
            skus = sorted(retailer.assortment[site])
        else:
            skus = [sku for where, sku in retailer.homes if where == site]
        size = min(len(skus), retailer.scale.count_lines)
        start = self._turn.get(site, 0)
        self._turn[site] = (start + size) % len(skus)
        chosen = [skus[(start + step) % len(skus)] for step in range(size)]
        for row in self._read_targets(site):
            if row["sku"] in skus and row["sku"] not in chosen:
                chosen.append(row["sku"])
        if site in retailer.stores:
            return [(FLOOR, sku, "") for sku in chosen]
        return [each for sku in chosen for each in self._list_places(site, sku)]

    def _read_targets(self, site: str) -> list[dict[str, Any]]:
        """Return what the systems want counted beside that."""
        path = f"count-targets?site={site}&limit={TARGETS}"
        return list(self._stage.read(path, by="controller") or ())

    def _list_places(self, site: str, sku: str) -> list[Position]:
        """Return where people look for a SKU in a warehouse: its bin, with each lot they find."""
        home = self._stage.retailer.homes[site, sku]
        lots = {spot.lot for spot in self._stage.truth.list_spots(site, sku) if spot.place == home}
        if self._stage.retailer.goods[sku].is_dated:
            return [(home, sku, lot) for lot in sorted(lots)]
        return [(home, sku, "")]

    def _look(self, site: str, positions: list[Position]) -> list[dict[str, Any]]:
        """Return what a counter writes down, who may err."""
        stage = self._stage
        stream = stage.get_stream(f"counter/{site}")
        rows = []
        is_copied = bool(stage.strike("book_copied", site))
        book = self._read_book(site) if is_copied else {}
        for place, sku, lot in positions:
            there = stage.truth.count(Spot(site, place, sku, lot))
            said = there
            if is_copied:
                said = max(0, book.get((place, sku, lot), there))
                if said != there:
                    stage.label("book_copied", site, sku, 0)
            else:
                said = self._err(site, sku, there, stream)
            rows.append(_write(place, sku, lot, said))
            stage.notebook.counted.append(CountOfGoods(site, sku, stage.now, there, said))
        if len(rows) > 1 and stage.strike("count_sku_mixup", site):
            first, second = rows[0], rows[1]
            first["quantity"], second["quantity"] = second["quantity"], first["quantity"]
            stage.label("count_sku_mixup", site, first["sku"], 0)
            stage.label("count_sku_mixup", site, second["sku"], 0)
        return rows

    def _err(self, site: str, sku: str, there: int, stream: random.Random) -> int:
        stage = self._stage
        if off := stage.strike("miscount", site, sku):
            stage.label("miscount", site, sku, 0)
            return max(0, there + off * stream.choice((-1, 1)))
        if there and stage.strike("missed_area", site, sku):
            stage.label("missed_area", site, sku, 0)
            return 0
        if there and stage.strike("double_counted_area", site, sku):
            stage.label("double_counted_area", site, sku, 0)
            return there * 2
        return there

    def _read_book(self, site: str) -> dict[Position, int]:
        """Return what somebody copies who does not count."""
        stage = self._stage
        if site in stage.retailer.stores:
            rows = stage.read(f"stores/{site}/stock", by=f"clerk.{site}").get("data", ())
            return {(row["place"], row["sku"], ""): row["quantity"] for row in rows}
        rows = stage.read(f"warehouses/{site}/stock", by=f"worker.{site}").get("data", ())
        return {(row["bin"], row["sku"], row["lot"]): row["quantity"] for row in rows}

    def _look_again(self, site: str, head: str, number: str, *, by: str, turn: int) -> None:
        """Let somebody else look at what differs, with care: what they say is what is there."""
        stage = self._stage
        review = stage.read(f"{head}/{number}/differences", by=by).get("data", ())
        rows = [
            _write(
                row["place"],
                row["sku"],
                row["lot"],
                stage.truth.count(Spot(site, row["place"], row["sku"], row["lot"])),
            )
            for row in review
            if row["status"] == "available"
        ]
        if rows:
            body = {"rows": [{**row, "counter": f"second.{turn}.{site}"} for row in rows]}
            stage.post(f"{head}/{number}/observations", body, by=by)
            stage.notebook.volumes["count lines again"] += len(rows)


def _write(place: str, sku: str, lot: str, quantity: int) -> dict[str, Any]:
    row: dict[str, Any] = {"place": place, "sku": sku, "quantity": quantity}
    if lot:
        row["lot"] = lot
    return row
