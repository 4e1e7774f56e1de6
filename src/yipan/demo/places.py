"""Where the demo retailer keeps and sells its goods, and from whom it buys them."""

from __future__ import annotations

from yipan.masterdata.rows import BinRow, SiteRow, SupplierRow

WAREHOUSE = "W1"
STORES = ("S1", "S12")

SITES = (
    SiteRow(
        code=WAREHOUSE,
        site_type="warehouse",
        name="Hangzhou DC",
        name_zh="杭州中心仓",
        address="杭州市余杭区良渚物流园 8 号",
        region="华东",
    ),
    SiteRow(
        code="S1",
        site_type="store",
        name="Xihu store",
        name_zh="西湖店",
        address="杭州市西湖区文三路 258 号",
        region="杭州",
    ),
    SiteRow(
        code="S12",
        site_type="store",
        name="Binjiang store",
        name_zh="滨江店",
        address="杭州市滨江区江南大道 1090 号",
        region="杭州",
    ),
)

#: Where they stand: latitude and longitude (WGS 84) of their streets, to about a hundred meters.
COORDINATES = {
    WAREHOUSE: (30.3785, 120.0392),
    "S1": (30.2764, 120.1372),
    "S12": (30.2083, 120.2094),
}

SUPPLIERS = (
    SupplierRow(
        code="SUP-01",
        name="Hangzhou West Lake Tea",
        name_zh="杭州西湖茶业有限公司",
        lead_time_days=5,
        contact="沈经理",
        phone="0571-8700 1122",
    ),
    SupplierRow(
        code="SUP-02",
        name="Yiwu Daily Goods",
        name_zh="义乌日用百货有限公司",
        lead_time_days=3,
        tolerance_over_percent=5,
        contact="楼女士",
        phone="0579-8521 6677",
    ),
)

AISLES, BAYS = 4, 12


def list_bins() -> list[BinRow]:
    """Return the bins of the warehouse: two to receive in, and aisles to store and pick."""
    receiving = [
        BinRow(site=WAREHOUSE, code=f"RECV-{bay:02d}", zone="RECV", zone_type="receiving")
        for bay in (1, 2)
    ]
    storage = [
        BinRow(
            site=WAREHOUSE,
            code=f"A-{aisle:02d}-{bay:02d}",
            zone="A",
            zone_type="picking",
            aisle=f"A-{aisle:02d}",
            sequence=aisle * 100 + bay,
        )
        for aisle in range(1, AISLES + 1)
        for bay in range(1, BAYS + 1)
    ]
    others = [
        BinRow(site=WAREHOUSE, code="Q-01", zone="Q", zone_type="quarantine"),
        BinRow(site=WAREHOUSE, code="D-01", zone="D", zone_type="damaged"),
        BinRow(site=WAREHOUSE, code="SHIP-01", zone="SHIP", zone_type="shipping"),
    ]
    return receiving + storage + others
