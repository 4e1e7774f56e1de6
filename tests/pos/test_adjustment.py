"""Adjustments of a store: posted at once within a limit, else when the hub has agreed."""

from __future__ import annotations

from typing import Any

import pytest

from tests import retailer
from tests.erp import moving
from tests.retailer import CLERK, NOON, hear, make_id, stock
from yipan.documents.told import QuantityNotPlausible
from yipan.exchange.envelopes import seal
from yipan.exchange.replies import Reply
from yipan.ledger import queries as ledger
from yipan.masterdata.refusals import SkuUnknown
from yipan.messages.base import Message
from yipan.messages.erp import AdjustmentDecided, AdjustmentOrdered, OrderedAdjustmentLine
from yipan.messages.pos import AdjustmentPosted, AdjustmentSubmitted
from yipan.pos.documents import adjustment
from yipan.pos.documents.adjustment import (
    AdjustedGoods,
    CostCenterMissing,
    NothingAdjusted,
    TypeUnknown,
    Wanted,
)
from yipan.pos.models import StoreAdjustment

pytestmark = pytest.mark.django_db

FLOOR = "on_hand/shop_floor/available"


@pytest.fixture(autouse=True)
def _retailer() -> None:
    retailer.open_retailer()


def post(adjustment_type: str, *goods: AdjustedGoods, **changes: Any) -> StoreAdjustment:
    wanted = Wanted(site="S12", adjustment_type=adjustment_type, goods=goods, **changes)
    name = f"adjustment {StoreAdjustment.objects.count()}"
    return adjustment.post(wanted=wanted, by=CLERK, at=NOON, message_id=make_id(name))


def tea(quantity: int, **changes: Any) -> AdjustedGoods:
    return AdjustedGoods(sku="TEA-250", quantity=quantity, **changes)


def say(message: Message, sequence: int = 1) -> Reply:
    [reply] = hear("pos", seal(message, source="erp:hub/orders:S12", sequence=sequence))
    return reply


def decided(number: str, decision: str) -> AdjustmentDecided:
    return AdjustmentDecided(
        message_id=make_id(f"{number} {decision}"),
        occurred_at=NOON,
        adjustment_number=number,
        site="S12",
        version=1,
        decision=decision,
        decided_by="zhao.controller",
        note="Seen.",
    )


@pytest.mark.parametrize(
    ("adjustment_type", "goods", "changes", "account", "left"),
    [
        ("scrap", tea(2), {}, "scrap", -2),
        ("sample_issue", tea(2), {"cost_center": "MKT"}, "sample", -2),
        ("internal_use", tea(2), {"cost_center": "S12"}, "internal_use", -2),
        ("display_issue", tea(2), {}, "on_hand/display/blocked", -2),
        ("status_change", tea(2, to_status="damaged"), {}, "on_hand/shop_floor/damaged", -2),
        ("count_loss", tea(2), {}, "stocktake_difference", -2),
    ],
)
def test_goods_go_where_the_type_says_and_the_hub_is_told(
    adjustment_type: str, goods: AdjustedGoods, changes: dict[str, str], account: str, left: int
) -> None:
    posted = post(adjustment_type, goods, **changes)

    assert posted.state == "posted"
    assert (stock("pos:S12", FLOOR), stock("pos:S12", account)) == (left, 2)
    [told] = moving.list_told("pos:S12/stock")
    assert (told.kind, told.data["adjustment_type"]) == (AdjustmentPosted.kind, adjustment_type)
    header = ledger.get_posting(
        book="pos:S12", origin=f"store_adjustment/{posted.number}/post"
    ).header
    assert (header.source, header.sequence, header.actor) == ("pos:S12/stock", 1, "chen.clerk")


def test_goods_come_off_the_display_the_way_they_went_on() -> None:
    post("display_issue", tea(2))

    post("status_change", tea(1, place="display", from_status="blocked", to_status="available"))

    assert stock("pos:S12", "on_hand/display/blocked") == 1
    assert stock("pos:S12", "on_hand/display/available") == 0
    assert stock("pos:S12", FLOOR) == -1


def test_a_loss_above_the_limit_waits_for_the_hub() -> None:
    asked = post("scrap", tea(3))  # 3 x 68.00 is more than 200.00

    assert (asked.state, asked.value_minor) == ("submitted", 20_400)
    assert ledger.list_balances(book="pos:S12") == []
    [told] = moving.list_told("pos:S12/orders")
    assert told.kind == AdjustmentSubmitted.kind
    assert moving.list_told("pos:S12/stock") == []

    assert say(decided(asked.number, "approve")).state == "applied"

    asked.refresh_from_db()
    assert (asked.state, asked.decided_by) == ("posted", "zhao.controller")
    assert (stock("pos:S12", FLOOR), stock("pos:S12", "scrap")) == (-3, 3)
    [posted] = moving.list_told("pos:S12/stock")
    assert posted.data["approved_by"] == "zhao.controller"
    # Decided once is decided.
    assert say(decided(asked.number, "reject"), 2).code == "document.wrong_state"


def test_a_manager_may_post_more_alone_and_what_the_hub_rejects_moves_nothing() -> None:
    assert post("scrap", tea(3), roles=("store_manager",)).state == "posted"
    asked = post("scrap", tea(30), roles=("store_manager",))

    say(decided(asked.number, "reject"))

    asked.refresh_from_db()
    assert (asked.state, asked.decision_note) == ("rejected", "Seen.")
    assert stock("pos:S12", "scrap") == 3


def test_what_the_hub_orders_is_posted_under_its_number() -> None:
    ordered = AdjustmentOrdered(
        message_id=make_id("ordered"),
        occurred_at=NOON,
        adjustment_number="HA-2026-000001",
        site="S12",
        adjustment_type="status_change",
        lines=(
            OrderedAdjustmentLine(
                line=1, sku="TEA-250", quantity=50, from_status="available", to_status="blocked"
            ),
        ),
        reason="Recall 17.",
        ordered_by="zhao.controller",
    )

    assert say(ordered).state == "applied"

    assert stock("pos:S12", "on_hand/shop_floor/blocked") == 50
    posted = StoreAdjustment.objects.get(number="HA-2026-000001")
    assert (posted.ordered_by, posted.reason) == ("zhao.controller", "Recall 17.")
    [told] = moving.list_told("pos:S12/stock")
    assert told.data["adjustment_number"] == "HA-2026-000001"


def test_what_cannot_be_is_refused_and_nothing_moves() -> None:
    with pytest.raises(NothingAdjusted):
        post("scrap")
    with pytest.raises(TypeUnknown):
        post("gift", tea(1))
    with pytest.raises(TypeUnknown):
        post("status_change", tea(1, to_status="available"))
    with pytest.raises(TypeUnknown):
        post("scrap", tea(1, place="cellar"))
    with pytest.raises(CostCenterMissing):
        post("internal_use", tea(1))
    with pytest.raises(QuantityNotPlausible):
        post("scrap", tea(0))
    with pytest.raises(SkuUnknown):
        post("scrap", AdjustedGoods(sku="NEW-1", quantity=1))

    assert StoreAdjustment.objects.count() == 0
    assert ledger.list_balances(book="pos:S12") == []


def test_the_same_tap_twice_is_one_adjustment() -> None:
    wanted = Wanted(site="S12", adjustment_type="scrap", goods=[tea(1)])

    first, second = (
        adjustment.post(wanted=wanted, by=CLERK, at=NOON, message_id=make_id("one tap"))
        for _ in range(2)
    )

    assert first.number == second.number
    assert stock("pos:S12", "scrap") == 1
