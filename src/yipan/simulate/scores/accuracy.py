"""Book against truth: of how many positions does the book say exactly what is there."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from yipan.simulate.acts.stage import Stage
from yipan.simulate.scores.model import permille


@dataclass(frozen=True, slots=True)
class Measured:
    """One site at the end of one day. Positions are SKUs the book or the truth knows there."""

    day: int
    site: str
    positions: int
    equal: int
    units_off: int
    units: int


@dataclass
class Accuracy:
    """What was measured so far."""

    rows: list[Measured] = field(default_factory=list)

    def measure(self, stage: Stage) -> None:
        """Hold the book of every site, as the site's own system keeps it, against what is there."""
        for site in stage.retailer.warehouses:
            self._measure_one(stage, site, f"warehouses/{site}/stock")
        for site in stage.retailer.stores:
            self._measure_one(stage, site, f"stores/{site}/stock")

    def _measure_one(self, stage: Stage, site: str, path: str) -> None:
        book: Counter[str] = Counter()
        for row in stage.read(path, by="controller").get("data", ()):
            book[row["sku"]] += row["quantity"]
        self.rows.append(compare(stage, site, book))

    def to_dict(self) -> dict[str, Any]:
        """Return the curve of all sites, that of each kind, and each site's own."""
        sites = sorted({row.site for row in self.rows})
        kinds = {
            "warehouse": [row for row in self.rows if row.site.startswith("W")],
            "store": [row for row in self.rows if not row.site.startswith("W")],
        }
        curve = _sum_days(self.rows)
        return {
            "last_permille": curve[-1]["equal_permille"] if curve else None,
            "mean_permille": _mean([day["equal_permille"] for day in curve]),
            "curve": curve,
            "by_kind": {kind: _sum_days(rows) for kind, rows in kinds.items()},
            "by_site": {
                site: [permille(row.equal, row.positions) for row in self.rows if row.site == site]
                for site in sites
            },
        }


def compare(stage: Stage, site: str, book: dict[str, int]) -> Measured:
    """Return how a site's book and its goods compare."""
    truth = stage.truth.sum_site(site)
    kits = {kit.code for kit in stage.retailer.kits}
    skus = {sku for sku in (*truth, *book) if truth[sku] or book.get(sku)} - kits
    off = [abs(truth[sku] - book.get(sku, 0)) for sku in skus]
    return Measured(
        day=stage.day,
        site=site,
        positions=len(skus),
        equal=sum(1 for each in off if each == 0),
        units_off=sum(off),
        units=sum(truth.values()),
    )


def _sum_days(rows: list[Measured]) -> list[dict[str, Any]]:
    days = []
    for day in sorted({row.day for row in rows}):
        those = [row for row in rows if row.day == day]
        positions, equal = sum(row.positions for row in those), sum(row.equal for row in those)
        days.append(
            {
                "day": day,
                "positions": positions,
                "equal_permille": permille(equal, positions),
                "units_off": sum(row.units_off for row in those),
                "units": sum(row.units for row in those),
            }
        )
    return days


def _mean(values: list[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return round(sum(known) / len(known)) if known else None
