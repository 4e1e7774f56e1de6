"""What people at a desk see and keep of a warehouse, and machines through the API."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from tests import retailer
from tests.access.builders import a_key, a_person
from tests.retailer import BUYER, NOON, make_id, stock
from tests.wms import goods
from yipan.access.roles import Role
from yipan.erp.documents.purchasing import arrival_notice
from yipan.erp.documents.purchasing.arrival_notice import Noticed, NoticedLine
from yipan.messages.erp_purchasing import Package, PackedLine
from yipan.proof.lots import prove_lots
from yipan.proof.sites import compare_sites
from yipan.wms.models import GoodsRule, Lot, WarehouseOpening, ZoneRule

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _dairy() -> None:
    goods.open_dairy()


def log_in(*roles: Role) -> Client:
    client = Client()
    client.force_login(a_person(*roles, sites=["W1"]))
    return client


def open_api() -> Client:
    secret = a_key(Role.WAREHOUSE_LEAD, name="lead", sites=["W1"])
    return Client(headers={"Authorization": f"Bearer {secret}"})


def open_stock(lines: str, *, count: int, quantity: int) -> int:
    client = log_in(Role.INTEGRATION, Role.WAREHOUSE_LEAD)
    answer = client.post(
        "/wms/stock-openings/new?site=W1",
        {"lines": lines, "control_lines": str(count), "control_quantity": str(quantity)},
    )
    return answer.status_code


def test_a_book_begins_with_lots_and_their_last_days() -> None:
    text = (
        "bin, sku, quantity, lot, last day\n"
        "A-01-01, MILK-1, 10, l1, 2027-04-01\n"
        "A-01-01\tMILK-1\t12\tL2\t2027-06-01 00:00:00\n"
        "A-01-02, TEA-250, 5\n"
    )

    assert open_stock(text, count=3, quantity=27) == 302

    retailer.deliver()
    assert stock("wms:W1", "on_hand/A-01-01/l1/available", "MILK-1") == 10
    assert stock("wms:W1", "on_hand/A-01-01/L2/available", "MILK-1") == 12
    assert dict(Lot.objects.values_list("code", "expires_on")) == {
        "l1": date(2027, 4, 1),
        "L2": date(2027, 6, 1),
    }
    assert compare_sites().ok
    assert all(finding.ok for finding in prove_lots())


def test_a_day_that_is_none_begins_no_book() -> None:
    assert open_stock("A-01-01, MILK-1, 10, L1, next May", count=1, quantity=10) == 422

    assert WarehouseOpening.objects.count() == 0
    assert Lot.objects.count() == 0


def test_an_inbound_order_tells_when_its_packages_come() -> None:
    order = retailer.order(("TEA-250", 24))
    packed = Package(
        sscc="106141412345678908",
        lines=(PackedLine(sku="TEA-250", quantity=24, lot="L-9", expires_on="2027-06-01"),),
    )
    arrival_notice.announce(
        noticed=Noticed(
            site="W1",
            supplier="SUP-01",
            lines=(NoticedLine(sku="TEA-250", quantity=24, purchase_order_number=order.number),),
            packages=(packed,),
            expected_at=NOON,
            carrier="SF",
            tracking="SF-77",
        ),
        by=BUYER,
        at=NOON,
        message_id=make_id("announced"),
    )
    retailer.deliver()
    client = log_in(Role.WAREHOUSE_WORKER)

    shown = client.get(f"/wms/inbound-orders/{order.inbound_order_number}").content.decode()
    listed = client.get("/wms/inbound-orders").content.decode()

    for text in ("106141412345678908", "SF-77", "L-9", "2026-03-02T04:00"):
        assert text in shown
    assert "2026-03-02T04:00" in listed


def test_a_lead_keeps_rules_by_api_and_a_worker_only_reads_them() -> None:
    lead = open_api()
    base = "/api/v1/warehouses/W1"
    asked = {"sku": "MILK-1", "minimum_life_days": 30, "sampling_percent": 25}

    kept = lead.put(f"{base}/goods-rules", asked, content_type="application/json")
    again = lead.put(
        f"{base}/goods-rules", asked | {"sampling_percent": 10}, content_type="application/json"
    )
    zone = lead.put(
        f"{base}/zone-rules/A", {"scan_profile": "bin"}, content_type="application/json"
    )

    assert [it.status_code for it in (kept, again, zone)] == [200, 200, 200]
    assert GoodsRule.objects.get().sampling_percent == 10
    assert ZoneRule.objects.get().scan_profile == "bin"
    [listed] = lead.get(f"{base}/goods-rules").json()["data"]
    assert (listed["sku"], listed["supplier"], listed["minimum_life_days"]) == ("MILK-1", "", 30)
    profiles = {
        it["zone"]: it["scan_profile"] for it in lead.get(f"{base}/zone-rules").json()["data"]
    }
    assert profiles["A"] == "bin"
    assert profiles["RECV"] == "bin_product"

    worker = log_in(Role.WAREHOUSE_WORKER)
    assert worker.get(f"{base}/goods-rules").status_code == 200
    gone = f"{base}/goods-rules/{listed['rule_id']}"
    assert lead.delete(gone).status_code == 204
    assert lead.delete(gone).status_code == 404


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("goods-rules", {"sampling_percent": 101}, 422, "goods_rule.wrong"),
        ("goods-rules", {"sku": "NONE-1"}, 422, "masterdata.sku_unknown"),
        ("zone-rules/A", {"scan_profile": "eyes"}, 422, "zone_rule.profile_unknown"),
        ("zone-rules/NOWHERE", {"scan_profile": "bin"}, 404, "resource.not_found"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_and_nothing_changes(
    path: str, body: dict[str, object], status: int, code: str
) -> None:
    lead = open_api()

    answer = lead.put(f"/api/v1/warehouses/W1/{path}", body, content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (GoodsRule.objects.count(), ZoneRule.objects.count()) == (0, 0)
