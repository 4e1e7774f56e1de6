"""What happens to a plan at a node whose workers compute it."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from procrastinate.exceptions import AlreadyEnqueued

from tests.planning import world
from yipan.config import clock
from yipan.planning.documents import plan_run
from yipan.planning.models import PlanRun, Proposal, StockOutlook


def open_plans() -> int:
    """Write the chain's books and follow them. Return how many movements that were."""
    world.open_chain()
    return world.follow()


def plan_alone(shards: int) -> dict[str, Any]:
    """Make the plan in one process and in so many shards; return what came of it, and forget it."""
    run = world.plan(shards=shards)
    told = tell_plan(run.number)
    forget_plan()
    return told


def begin_plan(shards: int, on: str) -> str:
    """Begin a plan of a day that the queue's workers compute; return its number."""
    run = plan_run.start(
        today=datetime.fromisoformat(on).date(),
        by=world.PLANNER,
        at=datetime.now(tz=UTC),
        shards=shards,
        executor="queue",
    )
    carry_on()
    return run.number


def carry_on() -> None:
    """Let the plan be carried on now, as the clock does every minute.

    Where the clock has asked for it in the same moment, its task waits already and serves as well.
    """
    with suppress(AlreadyEnqueued):
        clock.carry_on_plan.configure().defer(timestamp=0)


def tell_plan(number: str) -> dict[str, Any]:
    """Return the state of a plan, its digest, and what is proposed and expected."""
    run = PlanRun.objects.get(number=number)
    outlooks = StockOutlook.objects.order_by("sku", "site").values_list("sku", "site", "up_to")
    return {
        "state": run.state,
        "digest": run.digest,
        "done": run.shards_done,
        "on": run.today.isoformat(),
        "proposals": [list(it) for it in world.list_open()],
        "outlooks": [list(it) for it in outlooks],
    }


def forget_plan() -> None:
    """Take away what a plan left, as if it had never been made."""
    Proposal.objects.all().delete()
    StockOutlook.objects.all().delete()


ACTS = {it.__name__: it for it in (open_plans, plan_alone, begin_plan, carry_on, tell_plan)}
