"""Stock that changes without anybody bringing or fetching it: posted at once, or asked about."""

from __future__ import annotations

from typing import Any

import pytest

from tests import retailer
from tests.retailer import NOON, RECEIVER, make_id, stock
from tests.wms import sending
from yipan.documents.states import WrongState
from yipan.exchange.models import OutboxMessage
from yipan.ledger import queries as ledger
from yipan.masterdata.refusals import BinUnknown
from yipan.messages import erp
from yipan.wms.documents.stock import adjustment, adjustment_places
from yipan.wms.documents.stock.adjustment import (
    Added,
    CostCenterMissing,
    Kind,
    NothingAdjusted,
    StatusMissing,
    TypeMissing,
)
from yipan.wms.models import Adjustment

pytestmark = pytest.mark.django_db

A1 = "on_hand/A-01-01"


@pytest.fixture(autouse=True)
def _retailer() -> None:
    retailer.open_retailer()
    sending.stock_bins(("A-01-01", "TEA-250", 40), ("A-01-02", "TEA-250", 10))


def begin(quantity: int, kind: Kind | None = None, *, from_status: str = "available") -> str:
    number = adjustment.open_draft(site="W1", by=RECEIVER, at=NOON).number
    added = Added(
        sku="TEA-250",
        bin_code="A-01-01",
        quantity=quantity,
        from_status=from_status,
        capture_mode="scan",
    )
    adjustment.add(number=number, added=added, by=RECEIVER, at=NOON)
    if kind is not None:
        adjustment.choose(number=number, kind=kind)
    return number


def post(number: str) -> Adjustment:
    told = OutboxMessage.objects.count()
    message_id = make_id(f"{number} {told}")
    return adjustment.post(number=number, by=RECEIVER, at=NOON, message_id=message_id)


def get_told(kind: str) -> dict[str, Any]:
    told = OutboxMessage.objects.filter(kind=kind).order_by("recorded_at", "sequence").last()
    assert told is not None
    return dict(told.data)


def decide(number: str, decision: str, *, version: int = 1) -> Adjustment:
    sending.tell(
        erp.AdjustmentDecided(
            message_id=make_id(f"{number} {decision} {version}"),
            occurred_at=NOON,
            adjustment_number=number,
            site="W1",
            version=version,
            decision=decision,
            decided_by="zhao.controller",
        )
    )
    retailer.deliver()
    return Adjustment.objects.get(number=number)


@pytest.mark.parametrize(
    ("adjustment_type", "account"),
    [
        ("scrap", "scrap"),
        ("sample_issue", "sample"),
        ("internal_use", "internal_use"),
        ("count_loss", "stocktake_difference"),
    ],
)
def test_within_the_limits_it_is_posted_at_once_and_told(
    adjustment_type: str, account: str
) -> None:
    number = begin(2, Kind(adjustment_type=adjustment_type, reason="Torn.", cost_center="CC-1"))

    posted = post(number)

    assert (posted.number, posted.state) == ("AD-W1-2026-000001", "posted")
    assert stock("wms:W1", f"{A1}/available") == 38
    assert stock("wms:W1", account) == 2
    told = get_told("wms.adjustment_posted.v1")
    assert (told["adjustment_type"], told["reason"], told["cost_center"]) == (
        adjustment_type,
        "Torn.",
        "CC-1",
    )
    [line] = told["lines"]
    assert (line["sku"], line["quantity"], line["place"]) == ("TEA-250", 2, "A-01-01")
    posting = ledger.get_posting(book="wms:W1", origin=f"adjustment/{number}/post")
    assert (posting.header.source, posting.header.sequence) == (posted.source, posted.sequence)


def test_a_gain_comes_from_the_stocktake() -> None:
    post(begin(2, Kind(adjustment_type="count_gain")))

    assert stock("wms:W1", f"{A1}/available") == 42
    assert stock("wms:W1", "stocktake_difference") == -2


def test_goods_are_taken_out_of_sale_at_once_and_put_back_after_a_second_look() -> None:
    post(begin(5, Kind(adjustment_type="status_change", to_status="blocked")))
    assert (stock("wms:W1", f"{A1}/available"), stock("wms:W1", f"{A1}/blocked")) == (35, 5)

    kind = Kind(adjustment_type="status_change", to_status="available")
    back = post(begin(5, kind, from_status="blocked"))

    assert back.state == "submitted"
    assert stock("wms:W1", f"{A1}/blocked") == 5
    assert get_told("wms.adjustment_submitted.v1")["adjustment_number"] == back.number


