"""A run: days of a retailer, one after the other, and what they come to."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from yipan.simulate.acts.controlling import Controlling
from yipan.simulate.acts.counting import Counting
from yipan.simulate.acts.moving import Moving
from yipan.simulate.acts.notebook import Notebook
from yipan.simulate.acts.online import Online
from yipan.simulate.acts.opening import open_retailer
from yipan.simulate.acts.stage import ZONE, Stage
from yipan.simulate.acts.storework import StoreWork
from yipan.simulate.acts.supplying import Supplying
from yipan.simulate.acts.tills import Trade
from yipan.simulate.acts.wires import Wires
from yipan.simulate.cast import SCALES
from yipan.simulate.plans.kinds import DAY_HOURS
from yipan.simulate.plans.model import FaultPlan
from yipan.simulate.plans.reading import load_plan
from yipan.simulate.plans.striking import Faults
from yipan.simulate.scores.accuracy import Accuracy
from yipan.simulate.scores.model import Scores
from yipan.simulate.scores.summing import list_unhealed, sum_up
from yipan.simulate.systems import Systems
from yipan.simulate.world.chance import Chance
from yipan.simulate.world.retailer import make_retailer
from yipan.simulate.world.truth import Truth

#: Hears in a line how far a run is.
Progress = Callable[[str], None]
#: After the last day, lines are mended and everything comes to rest within so long.
REST: Final = timedelta(hours=26)
RESTS_MAX: Final = 6
#: The hour at which sites count. Tills tell the tickets of the hours before it later: a count is
#: compared with the book as of its moment, whenever the tickets come.
COUNTED_AT: Final = 15


@dataclass(kw_only=True)
class _Company:
    """Everybody of a run."""

    trade: Trade
    supplying: Supplying
    moving: Moving
    store_work: StoreWork
    online: Online
    counting: Counting
    controlling: Controlling
    wires: Wires


def run(  # noqa: PLR0913 - the words of the command
    systems: Systems,
    *,
    plan: FaultPlan | str | Path = "default",
    scale: str = "small",
    seed: int = 1,
    days: int = 7,
    on_progress: Progress = lambda _line: None,
    counts: bool = True,
    engine: bool = True,
) -> Scores:
    """
    Let a retailer live for so many days, and return what the truth says of the systems' books.

    The same seed and plan give the same scores. Without `counts` nobody counts; without `engine`
    nobody works the cases the systems find.

    :raises PlanUnfit: if the plan is a file that cannot be used.
    :raises CannotOpen: if the systems refuse what every retailer begins with.
    """
    chosen = plan if isinstance(plan, FaultPlan) else load_plan(plan)
    chance = Chance(seed)
    stage = Stage(
        systems=systems,
        retailer=make_retailer(SCALES[scale], chance),
        truth=Truth(),
        chance=chance,
        faults=Faults(chosen, chance),
        counts=counts,
        engine=engine,
        now=systems.read_clock().astimezone(ZONE),
        last_day=days,
    )
    began = time.monotonic()
    open_retailer(stage)
    on_progress(f"opened after {time.monotonic() - began:.1f} s")
    company = _gather(stage)
    accuracy = Accuracy()
    for day in range(1, days + 1):
        _live(stage, company, accuracy, day=day)
        on_progress(_describe(stage.notebook, accuracy, day=day, seconds=time.monotonic() - began))
    company.wires.mend_all()
    _come_to_rest(stage, company)
    scores = Scores(
        plan=chosen.name, scale=scale, seed=seed, days=days, counts=counts, engine=engine
    )
    sum_up(stage, scores, accuracy=accuracy, cases=company.controlling.look_back())
    scores.seconds = round(time.monotonic() - began, 1)
    return scores


def _come_to_rest(stage: Stage, company: _Company) -> None:
    """
    Let all that is under way arrive, and the last cases be worked.

    A line may still hold up the next messages it gets, as the plan said: each for some hours. It is
    waited for them, but not for ever: what is not there after two days is not healed.
    """
    company.trade.tell()
    stage.go_to(stage.now + REST)
    for _ in range(RESTS_MAX):
        company.controlling.work()
        company.trade.tell()
        stage.go_to(stage.now + timedelta(hours=4))
        if not list_unhealed(stage):
            return


def _gather(stage: Stage) -> _Company:
    trade = Trade(stage)
    online = Online(stage, trade)
    return _Company(
        trade=trade,
        supplying=Supplying(stage),
        moving=Moving(stage, on_shipped=online.mark_left),
        store_work=StoreWork(stage, trade),
        online=online,
        counting=Counting(stage),
        controlling=Controlling(stage),
        wires=Wires(stage, trade),
    )


def _live(stage: Stage, company: _Company, accuracy: Accuracy, *, day: int) -> None:
    """Let a day pass, from its morning to its night."""
    midnight = stage.now.replace(hour=0, minute=0, second=0, microsecond=0)
    if day > 1:
        midnight = stage.now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    stage.day = day
    retailer = stage.retailer
    sites = [(site, retailer.get_kind(site)) for site in (*retailer.warehouses, *retailer.stores)]
    stage.faults.begin_day(day=day, midnight=midnight, sites=sites)
    promoted = stage.get_stream("promotions")
    stage.promoted = promoted.choice(retailer.assortment[retailer.stores[0]]) if day % 3 else ""

    def at(hour: int, minute: int = 0) -> datetime:
        return midnight + timedelta(hours=hour, minutes=minute)

    stage.go_to(at(7))
    _plan_morning(stage, company)
    stage.go_to(at(9))
    since = stage.now
    for hour in DAY_HOURS:
        stage.go_to(at(hour))
        company.trade.trade(since=since, until=at(hour))
        for site, _ in sites:
            company.wires.happen(site)
            company.store_work.happen(site)
        if hour != COUNTED_AT:
            company.trade.tell()
        company.online.shop(0.25)
        _work_hour(stage, company, hour=hour)
        since = stage.now
    stage.go_to(at(22))
    company.controlling.work()
    stage.go_to(at(23))
    accuracy.measure(stage)


def _plan_morning(stage: Stage, company: _Company) -> None:
    """Let planners and buyers order for the day, and warehouses send it off."""
    retailer = stage.retailer
    for place, store in enumerate(retailer.stores):
        if (place + stage.day) % retailer.scale.delivery_days == 0:
            company.moving.plan(store)
    for site in retailer.warehouses:
        company.supplying.order(site)


def _work_hour(stage: Stage, company: _Company, *, hour: int) -> None:
    """Let sites do what falls into this part of the day."""
    retailer = stage.retailer
    if hour in (12, 18):
        for site in retailer.warehouses:
            company.moving.work(site)
        for store in retailer.stores:
            company.online.serve(store)
    if hour == 12 and stage.day % 2:
        company.online.contend()
    if stage.counts:
        _count(stage, company, hour=hour)


def _count(stage: Stage, company: _Company, *, hour: int) -> None:
    """Let sites count in the afternoon, and post in the evening what stands."""
    for site in (*stage.retailer.warehouses, *stage.retailer.stores):
        if hour == COUNTED_AT:
            company.counting.count(site)
        elif hour == 18:
            company.counting.finish(site)


def _describe(notebook: Notebook, accuracy: Accuracy, *, day: int, seconds: float) -> str:
    curve: list[dict[str, Any]] = accuracy.to_dict()["curve"]
    last = curve[-1]
    return (
        f"day {day}: {seconds:.0f} s, {notebook.volumes['tickets']} tickets, "
        f"{len(notebook.labels)} faults, book right for {last['equal_permille']} of 1000"
    )
