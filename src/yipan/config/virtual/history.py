"""
The demo with a history: a copy of the empty system lives through some weeks, and takes its place.

Nothing is half there: until the copy is whole, the system stays empty.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Final

import psycopg
from django.db import connections

from yipan.access import keys
from yipan.access.actors import SYSTEM
from yipan.config.virtual import database
from yipan.config.virtual.schedule import PACES
from yipan.config.virtual.systems import run_systems
from yipan.demo import history, retailer
from yipan.simulate.acts.stage import ZONE
from yipan.simulate.cast import SCALES, list_members
from yipan.simulate.plans.model import FaultPlan
from yipan.simulate.plans.reading import load_plan
from yipan.simulate.run import run

SCALE: Final = "demo"
SEED: Final = 7
CALMER: Final = 3
#: From the midnight before the last day of a run until the world is at rest.
LAST_DAY_TAKES: Final = timedelta(hours=56)

Say = Callable[[str], None]


def make_demo_with_history(live_dsn: str, *, now: datetime, days: int, say: Say) -> bool:
    """
    Make the demo retailer with so many days behind it. Return False where this cannot be done.

    That is where the role of `live_dsn` may not make databases, or others are connected.
    """
    name = f"yipan_history_{os.getpid()}"
    before = dict(connections["default"].settings_dict)
    try:
        try:
            database.copy_database(live_dsn, name=name)
        except (psycopg.errors.InsufficientPrivilege, psycopg.errors.ObjectInUse):
            return False
        _live(live_dsn, name, now=now, days=days, say=say)
        database.point_django_at(psycopg.conninfo.make_conninfo(live_dsn, dbname=name))
        say("this week")
        history.name_everything(at=now)
        retailer.build(now=now)
        database.replace_database(live_dsn, name=name)
    finally:
        connections.close_all()
        database.restore_settings(before)
        database.drop_database(live_dsn, name=name)
    return True


def _live(live_dsn: str, name: str, *, now: datetime, days: int, say: Say) -> None:
    """Let a retailer live in a copy up to `now`, and bring the copy back into real time."""
    database.freeze(live_dsn, name=name)
    database.point_django_at(database.make_virtual_dsn(live_dsn, name=name))
    database.bind_on_server()
    last_day = (now - LAST_DAY_TAKES).astimezone(ZONE).date()
    first = datetime.combine(last_day - timedelta(days=days - 1), time(), tzinfo=ZONE)
    members = list_members(SCALES[SCALE])
    with run_systems(members=members, now=first, pace=PACES[SCALE], seed=SEED) as systems:
        run(systems, plan=_make_plan(), scale=SCALE, seed=SEED, days=days, on_progress=say)
        systems.advance(now)
        for member in members:
            keys.revoke(name=member.name, by=SYSTEM, at=now, device="simulator")
    database.thaw(live_dsn, name=name)


def _make_plan() -> FaultPlan:
    """Return the default plan with everything a third as often: few goods are there to suffer."""
    plan = load_plan("default")
    rules = [
        replace(
            rule,
            per_day=rule.per_day / CALMER,
            per_thousand=rule.per_thousand / CALMER,
        )
        for rule in plan.rules
    ]
    return replace(plan, name=SCALE, rules=tuple(rules))
