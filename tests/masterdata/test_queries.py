"""Goal: goods are found the way people type, and days begin where the site says."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from tests.masterdata.builders import NOON, a_site, a_sku, scan
from yipan.foundation.refusals import Refusal
from yipan.masterdata import queries, records
from yipan.masterdata.models import BusinessCalendar, ClosedDay
from yipan.masterdata.rows import BarcodeRow


@pytest.fixture
def goods(db: None) -> None:  # noqa: ARG001 - asked for its effect
    records.save_skus(
        [
            a_sku(),
            a_sku("TEA-500", name="Longjing tea 500 g", name_zh="龙井茶 500克"),
            a_sku("MUG", name="Café mug", name_zh="马克杯", category="home/mugs"),
            a_sku("OLD", name="Old tea", name_zh="陈茶", is_active=False),
        ],
        at=NOON,
    )


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("tea", ["TEA-250", "TEA-500"]),
        ("TEA 250", ["TEA-250"]),
        ("tea-2", ["TEA-250"]),
        ("ｌｏｎｇ 500", ["TEA-500"]),
        ("井茶", ["TEA-250", "TEA-500"]),
        ("龙井茶250", ["TEA-250"]),
        ("café", ["MUG"]),
        ("169TEA-2501", ["TEA-250"]),
        ("old", ["OLD"]),
        ("", []),
        ("%_'\\", []),
        ("nothing", []),
    ],
)
@pytest.mark.usefixtures("goods")
def test_a_search_finds_what_begins_with_each_word(text: str, codes: list[str]) -> None:
    assert [row.code for row in queries.search_skus(text)] == codes


@pytest.mark.usefixtures("goods")
def test_the_exact_code_comes_first_and_the_limit_holds() -> None:
    records.save_skus([a_sku("AAA-TEA-500", name="tea-500 lid")], at=NOON)

    assert [row.code for row in queries.search_skus("tea-500", limit=2)] == [
        "TEA-500",
        "AAA-TEA-500",
    ]
    assert [row.code for row in queries.search_skus("tea-500", limit=1)] == ["TEA-500"]


@pytest.mark.usefixtures("goods")
def test_lists_are_cut_by_limit_and_go_on_behind_a_code() -> None:
    assert [row.code for row in queries.list_skus(limit=2)] == ["MUG", "OLD"]
    assert [row.code for row in queries.list_skus(after="OLD")] == ["TEA-250", "TEA-500"]
    assert queries.list_unknown_skus(["MUG", "X", "A"]) == ["A", "X"]


@pytest.mark.django_db
def test_what_is_not_there_is_refused_by_code() -> None:
    for read, code in [
        (queries.get_sku, "masterdata.sku_unknown"),
        (queries.get_site, "masterdata.site_unknown"),
        (queries.get_supplier, "masterdata.supplier_unknown"),
    ]:
        with pytest.raises(Refusal) as refused:
            read("X")
        assert refused.value.code == code


@pytest.mark.parametrize(
    ("zone", "at", "day"),
    [
        ("Asia/Shanghai", datetime(2026, 3, 2, 15, 59, tzinfo=UTC), date(2026, 3, 2)),
        ("Asia/Shanghai", datetime(2026, 3, 2, 21, 59, tzinfo=UTC), date(2026, 3, 2)),
        ("Asia/Shanghai", datetime(2026, 3, 2, 22, 0, tzinfo=UTC), date(2026, 3, 3)),
        # The night the clocks of New York jump from two to three.
        ("America/New_York", datetime(2026, 3, 8, 9, 59, tzinfo=UTC), date(2026, 3, 7)),
        ("America/New_York", datetime(2026, 3, 8, 10, 0, tzinfo=UTC), date(2026, 3, 8)),
    ],
)
@pytest.mark.django_db
def test_a_day_begins_when_the_site_opens_it(zone: str, at: datetime, day: date) -> None:
    records.save_sites([a_site(time_zone=zone, day_starts_at=time(6, 0))])

    assert queries.get_business_date("S12", at) == day


@pytest.mark.django_db
def test_a_closed_day_is_no_trading_day() -> None:
    BusinessCalendar.objects.create(code="CN", name="China")
    ClosedDay.objects.create(calendar_id="CN", date=date(2026, 2, 17), name="Spring Festival")
    records.save_sites([a_site(calendar="CN"), a_site("S1")])

    assert queries.is_trading_day("S12", date(2026, 2, 17)) is False
    assert queries.is_trading_day("S12", date(2026, 2, 18)) is True
    assert queries.is_trading_day("S1", date(2026, 2, 17)) is True


@pytest.mark.django_db
def test_a_site_scope_cuts_the_list() -> None:
    records.save_sites([a_site("S1"), a_site("S12"), a_site("W1", site_type="warehouse")])

    assert [row.code for row in queries.list_sites(only={"S12", "W1"})] == ["S12", "W1"]
    assert [row.code for row in queries.list_sites(site_type="store")] == ["S1", "S12"]


@pytest.mark.django_db
def test_a_barcode_with_a_pack_size_is_resolved() -> None:
    records.save_skus([a_sku(barcodes=(BarcodeRow(code="X6", pack_size=6),))], at=NOON)

    assert scan("x6").pack_size == 6


@pytest.mark.django_db
@pytest.mark.parametrize("flag", [*sorted(queries.FLAGS), "is_active"])
def test_goods_asked_for_by_code_are_those_of_the_list(flag: str) -> None:
    flags: dict[str, Any] = {name: name == flag for name in (*queries.FLAGS, "is_active")}
    row = a_sku(
        external_id="E-1", style="TEA", color="green", size="L", temperature_class="frozen", **flags
    )
    records.save_skus([row], at=NOON)

    found = queries.find_skus(["TEA-250", "NEW"])

    assert list(found.values()) == queries.list_skus()
    assert getattr(found["TEA-250"], flag) is True
    assert [code.pack_size for code in found["TEA-250"].barcodes] == [1, 24]
