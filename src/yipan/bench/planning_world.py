"""
Demand to plan on: a generated chain, and the online retailer's real lines.

The generator is calibrated on what the planning handbook tells of M5 (section 2): a median of
0.58 units a day, a mean of 1.22, 46 % of series below a half. Its figures are its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from yipan.planning.rules.effects import Game
from yipan.planning.rules.levels import Floats
from yipan.planning.rules.policies import Policy
from yipan.planning.rules.shard import Place, Shard

RATE_MEDIAN, RATE_SIGMA = 0.46, 1.07
PACKS = np.asarray([1, 2, 3, 4, 6, 8, 12, 24])
WEEK = np.asarray([0.9, 0.85, 0.85, 0.95, 1.1, 1.3, 1.05])
DAYS = 940
#: Levels: steps and how much of them is left a day later, jumps a day and their size.
WANDER, WANDER_KEPT = 0.01, 0.9983
JUMPS, JUMP = 0.0068, 0.49
#: How much more some are moved than others, and how much less what sells a lot.
RESTLESS, CALM = 0.6, 0.485
SEASON = 0.325
PEAK, PEAK_WEEKS = 2.5, 0.011
GAPS, GAP_DAYS = 0.0021, 2.64
BURSTS = (1.29, 8.27)
UNITS_PER_WINDOW_MIN, WINDOW, WINDOWS = 5, 70, 4
STORES = 8
#: Where the real lines lie, unless the bench is told: beside the repository's own folder.
FILE_NAME = "uci_online_retail_541909_noids.parquet"


@dataclass(frozen=True, kw_only=True, slots=True)
class Series:
    """Demand by day, with a lead time, a pack and a price for each series."""

    name: str
    demand: Floats
    leads: NDArray[np.int64]
    packs: NDArray[np.int64]
    prices: Floats

    def make_game(self) -> Game:
        """Return the series as places to play policies on: a review a week, nothing on show."""
        return Game(
            demand=self.demand,
            masked=np.zeros(self.demand.shape, dtype=bool),
            policies=[
                Policy(lead_time_days=int(it), review_days="1", display_minimum=1)
                for it in self.leads
            ],
            packs=[int(it) for it in self.packs],
            prices=self.prices,
        )


def generate(*, seed: int, count: int) -> Series:
    """
    Return active series of a generated chain.

    Rates are lognormal; each level wanders, now and then jumps, and comes back, some more than
    others and what sells much less than what sells little; it has a season and a week; now and then
    a week sells more than twice as much, or there is nothing for some days: promotions and
    stock-outs that nobody told of. How much of each is set so that those who know little need as
    much stock and miss as often as the handbook measured on M5: the normal distribution, minimum
    and maximum, days of cover. What our own models make of it did not enter.
    """
    chance = np.random.default_rng(seed)
    drawn = count * 3
    rates = RATE_MEDIAN * np.exp(RATE_SIGMA * chance.standard_normal(drawn))
    season = SEASON * np.sin(
        2 * np.pi * (np.arange(DAYS) / 365.25 + chance.uniform(size=(drawn, 1)))
    )
    calm = np.clip((rates / RATE_MEDIAN) ** -CALM, 0.1, 2.2)[:, None]
    far = _wander(chance, drawn) * calm
    level = rates[:, None] * np.exp(far + season) * WEEK[np.arange(DAYS) % 7]
    weeks = chance.random((drawn, DAYS // 7 + 1)) < PEAK_WEEKS
    level *= np.where(weeks, PEAK, 1.0).repeat(7, axis=1)[:, :DAYS]
    low, high = np.log(BURSTS).tolist()
    shape = np.exp(chance.uniform(low, high, (drawn, 1)))
    demand = chance.poisson(chance.gamma(shape, level / shape)).astype(float)
    for row, day in zip(*np.nonzero(chance.random((drawn, DAYS)) < GAPS), strict=True):
        demand[row, day : day + int(chance.geometric(1 / GAP_DAYS))] = 0
    return _finish("generated", demand, chance=chance, count=count)


def _wander(chance: np.random.Generator, count: int) -> Floats:
    """Return how far the logarithm of each level is from its mean on each day."""
    restless = np.exp(RESTLESS * chance.standard_normal((count, 1)) - RESTLESS**2 / 2)
    steps = chance.normal(0, WANDER, (count, DAYS)) * np.sqrt(np.minimum(9, restless))
    does_jump = chance.random((count, DAYS)) < np.minimum(0.1, JUMPS * restless)
    steps += np.where(does_jump, chance.normal(0, JUMP, (count, DAYS)), 0.0)
    far, path = chance.normal(0, WANDER / np.sqrt(1 - WANDER_KEPT**2), count), np.empty(steps.shape)
    for day in range(DAYS):
        far = WANDER_KEPT * far + steps[:, day]
        path[:, day] = far
    return path


def read_retailer(file: Path, *, seed: int, count: int) -> Series:
    """Return active series of the real online retailer: a product a series, a year of days."""
    import polars as pl  # noqa: PLC0415  # reads the file, and nothing else here needs it

    lines = (
        pl.read_parquet(file)
        .filter(pl.col("Description").is_not_null() & (pl.col("UnitPrice") > 0))
        .with_columns(pl.col("InvoiceDate").dt.date().alias("day"))
    )
    table = (
        _take_back(lines)
        .group_by("Description", "day")
        .agg(pl.col("Quantity").sum(), pl.col("UnitPrice").median())
        .sort("Description", "day")
    )
    all_days: list[date] = table["day"].unique().sort().to_list()
    first, days = all_days[0], (all_days[-1] - all_days[0]).days + 1
    names = {name: row for row, name in enumerate(table["Description"].unique().sort())}
    demand = np.zeros((len(names), days))
    for name, day, quantity in table.select("Description", "day", "Quantity").iter_rows():
        demand[names[name], (day - first).days] = max(0, quantity)
    return _finish("retailer", demand, chance=np.random.default_rng(seed), count=count)


def _take_back(lines: Any) -> Any:
    """
    Return lines without those that were canceled, and without what canceled them.

    What was canceled never was demand. A cancellation is held against the last line before it of
    the same customer, product and quantity; one that fits none stays, and counts on its own day.
    """
    import polars as pl  # noqa: PLC0415  # reads the file, and nothing else here needs it

    keys = ["CustomerID", "Description", "size"]
    numbered = lines.with_row_index("row").with_columns(pl.col("Quantity").abs().alias("size"))
    bought = numbered.filter(pl.col("Quantity") > 0).sort("InvoiceDate")
    undone = numbered.filter((pl.col("Quantity") < 0) & pl.col("CustomerID").is_not_null())
    pairs = (
        undone.sort("InvoiceDate")
        .select(*keys, "InvoiceDate", pl.col("row").alias("undone"))
        .join_asof(
            bought.select(*keys, "InvoiceDate", pl.col("row").alias("bought")),
            on="InvoiceDate", by=keys, strategy="backward", check_sortedness=False,
        )
        .filter(pl.col("bought").is_not_null())
        .unique("bought", keep="first")
    )  # fmt: skip
    gone = [*pairs["undone"].to_list(), *pairs["bought"].to_list()]
    return numbered.filter(~pl.col("row").is_in(gone))


def make_shard(series: Series, *, number: int = 0) -> Shard:
    """Return the series as stores of SKUs, a warehouse for each SKU before them."""
    places, rows = [], []
    skus = len(series.demand) // STORES
    for sku in range(skus):
        places.append(_make_place(f"SKU-{sku:05d}", "W1", series, row=sku * STORES))
        rows.append(np.zeros(series.demand.shape[1]))
        for store in range(STORES):
            row = sku * STORES + store
            places.append(_make_place(f"SKU-{sku:05d}", f"S{store}", series, row=row))
            rows.append(series.demand[row])
    demand = np.stack(rows)
    return Shard(
        number=number,
        weekday=1,
        places=places,
        demand=demand,
        masked=np.zeros(demand.shape, dtype=bool),
    )


def find_file(file: Path | None) -> Path | None:
    """Return the file of real lines: the one named, or one in a data folder beside; or none."""
    found = [file] if file else [it / FILE_NAME for it in _list_folders()]
    return next((it for it in found if it is not None and it.exists()), None)


def _list_folders() -> list[Path]:
    here = Path.cwd()
    return [here / "data", here.parent / "shared" / "data", here.parent.parent / "shared" / "data"]


def _make_place(sku: str, site: str, series: Series, *, row: int) -> Place:
    is_warehouse = site == "W1"
    mean = float(series.demand[row, -91:].mean())
    stock = round(mean * (12 * STORES if is_warehouse else 5 + row % 9))
    return Place(
        sku=sku,
        site=site,
        site_type="warehouse" if is_warehouse else "store",
        segment="all",
        policy=Policy(
            source="SUP" if is_warehouse else "W1",
            lead_time_days=int(series.leads[row]),
            review_days="1",
        ),
        pack=int(series.packs[row]),
        supplier_pack=int(series.packs[row]),
        on_hand=stock,
        available=stock,
        days_listed=series.demand.shape[1],
        price=int(series.prices[row]),
    )


def _finish(name: str, demand: Floats, *, chance: np.random.Generator, count: int) -> Series:
    """Keep series that sell all along (they look into the test, as the handbook says)."""
    begin = demand.shape[1] - WINDOW * WINDOWS
    windows = demand[:, begin:].reshape(len(demand), WINDOWS, WINDOW).sum(axis=2)
    active = np.flatnonzero((windows >= UNITS_PER_WINDOW_MIN).all(axis=1))
    chosen = np.sort(chance.permutation(active)[:count])
    demand = demand[chosen]
    wanted = demand.mean(axis=1) * chance.uniform(2, 7, len(demand))
    packs = PACKS[np.abs(PACKS[None, :] - wanted[:, None]).argmin(axis=1)]
    return Series(
        name=name,
        demand=demand,
        leads=chance.integers(2, 8, len(demand)),
        packs=packs.astype(np.int64),
        prices=np.round(chance.gamma(2.0, 1_500.0, len(demand)) + 100),
    )
