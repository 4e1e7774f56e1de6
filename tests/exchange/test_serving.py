"""A node numbers the streams of the sites it serves, and leaves those of others alone."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse

from tests import retailer
from tests.access.builders import a_client
from tests.stocktake import counting
from yipan.access.roles import Role
from yipan.exchange.models import Stream
from yipan.exchange.outbox import reserve_numbers, reserve_numbers_of
from yipan.exchange.serving import ServedElsewhere
from yipan.pos.models import RegisterTicket
from yipan.stocktake.models import Stocktake

pytestmark = pytest.mark.django_db


def reserve(source: str) -> int:
    with transaction.atomic():
        return reserve_numbers(source).start


def test_a_hub_numbers_its_own_streams_and_those_of_no_site(settings: Any) -> None:
    settings.YIPAN_ROLE = "hub"

    first = [reserve("erp:hub/orders:W1"), reserve("oms:hub/orders:S12")]
    with pytest.raises(ServedElsewhere) as refused:
        reserve("wms:W1/stock")
    with pytest.raises(ServedElsewhere), transaction.atomic():
        reserve_numbers_of({"erp:hub/orders:W1": 1, "pos:S12/stock": 2})

    assert first == [1, 1]
    assert refused.value.facts == {"site": "W1", "system": "wms", "role": "hub"}
    assert dict(Stream.objects.values_list("source", "last_sequence")) == {
        "erp:hub/orders:W1": 1,
        "oms:hub/orders:S12": 1,
    }


def test_a_site_node_numbers_the_streams_of_its_sites_alone(settings: Any) -> None:
    settings.YIPAN_ROLE, settings.YIPAN_SITES = "pos", ("S12",)

    assert reserve("pos:S12/stock") == 1
    for source in ("pos:S1/stock", "wms:W1/stock"):
        with pytest.raises(ServedElsewhere):
            reserve(source)


def test_a_sale_of_a_site_elsewhere_leaves_nothing_at_the_hub(settings: Any) -> None:
    retailer.open_retailer()
    settings.YIPAN_ROLE = "hub"

    with pytest.raises(ServedElsewhere):
        retailer.sell(("TEA-250", 1))

    assert RegisterTicket.objects.exists() is False
    assert retailer.stock("pos:S12", "on_hand/shop_floor/available") == 0


def test_a_hub_plans_no_count_its_site_would_never_hear_of(settings: Any) -> None:
    retailer.open_retailer()
    retailer.open_store("S12", ("TEA-250", 10))
    retailer.deliver()
    controller = a_client(Role.INVENTORY_CONTROLLER)
    here = controller.get("/recon/targets?site=S12").context["plan_url"]
    settings.YIPAN_ROLE = "hub"

    elsewhere = controller.get("/recon/targets?site=S12")
    with pytest.raises(ServedElsewhere):
        counting.plan(("shop_floor", ()))

    assert here == reverse("pos:plan_stocktake")
    assert elsewhere.context["rows"] != []
    assert elsewhere.context["plan_url"] == ""
    assert Stocktake.objects.exists() is False
