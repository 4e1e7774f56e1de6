"""Adjustments (库存调整单): asked for, decided, posted; and ordered by the hub."""

from __future__ import annotations

import pytest

from tests import retailer
from tests.erp import moving
from tests.erp.adjusting import post, submit
from tests.retailer import BUYER, CHECKER, NOON, deliver, make_id, stock
from yipan.documents.states import OwnApproval, WrongState
from yipan.documents.told import QuantityNotPlausible
from yipan.erp.documents.stock import adjustment
from yipan.erp.documents.stock.adjustment import (
    AboveLimit,
    LinesMissing,
    ReasonMissing,
    StatusMissing,
    TypeUnknown,
    Wanted,
)
from yipan.erp.models import Adjustment
from yipan.erp.rules.adjustment import AdjustedLine
from yipan.exchange.models import InboxMessage
from yipan.foundation.limits import Limit
from yipan.foundation.status import StockStatus
from yipan.ledger.moves import Trace
from yipan.masterdata.limits import apply_limit

pytestmark = pytest.mark.django_db

ROLES = ("inventory_controller",)


@pytest.fixture(autouse=True)
def _retailer() -> None:
    retailer.open_retailer()


def decide(number: str, step: str, *, reason: str = "", by: str = "zhao.controller") -> Adjustment:
    return adjustment.decide(
        number=number,
        step=step,
        roles=ROLES,
        by=Trace(actor=by, reason=reason),
        at=NOON,
        message_id=make_id(f"{number} {step}"),
    )


def order(kind: str = "scrap", *, to_status: StockStatus | None = None) -> Adjustment:
    wanted = Wanted(
        site="W1",
        adjustment_type=kind,
        lines=(AdjustedLine(sku="TEA-250", quantity=4, to_status=to_status),),
        reason="Recall of lot 7.",
    )
    return adjustment.create(wanted=wanted, by=BUYER, at=NOON)


def test_what_a_site_asks_for_waits_and_moves_nothing() -> None:
    submit("W1-AD-1", ("TEA-250", 30))
    deliver()

    asked = Adjustment.objects.get()
    assert (asked.number, asked.state, asked.quantity) == ("W1-AD-1", "submitted", 30)
    assert asked.value_minor == 30 * 3_000
    assert asked.lines.get().quantity_book == 40
    assert stock("erp", "on_hand/W1/available") == 0


@pytest.mark.parametrize(
    ("step", "state"), [("approve", "approved"), ("reject", "rejected"), ("recount", "recount")]
)
def test_a_decision_is_told_to_the_site_with_its_version(step: str, state: str) -> None:
    submit("W1-AD-1", ("TEA-250", 30))
    deliver()

    decide("W1-AD-1", step, reason="Seen on camera.")

    asked = Adjustment.objects.get()
    assert (asked.state, asked.decided_by) == (state, "zhao.controller")
    (told,) = moving.list_told("erp:hub/orders:W1")
    assert told.kind == "erp.adjustment_decided.v1"
    assert told.data["adjustment_number"] == "W1-AD-1"
    assert told.data["decision"] == step
    assert told.data["version"] == 1
    assert told.data["note"] == "Seen on camera."
    assert stock("erp", "on_hand/W1/available") == 0


def test_nobody_approves_what_they_submitted() -> None:
    submit("W1-AD-1", ("TEA-250", 30), by="zhao.controller")
    deliver()

    with pytest.raises(OwnApproval):
        decide("W1-AD-1", "approve")

    assert moving.list_told("erp:hub/orders:W1") == []


@pytest.mark.parametrize("step", ["reject", "recount"])
def test_no_is_never_said_without_a_reason(step: str) -> None:
    submit("W1-AD-1", ("TEA-250", 30))
    deliver()

    with pytest.raises(ReasonMissing):
        decide("W1-AD-1", step)


def test_who_may_approve_less_is_refused() -> None:
    apply_limit(
        Limit(
            role="inventory_controller",
            site_type="warehouse",
            value_max_minor=89_999,
            number="LM-1",
            version=1,
        )
    )
    submit("W1-AD-1", ("TEA-250", 30))
    submit("W1-AD-2", ("TEA-250", 29))
    deliver()

    with pytest.raises(AboveLimit) as refused:
        decide("W1-AD-1", "approve")
    assert refused.value.facts["limits"] == [
        {
            "number": "LM-1",
            "role": "inventory_controller",
            "measure": "value",
            "maximum": 89_999,
            "actual": 90_000,
        }
    ]
    assert decide("W1-AD-2", "approve").state == "approved"
    assert decide("W1-AD-1", "reject", reason="Too much.").state == "rejected"


@pytest.mark.parametrize(
    ("kind", "site", "account", "on_hand"),
    [
        ("count_loss", "W1", "stocktake_difference", -5),
        ("count_gain", "W1", "stocktake_difference", 5),
        ("scrap", "S12", "scrap", -5),
        ("sample_issue", "S12", "sample", -5),
        ("internal_use", "S12", "internal_use", -5),
    ],
)
def test_what_a_site_posted_is_followed(kind: str, site: str, account: str, on_hand: int) -> None:
    post("AD-1", ("TEA-250", 5), site=site, kind=kind)
    deliver()

    done = Adjustment.objects.get()
    assert (done.number, done.state, done.warnings) == (f"{site}-AD-1", "posted", [])
    assert stock("erp", f"on_hand/{site}/available") == on_hand
    assert stock("erp", account) == -on_hand


