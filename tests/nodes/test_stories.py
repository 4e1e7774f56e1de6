"""
Seven stories of a warehouse that is a node of its own, over a bad line to its hub.

A delivery over, short and damaged; the wrong bin; another lot than the first to expire; a short
pick; a cancel during picking; two people on one wave; kits. The warehouse runs by `yipan up
--role wms` with the database it brings along; the line drops, doubles, reorders, delays and cuts
(seeded). After each story both books are compared at what the hub has heard so far, while messages
are still on their way, and again when it has heard all of it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.exchange.faulty import Trouble
from tests.nodes.line import Line
from tests.nodes.running import Node, UpNode

pytestmark = [pytest.mark.slow]

#: Two sites and eight SKUs; one inbound and six outbound orders.
MASTER_DATA, ORDERS = 10, 7
HEARD = "select coalesce(sum(watermark), 0) from exchange_reception where receiver = 'wms'"
TOLD = "select coalesce(max(last_sequence), 0) from exchange_stream where source = 'wms:W1/stock'"
STATES = "select count(*) from wms_outboundorder where state = 'canceled'"


class Comparison:
    """Both books side by side at the watermark of the hub."""

    def __init__(self, *, hub: Node, warehouse: Node) -> None:
        self._hub, self._warehouse = hub, warehouse
        self.watermarks: list[int] = []

    def compare(self) -> int:
        """Both books say the same of the site at the common watermark; return it."""
        at_hub = self._hub.do("sum_at_hub")
        watermark = int(at_hub["watermark"])
        assert self._warehouse.do("sum_at_site", watermark=watermark) == at_hub["sums"]
        self.watermarks.append(watermark)
        return watermark

    def after(self, story: Callable[[], object]) -> None:
        """Let a story happen; the books agree while its messages travel, and when they came."""
        before = self._warehouse.count(TOLD)
        story()
        told = self._warehouse.count(TOLD)
        assert told >= before
        self.compare()
        self._warehouse.wait(lambda: self._hub.do("sum_at_hub")["watermark"] == told)
        assert self.compare() == told
        # The bins of the warehouse, one by one, add up to what the hub says of the site.
        assert self._warehouse.do("tell_bins")["sums"] == self._hub.do("sum_at_hub")["sums"]


@pytest.mark.parametrize("seed", [20260304])
def test_the_books_agree_after_each_story(database_url: str, seed: int, reachable: Path) -> None:
    with (
        Node("hub6", server_url=database_url, YIPAN_ROLE="hub") as hub,
        UpNode("w6", home=reachable / "w6", YIPAN_ROLE="wms", YIPAN_SITES="W1") as warehouse,
    ):
        assert hub.start_migrating().wait() == 0
        secret = hub.do("open_hub")
        with Line(to_port=hub.start_web(), seed=seed) as line:
            address = f"http://127.0.0.1:{line.port}"
            warehouse.up(
                *("--role", "wms", "--site", "W1", "--hub", address),
                YIPAN_HUB_KEY=secret,
                YIPAN_RETRY_SECONDS_FIRST="0.05",
            )
            warehouse.wait(lambda: warehouse.count(HEARD) == MASTER_DATA)
            books = Comparison(hub=hub, warehouse=warehouse)
            books.after(lambda: warehouse.do("open_warehouse"))
            orders = hub.do("send_orders")
            warehouse.wait(lambda: warehouse.count(HEARD) == MASTER_DATA + ORDERS)

            books.after(lambda: warehouse.do("receive", inbound=orders["inbound"]))
            books.after(lambda: warehouse.do("put_away"))
            books.after(lambda: warehouse.do("pick_other_lot", transfer=orders["lot"]))
            books.after(lambda: warehouse.do("pick_short", transfer=orders["short"]))
            warehouse.do("begin_to_pick", transfer=orders["cancel"])
            hub.do("cancel", transfer=orders["cancel"])
            warehouse.wait(lambda: warehouse.count(STATES) == 1)
            books.after(lambda: warehouse.do("put_back", transfer=orders["cancel"]))
            wave = [orders[name] for name in ("wave", "wave2", "wave3")]
            books.after(lambda: warehouse.do("pick_wave", transfers=wave))
            books.after(lambda: warehouse.do("assemble"))

            bins = warehouse.do("tell_bins")["bins"]
            faults = [hub.do("tell_faults"), warehouse.do("tell_faults")]
            states = warehouse.do("count_orders")

    assert bins == {
        "A-01-01 TEA-250  available": 6,
        "A-01-02 MILK-1 L1 available": 10,
        "A-01-02 MILK-1 L2 available": 4,
        "A-01-03 SOAP-1  available": 24,
        "A-01-04 MUG-1  available": 25,
        "A-01-05 RICE-5  available": 21,
        "A-01-07 BAG-1  available": 22,
        "PACK-01 GIFT-1  available": 2,
        "RECV-01 BAG-1  blocked": 3,
        "RECV-01 BAG-1  damaged": 2,
        "RECV-01 CUP-1  available": 7,
    }
    assert states == {"shipped": 4, "closed_short": 1, "canceled": 1}
    assert faults == [{"broken": [], "open": 0}] * 2
    # Some comparisons were made while messages were on their way.
    assert len(books.watermarks) == 16
    bad = {Trouble.DROPPED, Trouble.DOUBLED, Trouble.REORDERED, Trouble.DELAYED}
    assert bad | {Trouble.ANSWER_LOST} <= set(line.seen)
