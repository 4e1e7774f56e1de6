"""The planner's pages open in both languages, with a plan and without; their steps are taken."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.access.builders import a_client
from tests.planning import world
from tests.planning.world import PLANNER, TODAY
from yipan.access.roles import Role
from yipan.exchange.models import OutboxMessage
from yipan.masterdata import queries as masterdata
from yipan.planning.documents import proposal
from yipan.planning.models import DemandEvent, PlanRun, PolicyLayer, Proposal

pytestmark = pytest.mark.django_db

PAGES = (
    "/planning/proposals",
    "/planning/proposals?state=ordered&kind=purchase&order=value&q=TEA",
    "/planning/allocation",
    "/planning/rebalancing",
    "/planning/outlook",
    "/planning/outlook?kind=overstock",
    "/planning/policies",
    "/planning/policies/edit",
    "/planning/events",
    "/planning/backtests",
    "/planning/runs",
    "/planning/skus/TEA-250?site=S1",
    "/charts/planning/history?sku=TEA-250&site=S1",
    "/charts/planning/projection?sku=TEA-250&site=S1",
    "/charts/planning/map",
    "/charts/planning/frontier?segment=all",
)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_page_opens_with_a_plan_and_without(language: str) -> None:
    world.open_chain()
    client = a_client(Role.PLANNER)
    headers = {"Accept-Language": language}

    before = {page: client.get(page, headers=headers).status_code for page in PAGES}
    world.plan()
    number = Proposal.objects.filter(state="open").order_by("number")[0].number
    layer = PolicyLayer.objects.order_by("id")[0].pk
    pages = (*PAGES, f"/planning/proposals/{number}", f"/planning/policies/edit?layer={layer}")
    after = {page: client.get(page, headers=headers).status_code for page in pages}

    assert set(before.values()) | set(after.values()) == {200}


def test_a_planner_decides_on_the_pages() -> None:
    world.open_chain()
    world.plan()
    client = a_client(Role.PLANNER)
    first, second, *_ = Proposal.objects.filter(state="open").order_by("number")

    client.post(f"/planning/proposals/{first.number}/choose", {"quantity": "30"})
    client.post("/planning/proposals/decide", {"number": [first.number], "decision": "approve"})
    client.post("/planning/proposals/decide", {"number": [second.number], "decision": "refuse"})
    second.refresh_from_db()
    unsaid = second.state
    client.post(
        "/planning/proposals/decide",
        {"number": [second.number], "decision": "refuse", "reason": "Too early"},
    )
    first.refresh_from_db()
    second.refresh_from_db()

    assert (first.state, first.quantity_chosen) == ("approved", 30)
    assert unsaid == "open"
    assert (second.state, second.decision_note) == ("refused", "Too early")


def test_a_grid_is_saved_and_approved_at_once() -> None:
    world.open_chain()
    world.plan()
    client = a_client(Role.PLANNER)
    rows = Proposal.objects.filter(state="open", kind="replenishment").order_by("number")
    fields = {f"quantity:{row.number}": "12" for row in rows}

    client.post("/planning/allocation/save", {**fields, "decision": "approve"})

    assert {row.state for row in rows.all()} == set()
    approved = Proposal.objects.filter(state="approved")
    assert [row.quantity_final for row in approved] == [12] * len(fields)


def test_a_store_is_left_out_of_the_grid_by_nothing_or_by_an_empty_cell() -> None:
    world.open_chain(stores={"S1": 0, "S12": 0})
    world.plan()
    client = a_client(Role.PLANNER)
    rows = list(Proposal.objects.filter(state="open", kind="replenishment").order_by("number"))
    fields = {f"quantity:{row.number}": "12" for row in rows}
    zero, empty, cases, *_ = rows
    fields[f"quantity:{zero.number}"] = "0"
    fields[f"quantity:{empty.number}"] = " "
    fields[f"quantity:{cases.number}"] = "2 箱"
    size = masterdata.get_sku(cases.sku).case_size
    reason = {"reason": "Shop is being rebuilt"}

    client.post("/planning/allocation/save", {**fields, **reason, "decision": "approve"})

    for row in rows:
        row.refresh_from_db()
    assert [(row.state, row.decision_note) for row in rows[:2]] == [
        ("refused", "Shop is being rebuilt")
    ] * 2
    assert {row.state for row in rows[2:]} == {"approved"}
    assert cases.quantity_final == 2 * size
    assert size > 1


def test_a_grid_with_a_quantity_that_cannot_be_read_saves_nothing_and_keeps_the_typing() -> None:
    world.open_chain()
    world.plan()
    client = a_client(Role.PLANNER)
    rows = list(Proposal.objects.filter(state="open", kind="replenishment").order_by("number"))
    first, second, *_ = rows
    before = Proposal.objects.order_by("id").values_list("state", "quantity_chosen", "version")
    standing = list(before)
    fields = {f"quantity:{first.number}": "77", f"quantity:{second.number}": "1.5 box"}

    answer = client.post("/planning/allocation/save", {**fields, "decision": "approve"})
    page = answer.content.decode()

    assert answer.status_code == 422
    assert list(before.all()) == standing
    assert 'value="77"' in page
    assert 'value="1.5 box"' in page
    assert page.count('aria-invalid="true"') == 1


def test_a_grid_of_which_one_was_decided_meanwhile_is_not_saved_by_half() -> None:
    world.open_chain()
    world.plan()
    client = a_client(Role.PLANNER)
    rows = Proposal.objects.filter(state="open", kind="replenishment").order_by("-number")
    last, *others = rows
    proposal.approve(numbers=[last.number], by=PLANNER, at=TODAY, message_id=world.make_id("a"))

    answer = client.post(
        "/planning/allocation/save", {f"quantity:{row.number}": "77" for row in [last, *others]}
    )

    assert answer.status_code == 422
    assert "document.wrong_state" in answer.content.decode()
    assert 'value="77"' in answer.content.decode()
    assert not Proposal.objects.filter(quantity_chosen=77).exists()


def test_settings_are_saved_and_a_plan_is_begun() -> None:
    world.open_chain()
    client = a_client(Role.PLANNER)

    client.post("/planning/policies/save", {"sku": "MUG-1", "is_running_out": "yes"})
    client.post("/planning/policies/save", {"sku": "MUG-1", "minimum": "many"})
    client.post(
        "/planning/events/save",
        {"name": "Tea week", "starts_on": "2026-05-01", "ends_on": "2026-05-03", "percent": "80"},
    )
    client.post("/planning/runs/start")
    client.post("/planning/runs/start")

    assert PolicyLayer.objects.get(sku="MUG-1").terms == {"is_running_out": True}
    assert DemandEvent.objects.get().percent == 80
    assert PlanRun.objects.get().state == "running"


def test_a_bulk_approval_with_one_refused_meanwhile_approves_none() -> None:
    world.open_chain()
    world.plan()
    client = a_client(Role.PLANNER)
    first, second, *_ = Proposal.objects.filter(state="open").order_by("number")
    proposal.refuse(
        numbers=[second.number], by=replace(PLANNER, reason="Sold out at the supplier"), at=TODAY
    )
    said = OutboxMessage.objects.count()

    answer = client.post(
        "/planning/proposals/decide",
        {"number": [first.number, second.number], "decision": "approve"},
        follow=True,
    )

    marked = Proposal.objects.filter(number__in=[first.number, second.number])
    states = dict(marked.values_list("number", "state"))
    assert states == {first.number: "open", second.number: "refused"}
    assert "document.wrong_state" in answer.content.decode()
    assert OutboxMessage.objects.count() == said


def test_a_quantity_that_is_no_whole_pack_is_kept_and_said() -> None:
    world.open_chain()
    world.plan()
    client = a_client(Role.PLANNER)
    row = Proposal.objects.filter(state="open", kind="replenishment").order_by("number")[0]

    client.post(f"/planning/proposals/{row.number}/choose", {"quantity": "13"})
    listed = client.get("/planning/proposals").content.decode()
    shown = client.get(f"/planning/proposals/{row.number}").content.decode()
    row.refresh_from_db()

    assert (row.quantity_chosen, row.reasons["pack"]) == (13, 6)
    assert "No whole packs of 6: 12 or 18 would be." in shown
    assert "No whole packs of 6: 12 or 18 would be." in listed
    client.post(f"/planning/proposals/{row.number}/choose", {"quantity": "0"})
    row.refresh_from_db()
    assert row.quantity_chosen == 13
    client.post(f"/planning/proposals/{row.number}/choose", {"quantity": ""})
    row.refresh_from_db()
    assert row.quantity_chosen is None