def test_a_change_of_status_stays_at_the_site() -> None:
    post("W1-AD-1", ("TEA-250", 5), kind="status_change", to_status="damaged")
    deliver()

    assert stock("erp", "on_hand/W1/available") == -5
    assert stock("erp", "on_hand/W1/damaged") == 5


def test_a_reversal_moves_the_goods_back() -> None:
    post("W1-AD-1", ("TEA-250", 5))
    post("W1-AD-2", ("TEA-250", 5), reverses="W1-AD-1")
    deliver()

    assert stock("erp", "on_hand/W1/available") == 0
    assert stock("erp", "stocktake_difference") == 0


def test_what_was_approved_and_posted_carries_no_warning() -> None:
    submit("W1-AD-1", ("TEA-250", 30))
    deliver()
    decide("W1-AD-1", "approve")
    post("W1-AD-1", ("TEA-250", 30))
    deliver()

    done = Adjustment.objects.get()
    assert (done.state, done.decided_by, done.warnings) == ("posted", "zhao.controller", [])
    assert done.created_by == "wang.worker"


@pytest.mark.parametrize(
    ("is_approved", "quantity", "code"),
    [
        (False, 30, "adjustment.not_approved"),
        (True, 29, "adjustment.differs_from_approved"),
    ],
)
def test_what_was_not_approved_so_is_booked_with_a_warning(
    *, is_approved: bool, quantity: int, code: str
) -> None:
    submit("W1-AD-1", ("TEA-250", 30))
    deliver()
    if is_approved:
        decide("W1-AD-1", "approve")
    post("W1-AD-1", ("TEA-250", quantity))
    deliver()

    assert [it["code"] for it in Adjustment.objects.get().warnings] == [code]
    assert stock("erp", "on_hand/W1/available") == -quantity


def test_a_second_version_takes_the_place_of_the_first_but_never_the_other_way() -> None:
    submit("W1-AD-1", ("TEA-250", 30))
    submit("W1-AD-1", ("TEA-250", 12), version=2)
    first, second = retailer.list_envelopes("wms:W1/stock")

    retailer.hear("erp", second)
    retailer.hear("erp", first)

    asked = Adjustment.objects.get()
    assert (asked.version, asked.quantity, asked.lines.get().quantity) == (2, 12, 12)


def test_a_submission_heard_after_its_posting_changes_nothing() -> None:
    submit("W1-AD-1", ("TEA-250", 30))
    post("W1-AD-1", ("TEA-250", 30))
    first, second = retailer.list_envelopes("wms:W1/stock")

    retailer.hear("erp", second)
    retailer.hear("erp", first)

    assert Adjustment.objects.get().state == "posted"
    assert stock("erp", "on_hand/W1/available") == -30


def test_a_number_posted_again_with_other_goods_waits_for_a_person() -> None:
    post("W1-AD-1", ("TEA-250", 30))
    post("W1-AD-1", ("TEA-250", 31), twin="other")
    deliver()

    assert InboxMessage.objects.get(state="parked").code == "document.number_reused"
    assert stock("erp", "on_hand/W1/available") == -30


def test_what_the_hub_raised_is_ordered_when_a_second_person_approves() -> None:
    raised = order()
    with pytest.raises(OwnApproval):
        decide(raised.number, "approve", by=BUYER.actor)

    decide(raised.number, "approve")

    (told,) = moving.list_told("erp:hub/orders:W1")
    assert told.kind == "erp.adjustment_ordered.v1"
    assert told.data["adjustment_number"] == raised.number
    assert told.data["lines"] == [
        {"line": 1, "sku": "TEA-250", "quantity": 4, "from_status": "available", "to_status": ""}
    ]
    post(raised.number, ("TEA-250", 3), ("TEA-250", 1), kind="scrap")
    deliver()
    done = Adjustment.objects.get()
    assert (done.number, done.state, done.warnings) == (raised.number, "posted", [])
    assert stock("erp", "scrap") == 4


def test_a_draft_of_the_hub_can_be_canceled_and_then_no_more_approved() -> None:
    raised = order()
    adjustment.cancel(number=raised.number, by=BUYER, at=NOON)

    with pytest.raises(WrongState):
        decide(raised.number, "approve", by=CHECKER.actor)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"lines": ()}, LinesMissing),
        ({"reason": " "}, ReasonMissing),
        ({"adjustment_type": "theft"}, TypeUnknown),
        ({"adjustment_type": "status_change"}, StatusMissing),
        ({"lines": (AdjustedLine(sku="TEA-250", quantity=0),)}, QuantityNotPlausible),
    ],
)
def test_what_cannot_be_ordered_is_refused(
    changes: dict[str, object], refusal: type[Exception]
) -> None:
    values: dict[str, object] = {
        "site": "W1",
        "adjustment_type": "scrap",
        "lines": (AdjustedLine(sku="TEA-250", quantity=4),),
        "reason": "Broken.",
    }
    wanted = Wanted(**(values | changes))  # type: ignore[arg-type]

    with pytest.raises(refusal):
        adjustment.create(wanted=wanted, by=BUYER, at=NOON)

    assert not Adjustment.objects.exists()