def test_beyond_the_limit_the_hub_decides_and_nothing_moves_before() -> None:
    # 8 packs at 68.00 are more than 500.00.
    number = begin(8, Kind(adjustment_type="scrap"))
    assert post(number).state == "submitted"
    assert stock("wms:W1", f"{A1}/available") == 40
    with pytest.raises(WrongState):
        post(number)

    decided = decide(number, "approve")

    assert (decided.state, decided.decided_by) == ("posted", "zhao.controller")
    assert stock("wms:W1", "scrap") == 8
    assert get_told("wms.adjustment_posted.v1")["approved_by"] == "zhao.controller"


def test_a_rejected_one_never_posts() -> None:
    number = begin(8, Kind(adjustment_type="scrap"))
    post(number)

    assert decide(number, "reject").state == "rejected"
    assert decide(number, "approve").state == "rejected"
    assert stock("wms:W1", "scrap") == 0


def test_one_to_count_again_comes_back_as_a_new_version() -> None:
    number = begin(8, Kind(adjustment_type="scrap"))
    post(number)
    assert decide(number, "recount").state == "recount"

    adjustment.set_quantity(number=number, line=1, quantity=9, at=NOON)
    again = post(number)

    assert (again.state, again.version) == ("submitted", 2)
    # A late answer to the first version decides nothing.
    assert decide(number, "approve", version=1).state == "submitted"
    assert decide(number, "approve", version=2).state == "posted"
    assert stock("wms:W1", "scrap") == 9


def test_scans_of_the_same_goods_add_up_on_one_line() -> None:
    number = begin(1, Kind(adjustment_type="scrap"))
    added = Added(sku="TEA-250", bin_code="A-01-01", quantity=1, capture_mode="scan")

    line = adjustment.add(number=number, added=added, by=RECEIVER, at=NOON)

    assert (line.line, line.quantity, line.capture_mode) == (1, 2, "scan")


def test_what_is_incomplete_is_refused_and_nothing_is_posted() -> None:
    with pytest.raises(TypeMissing):
        post(begin(1))
    with pytest.raises(NothingAdjusted):
        post(begin(0, Kind(adjustment_type="scrap")))
    with pytest.raises(StatusMissing):
        begin(1, Kind(adjustment_type="status_change"))
    kind = Kind(adjustment_type="status_change", to_status="blocked")
    with pytest.raises(StatusMissing):
        post(begin(1, kind, from_status="blocked"))
    with pytest.raises(CostCenterMissing):
        post(begin(1, Kind(adjustment_type="internal_use")))
    number = begin(1)
    added = Added(sku="TEA-250", bin_code="Z-9", quantity=1)
    with pytest.raises(BinUnknown):
        adjustment.add(number=number, added=added, by=RECEIVER, at=NOON)

    assert stock("wms:W1", f"{A1}/available") == 40


def test_a_posted_one_is_undone_by_a_reversal_that_is_told() -> None:
    number = begin(2, Kind(adjustment_type="scrap"))
    post(number)

    back = adjustment.reverse(number=number, by=RECEIVER, at=NOON, message_id=make_id("back"))

    assert back.state == "reversed"
    assert stock("wms:W1", f"{A1}/available") == 40
    assert get_told("wms.adjustment_posted.v1")["reverses"] == number


def test_the_hub_orders_an_adjustment_and_the_site_finds_the_bins() -> None:
    sending.tell(
        erp.AdjustmentOrdered(
            message_id=make_id("ordered"),
            occurred_at=NOON,
            adjustment_number="AD-2026-000009",
            site="W1",
            adjustment_type="scrap",
            lines=(erp.OrderedAdjustmentLine(line=1, sku="TEA-250", quantity=53),),
            reason="Recall.",
            ordered_by="zhao.controller",
        )
    )
    retailer.deliver()

    posted = Adjustment.objects.get()
    assert (posted.number, posted.state, posted.created_by) == (
        "AD-2026-000009",
        "posted",
        "zhao.controller",
    )
    assert [(line.bin_code, line.quantity) for line in posted.lines.order_by("line")] == [
        ("A-01-01", 40),
        ("A-01-02", 10),
        ("RECV-01", 3),
    ]
    assert stock("wms:W1", "on_hand/RECV-01/available") == -3
    assert stock("wms:W1", "scrap") == 53


def test_goods_that_lie_in_another_bin_than_proposed_leave_that_one() -> None:
    number = begin(2, Kind(adjustment_type="scrap"))
    with pytest.raises(BinUnknown):
        adjustment_places.set_bin(number=number, line=1, bin_code="Z-9", at=NOON)

    adjustment_places.set_bin(number=number, line=1, bin_code="A-01-02", at=NOON)
    post(number)

    assert stock("wms:W1", f"{A1}/available") == 40
    assert stock("wms:W1", "on_hand/A-01-02/available") == 8
