"""Goods in at a warehouse: the buyer orders, suppliers deliver, people receive and put away."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from yipan.simulate.acts.stage import LEVELS, Stage
from yipan.simulate.world.retailer import RECEIVING, Good
from yipan.simulate.world.truth import Spot

#: So many lines a buyer orders for a warehouse in a day, and in one order.
LINES_A_DAY: Final = 60
LINES_AN_ORDER: Final = 20
#: Days of trade a warehouse wants to have, and orders up to.
REORDER_DAYS: Final = 7
ORDER_UP_TO_DAYS: Final = 14


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrived:
    """A line of a truck: what came, and what its paper, and then the receiver, says came."""

    sku: str
    came: int
    told: int
    told_sku: str
    lot: str = ""
    told_lot: str = ""
    capture_mode: str = "scan"


class Supplying:
    """Everybody who brings goods into warehouses."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._pace = _sum_pace(stage)

    def order(self, site: str) -> None:
        """Let the buyer order what runs out; finance approves, and it is sent."""
        stage = self._stage
        short: dict[str, list[tuple[float, Good, int]]] = {}
        levels = {
            row["sku"]: row
            for row in stage.read_all(f"levels?site={site}", by="buyer", page_size=LEVELS)
        }
        for sku, pace in self._pace[site].items():
            row = levels.get(sku)
            there = (row["available"] + (row["on_order"] or 0)) if row else 0
            if there < pace * REORDER_DAYS + 1:
                good = stage.retailer.goods[sku]
                cases = max(1, round((pace * ORDER_UP_TO_DAYS - there) / good.case_size))
                urgency = there / max(pace, 0.01)
                short.setdefault(good.supplier, []).append((urgency, good, cases * good.case_size))
        left = LINES_A_DAY
        for supplier, wanted in sorted(short.items()):
            wanted.sort(key=lambda each: (each[0], each[1].code))
            chosen = wanted[: min(LINES_AN_ORDER, left)]
            left -= len(chosen)
            if chosen:
                self._write_order(site, supplier, [(good, units) for _, good, units in chosen])

    def _write_order(self, site: str, supplier: str, lines: list[tuple[Good, int]]) -> None:
        stage = self._stage
        stream = stage.get_stream(f"supplier/{supplier}")
        lead = stream.choice((1, 2, 2, 3))
        promised = stage.today + timedelta(days=2)
        body = {
            "site": site,
            "supplier": supplier,
            "expected_on": promised.isoformat(),
            "lines": [
                {"sku": good.code, "quantity": units, "unit_cost_minor": good.cost_minor}
                for good, units in lines
            ],
        }
        answer = stage.post("purchase-orders", body, by="buyer")
        if not answer.is_ok:
            return
        number = answer.body["number"]
        stage.post(f"purchase-orders/{number}/approve", by="finance")
        sent = stage.post(f"purchase-orders/{number}/send", by="buyer")
        if not sent.is_ok:
            return
        inbound = sent.body["inbound_order_number"]
        stage.notebook.volumes["purchase order lines"] += len(lines)
        hour = stream.choice((7, 7, 10, 17))
        arrives = stage.get_moment(hour) + timedelta(days=lead)
        if lead <= 2:
            stage.notebook.in_time += 1
        else:
            stage.notebook.too_late += 1
        stage.later(arrives, lambda: self._deliver(site, supplier, inbound, lines, stream))

    def _deliver(
        self,
        site: str,
        supplier: str,
        inbound: str,
        lines: list[tuple[Good, int]],
        stream: random.Random,
    ) -> None:
        """Let a truck unload; then somebody says what came, now, later or twice."""
        stage = self._stage
        arrived = []
        for good, ordered in lines:
            # Honest short deliveries are no error: they are counted and told.
            came = ordered if stream.random() > 0.04 else max(1, ordered - good.case_size)
            lot = f"L{stage.day}-{supplier[-2:]}" if good.is_dated else ""
            one = Arrived(
                sku=good.code, came=came, told=came, told_sku=good.code, lot=lot, told_lot=lot
            )
            arrived.append(self._err(site, good, one))
        for one in arrived:
            spot = Spot(site, RECEIVING, one.sku, one.lot)
            stage.truth.bring(spot, one.came, what="delivery", at=stage.now)
        stage.notebook.volumes["receipt lines"] += len(arrived)
        hours = stage.strike("late_document", site)
        if hours:
            for one in arrived:
                stage.label("late_document", site, one.sku, one.came)
            stage.later(
                stage.now + timedelta(hours=hours), lambda: self._tell(site, inbound, arrived)
            )
        else:
            self._tell(site, inbound, arrived)
        if stage.strike("double_entry", site):
            for one in arrived:
                stage.label("double_entry", site, one.told_sku, -one.told)
            stage.later(
                stage.now + timedelta(hours=2),
                lambda: self._tell_again(site, supplier, arrived),
            )
        stage.later(stage.now + timedelta(hours=hours + 1), lambda: self._put_away(site, arrived))

    def _err(self, site: str, good: Good, one: Arrived) -> Arrived:
        """Return the line as it is received by somebody who may err."""
        stage = self._stage
        for fault, err in ERRORS.items():
            if fault == "lot_mixup" and not one.lot:
                continue
            size = stage.strike(fault, site, good.code)
            if not size:
                continue
            sibling = stage.retailer.goods[good.sibling]
            if fault == "sku_mixup/at_receipt" and sibling.is_dated != good.is_dated:
                return one
            wrong = err(one, good, size)
            if wrong.told_sku != one.sku:
                stage.label(fault, site, wrong.told_sku, -wrong.told)
            book = wrong.told if wrong.told_sku == one.sku else 0
            stage.label(fault, site, good.code, wrong.came - book)
            return wrong
        return one

    def _tell(self, site: str, inbound: str, arrived: list[Arrived]) -> None:
        """Enter the receipt on the order it belongs to."""
        stage = self._stage
        body = {
            "site": site,
            "inbound_order_number": inbound,
            "is_last": True,
            "lines": self._write_lines(arrived),
        }
        answer = stage.post("receipts", body, by=f"worker.{site}")
        if answer.is_ok:
            return
        # Refused as it stands: somebody looks again, and enters what is really there.
        for label in stage.notebook.labels[-len(arrived) * 2 :]:
            if label.site == site and label.at == stage.now:
                label.refused = True
        right = [replace(one, told=one.came, told_sku=one.sku, told_lot=one.lot) for one in arrived]
        stage.post("receipts", {**body, "lines": self._write_lines(right)}, by=f"worker.{site}")

    def _tell_again(self, site: str, supplier: str, arrived: list[Arrived]) -> None:
        """Enter the same paper once more, as a delivery nobody ordered."""
        body = {
            "site": site,
            "supplier": supplier,
            "is_last": True,
            "lines": self._write_lines(arrived),
        }
        self._stage.post("receipts", body, by=f"worker.{site}")

    def _write_lines(self, arrived: list[Arrived]) -> list[dict[str, Any]]:
        expires = (self._stage.today + timedelta(days=200)).isoformat()
        found: dict[tuple[str, str], dict[str, Any]] = {}
        for one in arrived:
            line = found.setdefault(
                (one.told_sku, one.told_lot),
                {"sku": one.told_sku, "quantity_sound": 0, "capture_mode": one.capture_mode},
            )
            line["quantity_sound"] += one.told
            if one.told_lot:
                line |= {"lot": one.told_lot, "expires_on": expires}
        return list(found.values())

    def _put_away(self, site: str, arrived: list[Arrived]) -> None:
        """Carry all from the dock to its bins; the book carries what it knows of."""
        stage, retailer = self._stage, self._stage.retailer
        for one in arrived:
            home = retailer.homes[site, one.sku]
            goal = home
            if one.came and stage.strike("bin_mixup", site, one.sku):
                goal = _get_neighbor(home)
                if any(
                    code == goal for (where, _), code in retailer.homes.items() if where == site
                ):
                    stage.label("bin_mixup", site, one.sku, 0)
                else:
                    goal = home
            dock = Spot(site, RECEIVING, one.sku, one.lot)
            stage.truth.shift(dock, dock.at(goal), one.came, what="put away", at=stage.now)
        rows = stage.read(f"warehouses/{site}/stock?q={RECEIVING}", by=f"worker.{site}")
        lines = [
            {
                "sku": row["sku"],
                "from_bin": RECEIVING,
                "to_bin": retailer.homes[site, row["sku"]],
                "quantity": row["quantity"],
                "lot": row["lot"],
            }
            for row in rows.get("data", ())
            if row["bin"] == RECEIVING
            and row["status"] == "available"
            and row["quantity"] > 0
            and (site, row["sku"]) in retailer.homes
        ]
        for start in range(0, len(lines), 100):
            body = {"site": site, "lines": lines[start : start + 100]}
            stage.post("bin-moves", body, by=f"worker.{site}")


