"""Goal: many at once, each line alone: taken once, refused by its own code, or all or nothing."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import OperationalError

from tests import retailer
from tests.erp import moving
from tests.scenarios.test_first_goods_api import Caller
from yipan.access.roles import Role
from yipan.config.api import bulk_jobs
from yipan.documents.models import TrailStep
from yipan.erp.models import TransferOrder

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _retailer() -> None:
    retailer.open_retailer()


def a_line(name: str, quantity: int = 10, **changes: Any) -> dict[str, Any]:
    goods = [{"sku": "TEA-250", "quantity": quantity}]
    return {"id": name, "from_site": "W1", "to_site": "S12", "lines": goods} | changes


def send(caller: Caller, address: str, *lines: dict[str, Any], **body: Any) -> list[dict[str, Any]]:
    answer = caller.post(address, {"lines": list(lines), **body})
    assert answer.status_code == 200, answer.content
    found: list[dict[str, Any]] = answer.json()["data"]  # type: ignore[attr-defined]
    return found


def tell(results: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    return [(it["id"], it["status"], it["code"]) for it in results]


def test_each_line_has_its_own_result_and_a_resend_repeats_what_failed_alone() -> None:
    planner = Caller(Role.PLANNER, name="plan")
    unknown = a_line("b", to_site="S99")

    first = send(planner, "/transfers/bulk", a_line("a"), unknown, a_line("c", quantity=0))
    again = send(planner, "/transfers/bulk", a_line("a"), a_line("b"), a_line("c", quantity=3))

    assert tell(first) == [
        ("a", "ok", ""),
        ("b", "refused", "masterdata.site_unknown"),
        ("c", "refused", "bulk.line_unreadable"),
    ]
    assert first[2]["facts"]["errors"][0]["pointer"] == "/lines/0/quantity"
    assert tell(again) == [("a", "duplicate", ""), ("b", "ok", ""), ("c", "ok", "")]
    assert again[0]["result"] == first[0]["result"]
    assert first[0]["result"]["state"] == "draft"
    assert TransferOrder.objects.count() == 3


def test_the_same_id_with_other_content_is_refused() -> None:
    planner = Caller(Role.PLANNER, name="plan")
    send(planner, "/transfers/bulk", a_line("a"))

    [result] = send(planner, "/transfers/bulk", a_line("a", quantity=11))

    assert (result["status"], result["code"]) == ("refused", "bulk.line_reused")
    assert TransferOrder.objects.get().lines.get().quantity_ordered == 10


def test_all_or_nothing_keeps_nothing_when_one_is_refused() -> None:
    planner = Caller(Role.PLANNER, name="plan")
    wrong = a_line("b", to_site="W1")

    results = send(planner, "/transfers/bulk", a_line("a"), wrong, error_policy="reject_everything")

    assert tell(results) == [
        ("a", "refused", "bulk.others_refused"),
        ("b", "refused", "transfer_order.site_to_itself"),
    ]
    assert TransferOrder.objects.count() == 0
    assert TrailStep.objects.filter(document_type="transfer_order").count() == 0
    # Nothing of it is remembered either: put right, it is taken.
    assert send(planner, "/transfers/bulk", a_line("a"))[0]["status"] == "ok"


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([a_line(str(place)) for place in range(1_001)], "bulk.too_many_lines"),
        ([a_line("a"), a_line("a")], "bulk.line_repeated"),
    ],
)
def test_a_call_that_cannot_be_taken_line_by_line_is_refused_whole(
    lines: list[dict[str, Any]], code: str
) -> None:
    planner = Caller(Role.PLANNER, name="plan")

    answer = planner.post("/transfers/bulk", {"lines": lines})

    assert answer.json()["code"] == code  # type: ignore[attr-defined]
    assert TransferOrder.objects.count() == 0


def test_a_line_without_an_id_could_not_be_known_again_and_is_refused() -> None:
    line = a_line("a")
    del line["id"]

    [result] = send(Caller(Role.PLANNER, name="plan"), "/transfers/bulk", line)

    assert (result["id"], result["code"]) == ("#0", "bulk.line_unreadable")
    assert result["facts"]["errors"][0]["pointer"] == "/id"


def test_orders_allocations_and_adjustments_are_written_the_same_way() -> None:
    machine = Caller(Role.INTEGRATION, name="sap")
    goods = {"sku": "TEA-250", "quantity": 5}
    retailer.open_store("S1", ("TEA-250", 10))
    retailer.deliver()

    [order] = send(
        machine,
        "/purchase-orders/bulk",
        {"id": "1", "site": "W1", "supplier": "SUP-01", "lines": [goods]},
    )
    [share] = send(
        machine,
        "/allocations/bulk",
        {"id": "1", "from_site": "S1", "needs": [{**goods, "to_site": "S12"}]},
    )
    [scrap] = send(
        machine,
        "/adjustments/bulk",
        {"id": "1", "site": "W1", "adjustment_type": "scrap", "reason": "Wet.", "lines": [goods]},
    )

    assert [order["status"], share["status"], scrap["status"]] == ["ok", "ok", "ok"]
    numbers = [it["result"]["number"][:2] for it in (order, share, scrap)]
    assert numbers == ["PO", "AL", "AD"]


def test_steps_are_taken_of_many_each_under_its_own_right() -> None:
    first, second = moving.draft(("TEA-250", 1)), moving.draft(("MUG-1", 2))
    planner = Caller(Role.PLANNER, name="plan")

    def a_step(number: str, step: str, kind: str = "transfer_order") -> dict[str, str]:
        return {"id": f"{number} {step}", "document_type": kind, "number": number, "step": step}

    results = send(
        planner,
        "/documents/steps",
        a_step(first.number, "approve"),
        a_step(second.number, "release"),
        a_step("TO-9", "approve"),
        a_step("PO-9", "approve", "purchase_order"),
        a_step(first.number, "dissolve"),
    )

    assert [it["code"] for it in results] == [
        "",
        "document.wrong_state",
        "resource.not_found",
        "auth.forbidden",
        "document.step_unknown",
    ]
    assert results[0]["result"]["state"] == "approved"
    assert TransferOrder.objects.get(number=second.number).state == "draft"


def test_lines_of_other_sites_are_not_found() -> None:
    caller = Caller(Role.PLANNER, name="plan", sites=["W1", "S1"])

    [result] = send(caller, "/transfers/bulk", a_line("a"))

    assert result["code"] == "resource.not_found"
    assert TransferOrder.objects.count() == 0


def test_a_job_takes_more_in_parts_and_tells_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("yipan.documents.bulk_jobs.PART", 2)
    planner = Caller(Role.PLANNER, name="plan")
    lines = [a_line("a"), a_line("b", to_site="S99"), a_line("c")]

    answer = planner.post("/bulk-jobs", {"operation": "transfers", "lines": lines})
    job = answer.json()  # type: ignore[attr-defined]
    assert (answer.status_code, job["state"], job["total"]) == (202, "waiting", 3)

    assert run() == 2
    half = planner.get(f"/bulk-jobs/{job['job']}")
    assert (half["state"], half["done"], half["refused"]) == ("running", 2, 1)
    assert run() == 1
    assert run() == 0

    over = planner.get(f"/bulk-jobs/{job['job']}")
    assert (over["state"], over["done"], over["refused"]) == ("done", 3, 1)
    result = planner.look(f"/bulk-jobs/{job['job']}/result").content.decode().splitlines()
    assert [line.split('"status":"')[1].split('"')[0] for line in result] == [
        "ok",
        "refused",
        "ok",
    ]
    assert {order.created_by for order in TransferOrder.objects.all()} == {"key:plan"}


def test_a_line_of_a_job_without_an_id_is_told_by_its_place_in_the_whole_job(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("yipan.documents.bulk_jobs.PART", 2)
    planner = Caller(Role.PLANNER, name="plan")
    nameless = a_line("")
    del nameless["id"]
    lines = [a_line("a"), nameless, a_line("#3"), nameless]

    job = planner.post("/bulk-jobs", {"operation": "transfers", "lines": lines}).json()  # type: ignore[attr-defined]

    assert job["code"] == "bulk.line_repeated"

    lines[2]["id"] = "c"
    job = planner.post("/bulk-jobs", {"operation": "transfers", "lines": lines}).json()  # type: ignore[attr-defined]
    while run():
        pass

    result = planner.look(f"/bulk-jobs/{job['job']}/result").content.decode().splitlines()
    assert [json.loads(line)["id"] for line in result] == ["a", "#1", "c", "#3"]


def test_a_job_goes_on_after_the_database_went_away_and_ends_with_a_fault_of_ours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    planner = Caller(Role.PLANNER, name="plan")
    asked = {"operation": "transfers", "lines": [a_line("a")]}
    job = planner.post("/bulk-jobs", asked).json()["job"]  # type: ignore[attr-defined]

    def meet(trouble: Exception) -> str:
        def take(*_: object, **__: object) -> None:
            raise trouble

        with monkeypatch.context() as patched:
            patched.setattr("yipan.documents.bulk.take_all", take)
            with pytest.raises(type(trouble)):
                run()
        return str(planner.get(f"/bulk-jobs/{job}")["state"])

    assert meet(OperationalError("deadlock detected")) == "waiting"
    assert run() == 1
    assert planner.get(f"/bulk-jobs/{job}")["state"] == "done"

    job = planner.post("/bulk-jobs", asked).json()["job"]  # type: ignore[attr-defined]
    assert meet(ZeroDivisionError()) == "failed"


def test_a_job_of_other_sites_is_not_found() -> None:
    far = Caller(Role.PLANNER, name="far")
    near = Caller(Role.PLANNER, name="near", sites=["S12"])
    job = far.post("/bulk-jobs", {"operation": "transfers", "lines": [a_line("a")]})

    name = job.json()["job"]  # type: ignore[attr-defined]
    assert near.look(f"/bulk-jobs/{name}").status_code == 404
    assert near.get("/bulk-jobs")["data"] == []


def run() -> int:
    return bulk_jobs.run_part(clock=lambda: datetime(2026, 3, 2, 5, 0, tzinfo=UTC))
