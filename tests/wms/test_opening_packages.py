"""Goal: a whole package is carried with one scan, and opened by whoever carries it."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.access.builders import a_person
from tests.retailer import stock
from tests.wms import goods
from yipan.access.roles import Role
from yipan.wms.models import Package
from yipan.wms.rules import Counted

pytestmark = pytest.mark.django_db

SSCC = "106141412345678908"
CARRYING = "/wms/carrying?site=W1"


@pytest.fixture
def worker() -> Client:
    goods.open_dairy()
    goods.receive(
        Counted(sku="TEA-250", quantity_sound=24, quantity_damaged=0, package_id=SSCC),
        Counted(sku="SOAP-1", quantity_sound=6, quantity_damaged=0, package_id=SSCC),
    )
    client = Client(headers={"HX-Request": "true"})
    client.force_login(a_person(Role.WAREHOUSE_WORKER, sites=["W1"]))
    return client


def send(worker: Client, **fields: str) -> str:
    return worker.post(CARRYING, fields).content.decode()


def test_a_package_is_opened_by_who_carries_it_and_its_goods_are_then_carried_singly(
    worker: Client,
) -> None:
    assert "Open the package" in send(worker, scan=SSCC)

    assert f"{SSCC} is open: its goods lie in RECV-01 by themselves." in send(worker, open="1")

    opened = Package.objects.get()
    assert (opened.state, opened.opened_by != "") == ("opened", True)
    assert "This package is opened" in send(worker, scan=SSCC)
    assert "Open the package" not in send(worker, scan="69SOAP-1")
    send(worker, scan="A-01-01")
    assert stock("wms:W1", "on_hand/A-01-01/available", "SOAP-1") == 6
    assert stock("wms:W1", "on_hand/RECV-01/available") == 24


def test_without_a_package_in_hand_nothing_is_opened(worker: Client) -> None:
    send(worker, open="1")

    assert Package.objects.get().state == "received"
