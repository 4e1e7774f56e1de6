"""The warehouse drawn: what lies where, how full a bin is, and where work or doubt is."""

from __future__ import annotations

import pytest

from tests import retailer
from tests.retailer import NOON, RECEIVER, make_id
from tests.wms import sending
from yipan.masterdata import records
from yipan.masterdata.rows import BinRow
from yipan.wms.documents.outbound import pick
from yipan.wms.documents.outbound.pick import Taking
from yipan.wms.queries import bin_map

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("quantity", "level"), [(-1, 0), (0, 0), (1, 1), (25, 1), (26, 2), (75, 3), (100, 4), (101, 5)]
)
def test_a_bin_of_100_is_drawn_in_six_steps(quantity: int, level: int) -> None:
    assert bin_map.get_level(quantity, 100) == level


def test_every_bin_is_drawn_with_its_goods_its_work_and_its_doubt() -> None:
    retailer.open_retailer()
    records.save_bins(
        [BinRow(site="W1", code="B-01", zone="B", zone_type="storage", aisle="1", capacity=30)]
    )
    sending.stock_bins(("A-01-01", "TEA-250", 40), ("A-01-02", "TEA-250", 5), ("B-01", "MUG-1", 40))
    sending.want("OUT-1", ("TEA-250", 42))
    pick.short(
        pick_id=sending.list_open("OUT-1")[0].pk,
        taking=Taking(quantity=39),
        by=RECEIVER,
        at=NOON,
        message_id=make_id("short"),
    )

    zones = {zone.code: zone for zone in bin_map.draw_map("W1")}

    bins = {
        it.row.code: it for zone in zones.values() for aisle in zone.aisles for it in aisle.bins
    }
    drawn = {
        code: (it.quantity, it.level, it.picks_open, it.counts_open) for code, it in bins.items()
    }
    assert drawn == {
        "A-01-01": (1, 1, 0, 1),
        "A-01-02": (5, 4, 2, 0),
        "B-01": (40, 5, 0, 0),
        "RECV-01": (0, 0, 0, 0),
    }
    assert (zones["A"].bins, zones["A"].bins_used, zones["A"].quantity) == (2, 2, 6)