def _err_tenfold(one: Arrived, _good: Good, _size: int) -> Arrived:
    told = one.came // 10 if one.came % 10 == 0 else one.came * 10
    return replace(one, told=told, capture_mode="key")


def _err_digits(one: Arrived, _good: Good, _size: int) -> Arrived:
    return replace(one, told=_swap_digits(one.came), capture_mode="key")


def _err_unit(one: Arrived, good: Good, _size: int) -> Arrived:
    return replace(one, told=max(1, one.came // good.case_size), capture_mode="key")


def _err_sku(one: Arrived, good: Good, _size: int) -> Arrived:
    return replace(one, told_sku=good.sibling)


def _err_short(one: Arrived, _good: Good, size: int) -> Arrived:
    return replace(one, came=max(0, one.came - size), capture_mode="bulk")


def _err_over(one: Arrived, _good: Good, size: int) -> Arrived:
    return replace(one, came=one.came + size, capture_mode="bulk")


def _err_lot(one: Arrived, _good: Good, _size: int) -> Arrived:
    return replace(one, told_lot="L0")


#: What each fault at a receipt makes of a line; the first that strikes is the one.
ERRORS: Final[dict[str, Callable[[Arrived, Good, int], Arrived]]] = {
    "miskey/power_of_ten": _err_tenfold,
    "miskey/digits": _err_digits,
    "unit_mixup": _err_unit,
    "sku_mixup/at_receipt": _err_sku,
    "short_receipt": _err_short,
    "over_receipt": _err_over,
    "lot_mixup": _err_lot,
}


def _sum_pace(stage: Stage) -> dict[str, dict[str, float]]:
    """Return how many units of each SKU the stores of a warehouse sell in a day."""
    found: dict[str, dict[str, float]] = {site: {} for site in stage.retailer.warehouses}
    for store in stage.retailer.stores:
        paces = found[stage.retailer.get_supplying(store)]
        for sku in stage.retailer.assortment[store]:
            paces[sku] = paces.get(sku, 0.0) + stage.retailer.get_pace(store, sku)
    return found


def _swap_digits(number: int) -> int:
    """Return a number with two neighboring digits exchanged, or one digit wrong."""
    digits = str(number)
    for place in range(len(digits) - 1):
        if digits[place] != digits[place + 1] and digits[place + 1] != "0":
            swapped = digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]
            return int(swapped)
    return number + 3


def _get_neighbor(bin_code: str) -> str:
    """Return the bin beside this one."""
    head, _, bay = bin_code.rpartition("-")
    number = int(bay)
    return f"{head}-{number + 1 if number % 2 else number - 1:02d}"
