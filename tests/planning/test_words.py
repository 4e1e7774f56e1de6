"""Why a proposal is made, as a planner reads it: exact sentences, in both languages."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.utils import translation

from yipan.masterdata.rows import SiteRow, SkuRow, SupplierRow
from yipan.planning.queries.proposals import ProposalRow
from yipan.planning.views.words import list_bounds, list_figures, say_misfit, say_why

AT = datetime(2026, 3, 9, 8, tzinfo=UTC)
XIHU = SiteRow(code="S1", site_type="store", name="Xihu store", name_zh="西湖店")
BINJIANG = SiteRow(code="S12", site_type="store", name="Binjiang store", name_zh="滨江店")
HANGZHOU = SiteRow(code="W1", site_type="warehouse", name="Hangzhou DC", name_zh="杭州中心仓")
TEA_HOUSE = SupplierRow(code="SUP-01", name="West Lake Tea", name_zh="西湖茶业")
FACTS = {
    "on_hand": 8, "available": 8, "coming": 24, "position": 32, "rate_milli": 4_200, "horizon": 5,
    "mean_milli": 21_000, "quantile_milli": 33_400, "target": 34, "order_below": 34, "pack": 12,
    "minimum_order": 1, "method": "service_level", "bounds": ["pack"],
}  # fmt: skip


def a_proposal(**changes: Any) -> ProposalRow:
    """Return a proposal to send tea from the warehouse to a store."""
    row = ProposalRow(
        number="PP-1", kind="replenishment", state="open",
        sku=SkuRow(code="TEA-250", name="Longjing tea", name_zh="龙井茶"),
        site=XIHU, source="W1", source_row=HANGZHOU,
        quantity=12, quantity_chosen=None, wanted=2, urgency_permille=430, value_minor=153_600,
        order_on=AT.date(), arrives_on=date(2026, 3, 10), reasons=FACTS, is_too_small=False,
        version=1, run_number="PR-1", created_at=AT, changed_at=AT, decided_by="", decided_at=None,
        decision_note="", document_type="", document_number="",
    )  # fmt: skip
    return replace(row, **changes)


def say(row: ProposalRow) -> tuple[str, str]:
    """Return why, in English and in Chinese."""
    said = []
    for language in ("en", "zh-hans"):
        with translation.override(language):
            said.append(say_why(row))
    return said[0], said[1]


def test_a_store_is_filled_up_for_the_days_until_the_next_order_arrives() -> None:
    assert say(a_proposal()) == (
        (
            "4.2 are sold a day. The next 5 days need up to 34, and there are 32 with all that is "
            "on its way."
        ),
        "日均销售 4.2。未来 5 天最多需要 34，连同在途共有 32。",
    )


def test_one_day_is_one_day_and_thousands_are_parted() -> None:
    facts = {**FACTS, "horizon": 1, "target": 12_400, "position": -3, "rate_milli": 1_240_000}

    english, chinese = say(a_proposal(reasons=facts))

    assert english == (
        "1,240 are sold a day. The next day needs up to 12,400, and there are −3 with all that is "
        "on its way."
    )
    assert chinese == "日均销售 1,240。未来 1 天最多需要 12,400，连同在途共有 −3。"


def test_what_is_set_by_hand_is_not_told_as_a_forecast() -> None:
    by_hand = {**FACTS, "method": "min_max", "order_below": 201, "target": 1_000}
    covered = {**FACTS, "method": "days_of_cover", "target": 50}

    assert say(a_proposal(reasons=by_hand)) == (
        (
            "4.2 are sold a day. Set by hand: below 201 is ordered, up to 1,000; there are 32 with "
            "all that is on its way."
        ),
        "日均销售 4.2。人工设定：低于 201 即订，补至 1,000；连同在途共有 32。",
    )
    assert say(a_proposal(reasons=covered)) == (
        (
            "4.2 are sold a day. Its days of cover make 50, and there are 32 with all that is on "
            "its way."
        ),
        "日均销售 4.2。按可销天数需 50，连同在途共有 32。",
    )


def test_pushed_goods_and_a_short_warehouse_say_so() -> None:
    pushed = {**FACTS, "bounds": ["pushed"], "supply": 240, "reserve": 48}
    short = {**FACTS, "bounds": ["pack", "warehouse_short"], "supply": 36}

    assert say(a_proposal(kind="allocation", reasons=pushed)) == (
        (
            "4.2 are sold a day. The goods are pushed to stores: there are 32 with all that is on "
            "its way, and the warehouse has 240, of which it keeps 48 back."
        ),
        "日均销售 4.2。该品主动铺货：连同在途共有 32，仓库有 240，其中留存 48。",
    )
    english, chinese = say(a_proposal(kind="allocation", reasons=short))
    assert english.endswith("The warehouse has 36 for all stores, and they need more.")
    assert chinese.endswith("仓库仅有 36，不足以满足各店。")


def test_a_way_between_stores_names_who_has_too_much_and_who_is_short() -> None:
    row = a_proposal(
        kind="rebalancing", source="S12", source_row=BINJIANG, wanted=14, quantity=9,
        reasons={"donor_surplus": 1_020, "bounds": ["warehouse_short"]},
    )  # fmt: skip

    assert say(row) == (
        (
            "Binjiang store has 1,020 more than it needs; Xihu store is short of 14, and the "
            "warehouse has none."
        ),
        "滨江店富余 1,020；西湖店缺 14，而仓库无货。",
    )


def test_new_goods_name_whose_history_they_borrow() -> None:
    english, chinese = say(a_proposal(reasons={**FACTS, "borrowed": "TEA-100@S1"}))

    assert english.endswith("It is new here; the history is that of TEA-100@S1.")
    assert "TEA-100@S1" in chinese
    assert "new here" not in chinese


def test_limits_and_figures_are_told_in_the_readers_language() -> None:
    with translation.override("zh-hans"):
        limits, figures = (
            list_bounds({"bounds": ["minimum_order", "shelf_life"]}),
            list_figures(FACTS),
        )
    english = list_bounds({"bounds": ["minimum_order", "shelf_life"]})

    assert english == ["raised to the minimum order", "cut to what sells within the shelf life"]
    assert not set(english) & set(limits)
    assert figures[0][1] == "8"
    assert ("33.4" in dict(figures).values(), "4.2" in dict(figures).values()) == (True, True)
    assert [label for label, _ in figures if label.isascii()] == []


@pytest.mark.parametrize(
    ("changes", "english", "chinese"),
    [
        ({"quantity_chosen": None}, "", ""),
        ({"quantity_chosen": 24}, "", ""),
        (
            {"quantity_chosen": 30},
            "No whole packs of 12: 24 or 36 would be.",
            "不是 12 件装的整包：24 或 36 才是。",
        ),
        (
            {"quantity_chosen": 5},
            "No whole packs of 12: 12 would be.",
            "不是 12 件装的整包：12 才是。",
        ),
        (
            {
                "kind": "purchase", "source": "SUP-01", "source_row": TEA_HOUSE,
                "quantity_chosen": 48, "reasons": {**FACTS, "minimum_order": 96},
            },
            "Below the minimum order of 96.",
            "低于最小起订量 96。",
        ),
    ],
)  # fmt: skip
def test_another_quantity_is_held_against_packs_and_the_minimum_order(
    changes: dict[str, Any], english: str, chinese: str
) -> None:
    said = []
    for language in ("en", "zh-hans"):
        with translation.override(language):
            said.append(say_misfit(a_proposal(**changes)))

    assert said == [english, chinese]


def test_the_value_follows_the_quantity_somebody_chose() -> None:
    assert a_proposal().value_final == 153_600
    assert a_proposal(quantity_chosen=30).value_final == 384_000
