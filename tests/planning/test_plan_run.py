"""A plan from the books: one open proposal per key, the same again, whoever computes it."""

from __future__ import annotations

import pytest

from tests.planning import world
from yipan.planning.documents import plan_run, plan_work, proposal
from yipan.planning.models import DemandDay, PlanRun, PlanShard, Proposal, StockOutlook

pytestmark = pytest.mark.django_db


@pytest.fixture
def _chain(db: None) -> None:
    del db
    world.open_chain()
    world.follow()


@pytest.mark.usefixtures("_chain")
def test_demand_is_what_customers_took_and_stock_out_days_are_known() -> None:
    sold = sum(DemandDay.objects.filter(sku="TEA-250", site="S1").values_list("sold", flat=True))

    assert sold == sum(world.draw_sales("TEA-250", "S1", 4.0))
    assert world.follow() == 0


@pytest.mark.usefixtures("_chain")
def test_a_plan_made_three_times_leaves_one_proposal_per_key() -> None:
    first = world.plan()
    opened = world.list_open()
    numbers = list(Proposal.objects.order_by("number").values_list("number", flat=True))
    for _ in range(2):
        again = world.plan()

    assert first.opened == len(opened) > 0
    assert (again.opened, again.changed, again.withdrawn) == (0, 0, 0)
    assert world.list_open() == opened
    assert list(Proposal.objects.order_by("number").values_list("number", flat=True)) == numbers
    assert again.digest == first.digest


class Killed(Exception):
    """The process was killed here."""


@pytest.mark.usefixtures("_chain")
def test_a_plan_killed_half_way_and_taken_up_again_is_the_same() -> None:
    whole = world.plan(shards=4)
    proposals, outlooks = world.list_open(), list(StockOutlook.objects.values_list("sku", "up_to"))
    Proposal.objects.all().delete()
    StockOutlook.objects.all().delete()
    run = plan_run.start(today=world.TODAY.date(), by=world.PLANNER, at=world.TODAY, shards=4)

    def stop(number: int) -> None:
        if number == 1:
            raise Killed

    with pytest.raises(Killed):
        plan_work.carry_out(run, clock=lambda: world.TODAY, told=stop)
    half = PlanShard.objects.filter(run=run, done_at__isnull=False).count()
    plan_work.carry_out(plan_run.get_run(run.number), clock=lambda: world.TODAY)
    run.refresh_from_db()

    assert half == 2
    assert (run.state, run.shards_done) == ("finished", 4)
    assert run.digest == whole.digest
    assert world.list_open() == proposals
    assert list(StockOutlook.objects.values_list("sku", "up_to")) == outlooks


@pytest.mark.usefixtures("_chain")
def test_one_plan_is_made_at_a_time() -> None:
    plan_run.start(today=world.TODAY.date(), by=world.PLANNER, at=world.TODAY)

    with pytest.raises(plan_run.RunGoing):
        plan_run.start(today=world.TODAY.date(), by=world.PLANNER, at=world.TODAY)

    assert PlanRun.objects.count() == 1


@pytest.mark.usefixtures("_chain")
def test_what_is_approved_counts_as_coming_and_is_not_proposed_again() -> None:
    world.plan()
    numbers = list(Proposal.objects.filter(state="open").values_list("number", flat=True))
    proposal.approve(
        numbers=numbers, by=world.PLANNER, at=world.TODAY, message_id=world.make_id("approved")
    )

    again = world.plan()

    assert again.opened == 0
    assert world.list_open() == []
