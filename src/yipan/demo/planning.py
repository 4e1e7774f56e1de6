"""
What the demo retailer plans: what it sold before, where goods come from, what moves demand; and
with that back-tests and a first plan.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from yipan.demo import earlier
from yipan.demo.places import WAREHOUSE
from yipan.ledger.moves import Trace
from yipan.planning.documents import backtest, demand, event, plan_run, plan_work, policy
from yipan.planning.documents.event import Happening
from yipan.planning.documents.policy import Scope
from yipan.planning.queries import runs

PLANNER = Trace(actor="planner", device="office-4f")
NO_LAG = timedelta(0)

#: Scope to its terms, the general ones first.
POLICIES = (
    (Scope(site_type="store"), {"source": WAREHOUSE, "lead_time_days": 1, "review_days": "135"}),
    (
        Scope(site_type="warehouse"),
        {"source": "SUP-02", "review_days": "14", "service_permille": 950},
    ),
    (Scope(category="food/tea", site_type="warehouse"), {"source": "SUP-01"}),
    (Scope(category="food/tea"), {"service_permille": 980, "display_minimum": 4}),
    (Scope(category="food/dairy"), {"shelf_life_days": 12, "service_permille": 930}),
    (Scope(sku="BOWL-6"), {"is_running_out": True}),
    # A harvest that has to be in the stores before it is old; a fifth waits for a second push.
    (Scope(sku="CHRYS-80", site_type="store"), {"is_pushed": True, "days_max": 42}),
    (Scope(sku="CHRYS-80", site="W1"), {"reserve_percent": 20}),
    (
        Scope(sku="BAG-1"),
        {"method": "min_max", "minimum": 200, "maximum": 1_000, "may_exceed_max": True},
    ),
)


def plan(*, now: datetime) -> None:
    """Bring history along, decide on policies and a promotion, test, and make the plan of today."""
    for scope, terms in POLICIES:
        policy.save_layer(scope=scope, terms=terms, version=None, by=PLANNER, at=now)
    first = now.date() + timedelta(days=4)
    event.save_event(
        happening=Happening(
            name="春茶周 Spring tea week",
            starts_on=first,
            ends_on=first + timedelta(days=6),
            percent=60,
            category="food/tea",
        ),
        by=PLANNER,
        at=now,
    )
    demand.follow(lag=NO_LAG)
    known = timedelta(days=runs.read_span(today=now.date()).known)
    earlier.bring_along(until=now.date() - known, now=now, by=PLANNER)
    backtest.judge_segments(today=now.date(), at=now)
    run = plan_run.start(today=now.date(), by=PLANNER, at=now, shards=4)
    plan_work.carry_out(run, clock=lambda: now)
