"""The grid of an allocation: keyed in, pasted, its shares seen before anything is written."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from tests import retailer
from tests.access.builders import a_client
from tests.pages import squeeze
from tests.wms import sending
from yipan.access.roles import Role
from yipan.erp.models import Allocation

pytestmark = pytest.mark.django_db

FORM = {
    "from_site": "W1",
    "sku": ["TEA-250"],
    "need:TEA-250:S1": "100",
    "need:TEA-250:S12": "300",
}


@pytest.fixture
def planner() -> Client:
    retailer.open_retailer()
    sending.stock_bins(("A-01-01", "TEA-250", 240))
    return a_client(Role.PLANNER, username="pan")


def post(client: Client, **changes: object) -> tuple[int, str]:
    answer = client.post("/erp/allocations/new", {**FORM, **changes})
    return answer.status_code, answer.content.decode()


def test_products_come_by_sku_or_barcode_and_what_is_none_is_said(planner: Client) -> None:
    status, page = post(planner, add="mug-1 69SOAP-1, NO-1", add_rows="1")

    assert status == 200
    assert [f'value="{sku}"' in page for sku in ("TEA-250", "MUG-1", "SOAP-1")] == [True] * 3
    assert "No product is called NO-1." in page
    # What was keyed in stays.
    assert 'name="need:TEA-250:S12" value="300"' in squeeze(page)
    assert Allocation.objects.count() == 0


def test_the_shares_are_seen_in_whole_cases_and_nothing_is_written(planner: Client) -> None:
    status, page = post(planner, preview="1")

    # 240 are there of 400 needed: 2.5 of 4.1 cases, 7.5 of 12.5.
    assert status == 200
    assert ">48<" in squeeze(page) or ">72<" in squeeze(page)
    assert Allocation.objects.count() == 0

    answer = planner.post("/erp/allocations/new", FORM)

    [written] = Allocation.objects.all()
    assert answer.headers["Location"] == f"/erp/allocations/{written.number}"
    shares = dict(written.lines.values_list("to_site", "quantity_shared"))
    assert sum(shares.values()) <= 240
    assert all(f">{share}<" in squeeze(page) for share in shares.values())


def test_a_cell_that_is_no_quantity_is_marked_and_nothing_is_written(planner: Client) -> None:
    status, page = post(planner, **{"need:TEA-250:S1": "12x"})

    assert status == 422
    assert 'aria-invalid="true"' in page
    assert Allocation.objects.count() == 0


def test_a_grid_of_some_stores_leaves_the_others_out(planner: Client) -> None:
    _, page = post(planner, stores="S12", preview="1")

    assert "need:TEA-250:S12" in page
    assert 'need:TEA-250:S1"' not in page


def test_allocations_are_listed_and_their_shares_told_before(planner: Client) -> None:
    body = {"from_site": "W1", "needs": [{"sku": "TEA-250", "to_site": "S1", "quantity": 48}]}

    told = planner.post(
        "/api/v1/allocations/shares", json.dumps(body), content_type="application/json"
    )
    assert told.json()["shares"][0]["quantity_shared"] == 48
    assert Allocation.objects.count() == 0
    planner.post("/erp/allocations/new", FORM)
    listed = planner.get("/api/v1/allocations").json()

    [row] = listed["data"]
    assert (row["from_site"], row["site_count"], row["quantity_needed"]) == ("W1", 2, 400)
    assert listed["next_cursor"] is None
    assert planner.get("/api/v1/allocations?site=S1").json()["data"] == []
