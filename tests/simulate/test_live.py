"""Goal: live trade comes in through public doors alone, and the books follow it like any other."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from pytest_django.live_server_helper import LiveServer

from tests import retailer
from tests.access.builders import a_key
from tests.erp import moving
from yipan.simulate.door import Door
from yipan.simulate.live import Live
from yipan.wms.models import OutboundOrder

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people(live_server: LiveServer) -> Iterator[Live]:
    """Shoppers and staff of a retailer with one warehouse and one store."""
    retailer.open_retailer()
    purchase = retailer.order(("TEA-250", 100))
    retailer.deliver()
    retailer.receive(purchase.inbound_order_number, ("TEA-250", 100, 0))
    retailer.open_store("S12", *((sku, 50) for sku in ("TEA-250", "SOAP-1", "MUG-1", "RICE-5")))
    retailer.deliver()
    door = Door(live_server.url, key=a_key(name="live"))
    found = Live(door=door, lane=door, speed=60.0, chance=random.Random(1))
    found.look_around()
    yield found
    door.close()


def test_shoppers_buy_what_has_a_price_and_the_hub_hears_of_it(people: Live) -> None:
    [store] = [it for it in people.stores if it.code == "S12"]
    before = sum(retailer.stock("erp", "on_hand/S12/available", ware.sku) for ware in people.wares)

    people.sell(store)
    retailer.deliver()

    after = sum(retailer.stock("erp", "on_hand/S12/available", ware.sku) for ware in people.wares)
    assert people.counted == {"tickets": 1}
    assert 1 <= before - after <= 6


def test_who_comes_again_tells_new_tickets(people: Live) -> None:
    [store] = [it for it in people.stores if it.code == "S12"]
    people.sell(store)
    again = Live(door=people.door, lane=people.lane, speed=60.0, chance=random.Random(1))
    again.look_around()

    again.sell(store)

    assert again.counted == {"tickets": 1}


def test_staff_send_what_was_asked_for_and_take_it_in(people: Live) -> None:
    moving.release(("TEA-250", 12))
    retailer.deliver()
    [house] = people.warehouses
    [store] = [it for it in people.stores if it.code == "S12"]

    people.ship(house)
    retailer.deliver()
    people.serve(store)
    retailer.deliver()

    assert OutboundOrder.objects.get().state == "shipped"
    assert (people.counted["shipments"], people.counted["deliveries"]) == (1, 1)
    assert retailer.stock("erp", "on_hand/S12/available") == 62


def test_speed_says_how_much_happens_in_a_minute(people: Live) -> None:
    slept: list[float] = []
    people.stores, people.warehouses = people.stores[:1], []

    people.run(seconds=600, sleep=slept.append)

    # At speed 60 a store sells some 125 times in ten minutes; the chance is seeded.
    assert 90 <= people.counted["tickets"] <= 160
    assert sum(slept) <= 600
