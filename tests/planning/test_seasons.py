"""
Goal: a season is read where there is one, known ahead, and harms nothing where there is none.

Method: series of three years with and without a wave; the future replaced by noise.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tests.planning.shards import a_place, a_shard
from yipan.planning.rules.engine import plan_shard
from yipan.planning.rules.levels import Floats
from yipan.planning.rules.seasons import WEEKS_MIN, find_waves, list_lifts
from yipan.planning.rules.tuning import Tuning, read, tune

DAYS = 1_096


def draw(count: int, *, height: float, days: int = DAYS) -> Floats:
    """Return series of four a day, `height` of it more at the top of the wave on the last day."""
    chance = np.random.default_rng(5)
    wave = height * np.cos(2 * np.pi * (np.arange(days) - days) / 365.25)
    return np.asarray(chance.poisson(np.tile(4.0 * (1 + wave), (count, 1))), dtype=float)


def test_a_wave_is_found_and_none_is_not() -> None:
    waved, even = draw(30, height=0.4), draw(30, height=0.0)
    nothing = np.zeros(waved.shape, dtype=bool)

    found = find_waves(waved, nothing, until=DAYS)
    none = find_waves(even, nothing, until=DAYS)

    assert abs(float(found[:, 1].mean()) - 0.4) < 0.05
    assert abs(float(found[:, 0].mean())) < 0.05
    assert float(np.abs(none).max()) < 0.1
    half_a_year_on = list_lifts(found, first=182, days=1).mean()
    assert abs(float(half_a_year_on) - 0.6) < 0.05


def test_what_comes_later_and_days_without_stock_do_not_matter() -> None:
    demand, until = draw(10, height=0.4), 900
    masked = np.zeros(demand.shape, dtype=bool)
    before = find_waves(demand, masked, until=until)
    noise = demand.copy()
    noise[:, until:] = 999.0
    empty, gaps = demand.copy(), masked.copy()
    empty[:, 300:314], gaps[:, 300:314] = 0.0, True

    assert np.array_equal(find_waves(noise, masked, until=until), before)
    assert np.abs(find_waves(empty, gaps, until=until) - before).max() < 0.05


def test_five_quarters_have_to_be_known() -> None:
    demand = draw(5, height=0.4)
    masked = np.zeros(demand.shape, dtype=bool)
    young = masked.copy()
    young[:, : DAYS - 200] = True

    assert not find_waves(demand, masked, until=WEEKS_MIN * 7 - 1).any()
    assert find_waves(demand, masked, until=WEEKS_MIN * 7).any()
    assert not find_waves(demand, young, until=DAYS).any()


def test_a_segment_is_read_with_its_season_where_that_loses_less() -> None:
    # Half-way down the wave a level that lags says too much.
    waved, last = draw(40, height=0.5), DAYS - 270
    steep, nothing = waved[:, :last], np.zeros((40, last), dtype=bool)
    horizons = np.full(40, 14, dtype=np.int64)

    assert tune(steep, nothing, horizons).is_seasonal
    told = read(steep, nothing, horizons, [Tuning(is_seasonal=True)] * 40)
    plain = read(steep, nothing, horizons, [Tuning()] * 40)
    came = waved[:, last : last + 14].sum(axis=1)
    off = [abs(float((it.expect(last)[0] - came).mean())) for it in (told, plain)]
    assert off[0] < off[1] / 2


def test_no_season_is_read_from_less_than_five_quarters() -> None:
    young = draw(40, height=0.5)[:, -420:]
    horizons = np.full(40, 14, dtype=np.int64)

    assert not tune(young, np.zeros(young.shape, dtype=bool), horizons).is_seasonal


def test_a_plan_orders_for_the_season_that_comes() -> None:
    # The last day is the top of the wave: less is sold with each week to come.
    demand = draw(1, height=0.5)[:, -730:]
    shard = replace(a_shard([a_place(days_listed=730)], [4.0], days=730), demand=demand)
    plain = plan_shard(shard).outlooks[0]
    segment = shard.places[0].segment
    told = plan_shard(replace(shard, tunings={segment: Tuning(is_seasonal=True)})).outlooks[0]

    assert plain.season == ()
    assert told.season[0] > told.season[8] > told.season[16]
    assert 950 <= told.season[0] <= 1000
    assert told.level_milli > plain.level_milli
