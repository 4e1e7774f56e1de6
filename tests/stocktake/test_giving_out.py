"""Goal: sheets are given to people who may count there, and taken back when somebody left one."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from tests import retailer
from tests.access.builders import a_key, a_person
from tests.wms import sending
from yipan.access import people
from yipan.access.roles import Role
from yipan.documents.models import TrailStep
from yipan.stocktake.models import CountScan, CountSheet, Stocktake

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _retailer() -> None:
    retailer.open_retailer()
    sending.stock_bins(("A-01-01", "TEA-250", 40), ("A-01-02", "SOAP-1", 12))


def log_in(name: str, *roles: Role, site: str = "W1") -> Client:
    client = Client()
    client.force_login(a_person(*roles, username=name, sites=[site]))
    return client


@pytest.fixture
def lead() -> Client:
    return log_in("leo", Role.WAREHOUSE_LEAD)


@pytest.fixture
def wang() -> Client:
    return log_in("wang", Role.WAREHOUSE_WORKER)


def plan(lead: Client, **fields: object) -> Stocktake:
    wanted: dict[str, object] = {"kind": "spot", "list": "A-01-01", "starts": "1", **fields}
    lead.post("/wms/stocktakes/plan?site=W1", wanted)
    return Stocktake.objects.get()


def step(lead: Client, running: Stocktake, **said: str) -> str:
    answer = lead.post(f"/wms/stocktakes/{running.number}/step", said, follow=True)
    return answer.content.decode()


def scan(client: Client, sheet: CountSheet, text: str) -> str:
    answer = client.post(
        f"/wms/counting/{sheet.number}", {"scan": text}, headers={"HX-Request": "true"}
    )
    return answer.content.decode()


def test_a_sheet_that_somebody_left_is_taken_back_and_counted_anew(
    lead: Client, wang: Client
) -> None:
    running = plan(lead)
    sheet = running.sheets.get()
    scan(wang, sheet, "69TEA-250")
    assert "Take the sheet back" in lead.get(f"/wms/stocktakes/{running.number}").content.decode()

    said = step(lead, running, step="release", sheet=sheet.number, reason="Gone home.")

    assert "Taken back. What was scanned is void" in said
    sheet.refresh_from_db()
    assert (sheet.state, sheet.counter, sheet.started_at) == ("open", "", None)
    assert CountScan.objects.get().undone_at is not None
    trail = TrailStep.objects.get(step="take_back")
    assert (trail.actor, trail.reason) == ("leo", f"{sheet.number} wang: Gone home.")

    # Who left it reads so, and does not begin it again by a scan they were about to make.
    assert "was taken back from you" in wang.get("/wms/counting?site=W1").content.decode()
    assert "This sheet was taken back" in scan(wang, sheet, "69TEA-250")
    assert CountScan.objects.count() == 1

    # Whoever comes counts it to its end, from nothing.
    eva = log_in("eva", Role.WAREHOUSE_WORKER)
    assert "was taken back" not in eva.get("/wms/counting?site=W1").content.decode()
    scan(eva, sheet, "69TEA-250")
    eva.post(f"/wms/counting/{sheet.number}", {"close": "none_there"})
    sheet.refresh_from_db()
    assert (sheet.state, sheet.counter) == ("closed", "eva")
    assert sheet.lines.get().quantity == 1


def test_it_can_be_given_back_to_who_left_it(lead: Client, wang: Client) -> None:
    running = plan(lead)
    sheet = running.sheets.get()
    scan(wang, sheet, "69TEA-250")
    step(lead, running, step="release", sheet=sheet.number)

    assert "Assigned." in step(lead, running, step="assign", sheet=sheet.number, person="wang")

    assert "It is yours again" in wang.get("/wms/counting?site=W1").content.decode()
    scan(wang, sheet, "69TEA-250")
    sheet.refresh_from_db()
    assert (sheet.state, sheet.counter) == ("counting", "wang")


def test_a_closed_sheet_is_not_taken_back(lead: Client, wang: Client) -> None:
    running = plan(lead, list="A-01-01\nA-01-02")
    sheet = running.sheets.get(place="A-01-01")
    scan(wang, sheet, "69TEA-250")
    wang.post(f"/wms/counting/{sheet.number}", {"close": "none_there"})

    assert "stocktake.sheet_closed" in step(lead, running, step="release", sheet=sheet.number)

    assert sheet.lines.get().quantity == 1


@pytest.mark.usefixtures("wang")
def test_only_who_may_count_there_is_given_a_sheet(lead: Client) -> None:
    log_in("mia", Role.STORE_MANAGER, site="S12")
    log_in("dora", Role.PLANNER)
    assert people.list_who_may("wms.count", site="W1") == [("leo", "leo"), ("wang", "wang")]

    lead.post("/wms/stocktakes/plan?site=W1", {"kind": "full", "people": ["wang", "mia"]})
    assert Stocktake.objects.exists() is False
    running = plan(lead, people=["wang"])
    sheet = running.sheets.get()
    assert sheet.assignee == "wang"

    for name in ("mia", "dora", "nobody"):
        said = step(lead, running, step="assign", sheet=sheet.number, person=name)
        assert "stocktake.person_unknown" in said
    sheet.refresh_from_db()
    assert sheet.assignee == "wang"


def test_machines_take_sheets_back_and_give_them_out(lead: Client, wang: Client) -> None:
    running = plan(lead)
    sheet = running.sheets.get()
    scan(wang, sheet, "69TEA-250")
    secret = a_key(Role.WAREHOUSE_LEAD, name="lead", sites=["W1"])
    api = Client(headers={"Authorization": f"Bearer {secret}"})

    def call(step: str, **body: str) -> tuple[int, dict[str, object]]:
        answer = api.post(
            f"/api/v1/count-sheets/{sheet.number}/{step}",
            json.dumps(body),
            content_type="application/json",
            headers={"Idempotency-Key": f"{step} {body}"},
        )
        return answer.status_code, json.loads(answer.content)

    status, said = call("release", reason="Gone home.")
    assert (status, said["state"], said["counter"], said["lines"]) == (200, "open", "", [])
    assert call("assign", person="wang")[0] == 200
    status, said = call("assign", person="nobody")
    assert (status, said["code"]) == (422, "stocktake.person_unknown")
    sheet.refresh_from_db()
    assert sheet.assignee == "wang"
