"""Goal: what a bundle is made of is read and kept by page and API, and nobody overwrites it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.access.builders import a_client, a_key
from tests.pool.selling import DESK, NOON, ask, bring, open_pool
from yipan.access.roles import Role
from yipan.pool.policy import channels as kept
from yipan.pool.queries.bundles import find_bundle, list_bundles

pytestmark = pytest.mark.django_db

FORM = {
    "version": "0",
    "parts-TOTAL_FORMS": "3",
    "parts-INITIAL_FORMS": "0",
    "parts-0-sku": "CUP",
    "parts-0-quantity": "2",
    "parts-1-sku": "POT",
    "parts-1-quantity": "1",
    "parts-2-sku": "",
    "parts-2-quantity": "",
}


@pytest.fixture
def planner() -> Client:
    open_pool("CUP", "POT", "SET")
    return a_client(Role.PLANNER, username="hu.planner")


@pytest.fixture
def integration() -> Client:
    open_pool("CUP", "POT", "SET")
    return Client(headers={"Authorization": f"Bearer {a_key()}"})


def test_a_bundle_is_made_on_the_page_of_its_sku_and_sold_by_its_parts(planner: Client) -> None:
    bring("CUP", W1=10)
    bring("POT", W1=3)
    assert "Make it a bundle" in planner.get("/masterdata/skus/SET").content.decode()

    assert planner.post("/pool/bundles/SET/edit", FORM).status_code == 302

    assert ask("SET").sellable == 3
    page = planner.get("/masterdata/skus/SET").content.decode()
    assert "Edit the parts" in page
    assert "/masterdata/skus/CUP" in page
    assert "A part of" in planner.get("/masterdata/skus/CUP").content.decode()
    assert 'value="CUP"' in planner.get("/pool/bundles/SET/edit").content.decode()


def test_who_read_an_older_bundle_changes_nothing_on_the_page(planner: Client) -> None:
    kept.save_bundle(bundle="SET", parts={"CUP": 4}, by=DESK, at=NOON)

    late = planner.post("/pool/bundles/SET/edit", FORM)

    assert late.status_code == 422
    assert "resource.version_mismatch" in late.content.decode()
    assert [(it.sku, it.quantity) for it in find_bundle("SET").parts] == [("CUP", 4)]
    now = FORM | {"version": str(find_bundle("SET").version), "parts-TOTAL_FORMS": "0"}
    assert planner.post("/pool/bundles/SET/edit", now).status_code == 302
    assert find_bundle("SET").version == 0


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"parts-0-quantity": "0"}, "greater than or equal to 1"),
        ({"parts-0-quantity": ""}, "Say how many make one bundle."),
        ({"parts-0-sku": "POT"}, "Named twice: POT."),
        ({"parts-0-sku": "SET"}, "bundle.of_itself"),
        ({"parts-0-sku": "NONE"}, "masterdata.sku_unknown"),
        ({"parts-2-quantity": "5"}, "Write the code of the SKU."),
    ],
)
def test_what_is_wrong_is_told_and_the_parts_stay(
    planner: Client, wrong: dict[str, str], words: str
) -> None:
    answer = planner.post("/pool/bundles/SET/edit", FORM | wrong)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert find_bundle("SET").parts == ()


def test_who_keeps_no_rules_sees_the_parts_and_changes_none() -> None:
    open_pool("CUP", "SET")
    kept.save_bundle(bundle="SET", parts={"CUP": 4}, by=DESK, at=NOON)
    clerk = a_client(Role.STORE_CLERK, username="lin", sites=["S1"])

    assert "For one" in clerk.get("/masterdata/skus/SET").content.decode()
    assert clerk.post("/pool/bundles/SET/edit", FORM).status_code == 403


def test_the_api_tells_a_bundle_and_guards_it_by_its_version(integration: Client) -> None:
    address = "/api/v1/bundles/SET"

    def put(body: dict[str, Any]) -> int:
        return integration.put(address, body, content_type="application/json").status_code

    assert integration.get(address).status_code == 404
    body = {"parts": [{"sku": "POT", "quantity": 1}, {"sku": "CUP", "quantity": 2}], "version": 0}

    assert put(body) == 204
    told = integration.get(address).json()
    assert told["parts"] == [{"sku": "CUP", "quantity": 2}, {"sku": "POT", "quantity": 1}]
    assert put(body) == 412
    again = {"parts": [{"sku": "CUP", "quantity": 6}], "version": told["version"]}
    assert put(again) == 204
    assert put(again) == 412

    listed = integration.get("/api/v1/bundles?part=CUP").json()
    assert [(it["bundle"], it["parts"][0]["quantity"]) for it in listed["data"]] == [("SET", 6)]
    assert integration.get("/api/v1/bundles?part=POT").json()["data"] == []


def test_bundles_are_listed_page_by_page() -> None:
    open_pool("A", "B", "C", "CUP")
    for code in "ABC":
        kept.save_bundle(bundle=code, parts={"CUP": 1}, by=DESK, at=NOON)

    assert [it.bundle for it in list_bundles(limit=2)] == ["A", "B"]
    assert [it.bundle for it in list_bundles(after="B", limit=2)] == ["C"]
