"""
A hub and a warehouse node, two databases, and a bad line of HTTP between them.

Master data and orders go out, receipts come back; the line drops, doubles, reorders, delays,
cuts and loses answers (seeded). When all is quiet, the hub's book equals the warehouse's.
"""

from __future__ import annotations

import pytest

from tests.exchange.faulty import Trouble
from tests.nodes.line import Line
from tests.nodes.orders import ORDERS
from tests.nodes.running import Node

pytestmark = [pytest.mark.slow]

RECEIPTS = 3 * ORDERS

#: Master data and orders the warehouse has heard; receipts the hub has.
HEARD = "select coalesce(sum(watermark), 0) from exchange_reception where receiver = '{}'"
OPEN = "select coalesce(sum(open_count), 0) from exchange_reception"
ACKNOWLEDGED = "select coalesce(sum(acknowledged), 0) from exchange_forwarding"


@pytest.mark.parametrize("seed", [20260302])
def test_the_books_of_two_nodes_converge_exactly(database_url: str, seed: int) -> None:
    with (
        Node("hub", server_url=database_url, YIPAN_ROLE="hub") as hub,
        Node("w1", server_url=database_url, YIPAN_ROLE="wms", YIPAN_SITES="W1") as warehouse,
    ):
        migrating = [hub.start_migrating(), warehouse.start_migrating()]
        assert [each.wait() for each in migrating] == [0, 0]
        secret = hub.act("open_hub")
        with Line(to_port=hub.start_web(), seed=seed) as line:
            warehouse.start_worker(
                YIPAN_HUB_URL=f"http://127.0.0.1:{line.port}",
                YIPAN_HUB_KEY=secret,
                YIPAN_RETRY_SECONDS_FIRST="0.05",
            )
            hub.act("order")
            # One site, three SKUs, and the orders.
            warehouse.wait(lambda: warehouse.count(HEARD.format("wms")) == 4 + ORDERS)
            warehouse.wait(lambda: warehouse.count(OPEN) == 0)
            warehouse.act("open_warehouse")
            assert warehouse.act("receive") == RECEIPTS
            warehouse.wait(lambda: hub.count(HEARD.format("erp")) == RECEIPTS)
            warehouse.wait(lambda: warehouse.count(ACKNOWLEDGED) == RECEIPTS)

            at_hub, at_warehouse = hub.act("tell_books"), warehouse.act("tell_books")

    assert at_hub["stock"] == {
        f"{sku} {status}": quantity
        for sku in ("RICE-5", "SOAP-1", "TEA-250")
        for status, quantity in (("available", 93 * ORDERS), ("damaged", 2 * ORDERS))
    }
    assert at_warehouse["stock"] == at_hub["stock"]
    assert (at_hub["broken"], at_warehouse["broken"]) == ([], [])
    assert (at_hub["open"], at_warehouse["open"]) == (0, 0)
    assert at_hub["watermarks"]["wms:W1/stock > erp"] == RECEIPTS
    assert at_warehouse["watermarks"] == {
        "erp:hub/masterdata > wms": 4,
        "erp:hub/orders:W1 > wms": ORDERS,
    }
    # Each effect once: what came again was answered, and not booked. Orders hear the line too.
    assert at_hub["watermarks"]["wms:W1/stock > oms"] == RECEIPTS
    assert at_hub["applied"] == RECEIPTS * 2
    assert set(line.seen) == set(Trouble)
