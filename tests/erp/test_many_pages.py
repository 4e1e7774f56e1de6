"""Goal: many are approved, released or given up on a page, and nothing before it was seen."""

from __future__ import annotations

import json

import pytest

from tests import retailer
from tests.access.builders import a_client
from tests.erp import adjusting, moving
from tests.pages import squeeze
from tests.retailer import deliver
from yipan.access.roles import Role
from yipan.documents.models import TrailStep
from yipan.erp.models import Adjustment, TransferOrder

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _retailer() -> None:
    retailer.open_retailer()


def list_states() -> list[str]:
    return list(TransferOrder.objects.order_by("id").values_list("state", flat=True))


def test_the_preview_says_what_the_step_will_do_and_changes_nothing() -> None:
    first, second = moving.draft(("TEA-250", 5)), moving.release(("MUG-1", 2))
    planner = a_client(Role.PLANNER, username="pan")
    form = {
        "document_type": "transfer_order",
        "step": "approve",
        "number": [first.number, second.number],
    }
    taken = TrailStep.objects.count()

    preview = planner.post("/erp/many", form).content.decode()

    assert "Of 2 chosen, 1 will be taken and 1 refused." in preview
    assert "document.wrong_state" in preview
    assert "Approve (1)" in squeeze(preview)
    assert list_states() == ["draft", "released"]
    assert TrailStep.objects.count() == taken

    done = planner.post("/erp/many", form | {"number": [first.number], "go": "1"}).content.decode()

    assert "All 1 were taken." in done
    assert list_states() == ["approved", "released"]


def test_a_no_to_many_says_why_once_and_each_trail_keeps_it() -> None:
    for place in (1, 2):
        adjusting.submit(f"W1-AD-{place}", ("TEA-250", place))
    deliver()
    controller = a_client(Role.INVENTORY_CONTROLLER, username="zhao")
    form = {"document_type": "adjustment", "step": "reject", "number": ["W1-AD-1", "W1-AD-2"]}

    preview = controller.post("/erp/many", form).content.decode()
    assert 'name="reason"' in preview
    assert "2 will be taken" in preview
    refused = controller.post("/erp/many", form | {"go": "1"}).content.decode()
    assert refused.count("adjustment.reason_missing") == 2
    controller.post("/erp/many", form | {"go": "1", "reason": "Count again with a lamp."})

    rows = Adjustment.objects.order_by("id").values_list("state", "decision_note")
    assert list(rows) == [("rejected", "Count again with a lamp.")] * 2


def test_whoever_may_not_take_a_step_is_offered_none_and_refused_each() -> None:
    number = moving.draft(("TEA-250", 5)).number
    desk = a_client(Role.ORDER_DESK, username="oda")

    assert 'form="many"' not in desk.get("/erp/transfers").content.decode()
    answer = desk.post(
        "/erp/many",
        {"document_type": "transfer_order", "step": "approve", "number": number, "go": "1"},
    )

    assert "auth.forbidden" in answer.content.decode()
    assert list_states() == ["draft"]


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"document_type": "transfer_order", "step": "dissolve", "number": "TO-1"},
        {"document_type": "transfer_order", "step": "approve"},
    ],
)
def test_nothing_chosen_or_no_such_step_leads_back_to_a_list(form: dict[str, str]) -> None:
    answer = a_client(Role.PLANNER, username="pan").post("/erp/many", form)

    assert answer.status_code == 302


def test_levels_are_told_by_the_line() -> None:
    retailer.open_store("S12", ("TEA-250", 7))
    deliver()
    lines = [
        {"id": "a", "sku": "TEA-250", "site": "S12"},
        {"id": "b", "sku": "TEA-250", "site": "S1"},
        {"id": "c", "sku": "NO-1", "site": "S12"},
        {"id": "d", "sku": "TEA-250", "site": "W1"},
    ]
    clerk = a_client(Role.STORE_CLERK, username="chen", sites=["S12", "S1"])

    answer = clerk.post(
        "/api/v1/levels/query", json.dumps({"lines": lines}), content_type="application/json"
    )

    assert answer.status_code == 200, answer.content
    found = answer.json()["data"]
    assert [(it["id"], it["status"]) for it in found] == [
        ("a", "ok"),
        ("b", "ok"),
        ("c", "refused"),
        ("d", "refused"),
    ]
    assert found[0]["result"]["on_hand"] == 7
    assert found[1]["result"]["on_hand"] == 0
    # A site of others is told as one that is not there.
    assert found[2]["code"] == found[3]["code"] == "resource.not_found"
