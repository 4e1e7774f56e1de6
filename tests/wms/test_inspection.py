"""Goods that wait for a verdict: a sample, an unnamed lot, a doubt; and what the hub hears."""

from __future__ import annotations

from datetime import date

import pytest

from tests import retailer
from tests.retailer import NOON, RECEIVER, make_id, stock
from tests.wms import goods, sending
from yipan.documents.states import WrongState
from yipan.foundation.status import StockStatus
from yipan.proof.sites import compare_sites
from yipan.wms.documents import site_rules
from yipan.wms.documents.inbound import inspection
from yipan.wms.documents.inbound.inspection import (
    Goods,
    LotMissing,
    PartsWrong,
    StillExpired,
    Verdict,
)
from yipan.wms.documents.site_rules import Asked, RuleWrong
from yipan.wms.documents.stock import bin_move
from yipan.wms.models import Inspection, Pick, ReceiptLine
from yipan.wms.rules import Counted, Shifted, is_sampled

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _dairy() -> None:
    goods.open_dairy()


def ask(**asked: object) -> None:
    site_rules.set_goods_rule(site="W1", asked=Asked(**asked), by=RECEIVER, at=NOON)  # type: ignore[arg-type]


def soap(quantity: int) -> Counted:
    return Counted(sku="SOAP-1", quantity_sound=quantity, quantity_damaged=0)


def decide(number: str, passed: int, rejected: int, **more: object) -> Inspection:
    verdict = Verdict(quantity_passed=passed, quantity_rejected=rejected, **more)  # type: ignore[arg-type]
    done = inspection.decide(
        number=number, verdict=verdict, by=RECEIVER, at=NOON, message_id=make_id(f"{number} told")
    )
    retailer.deliver()
    return done


def test_a_sampling_rate_is_spread_evenly_over_lines() -> None:
    chosen = [is_sampled(lines_before=it, percent=25) for it in range(8)]

    assert chosen == [True, False, False, False, True, False, False, False]
    assert not any(is_sampled(lines_before=it, percent=0) for it in range(100))
    assert all(is_sampled(lines_before=it, percent=100) for it in range(100))


def test_every_second_line_of_a_supplier_waits_and_the_exact_rule_wins() -> None:
    ask(supplier="SUP-01", sampling_percent=50)
    ask(sku="MUG-1", sampling_percent=0)

    for _ in range(4):
        goods.receive(soap(6))
    goods.receive(Counted(sku="MUG-1", quantity_sound=3, quantity_damaged=0))

    notes = ReceiptLine.objects.order_by("id").values_list("note", flat=True)
    assert list(notes) == ["inspection", "", "inspection", "", ""]
    assert stock("wms:W1", "on_hand/RECV-01/quarantine", "SOAP-1") == 12
    assert stock("erp", "on_hand/W1/quarantine", "SOAP-1") == 12
    assert stock("erp", "on_hand/W1/available", "MUG-1") == 3


def test_goods_in_quarantine_are_promised_to_nobody_until_they_pass() -> None:
    ask(sampling_percent=100)
    goods.receive(soap(6))
    sending.want("OUT-1", ("SOAP-1", 2))
    assert Pick.objects.count() == 0
    waiting = Inspection.objects.get()

    done = decide(waiting.number, 5, 1, note="One is dented.")

    assert (done.state, done.quantity_passed, done.quantity_rejected) == ("passed", 5, 1)
    assert stock("wms:W1", "on_hand/RECV-01/available", "SOAP-1") == 5
    assert stock("wms:W1", "on_hand/RECV-01/blocked", "SOAP-1") == 1
    assert stock("erp", "on_hand/W1/available", "SOAP-1") == 5
    assert stock("erp", "on_hand/W1/blocked", "SOAP-1") == 1
    assert compare_sites().ok
    with pytest.raises(WrongState):
        decide(waiting.number, 6, 0)


def test_a_verdict_finds_the_goods_where_they_lie_by_now() -> None:
    ask(sampling_percent=100)
    goods.receive(soap(6))
    shift = Shifted(
        sku="SOAP-1", from_bin="RECV-01", to_bin="Q-01", quantity=4, status=StockStatus.QUARANTINE
    )
    bin_move.post(site="W1", shifts=[shift], by=RECEIVER, at=NOON)
    waiting = Inspection.objects.get()
    inspection.hold(number=waiting.number, by=RECEIVER, at=NOON)

    decide(waiting.number, 0, 6, is_damaged=True)

    assert stock("wms:W1", "on_hand/Q-01/damaged", "SOAP-1") == 4
    assert stock("wms:W1", "on_hand/RECV-01/damaged", "SOAP-1") == 2
    assert stock("erp", "on_hand/W1/damaged", "SOAP-1") == 6
    waiting.refresh_from_db()
    assert waiting.state == "rejected"


def test_milk_passes_only_with_its_lot_and_a_day_that_is_not_over() -> None:
    goods.receive(Counted(sku="MILK-1", quantity_sound=6, quantity_damaged=0))
    waiting = Inspection.objects.get()

    with pytest.raises(LotMissing):
        decide(waiting.number, 6, 0)
    with pytest.raises(StillExpired):
        decide(waiting.number, 6, 0, lot="L1", expires_on=date(2026, 3, 1))
    with pytest.raises(PartsWrong):
        decide(waiting.number, 6, 1)
    assert stock("wms:W1", "on_hand/RECV-01/quarantine", "MILK-1") == 6

    decide(waiting.number, 6, 0, lot="L2", expires_on=date(2027, 3, 1))

    assert stock("wms:W1", "on_hand/RECV-01/L2/available", "MILK-1") == 6
    assert stock("wms:W1", "on_hand/RECV-01/quarantine", "MILK-1") == 0
    assert stock("erp", "on_hand/W1/available", "MILK-1") == 6


def test_goods_with_too_few_days_left_are_blocked_by_the_rule_of_their_sku() -> None:
    ask(sku="MILK-1", minimum_life_days=60)

    goods.receive(
        Counted(
            sku="MILK-1",
            quantity_sound=6,
            quantity_damaged=0,
            lot="L1",
            expires_on=date(2026, 4, 30),
        ),
        Counted(
            sku="MILK-1",
            quantity_sound=7,
            quantity_damaged=0,
            lot="L2",
            expires_on=date(2026, 5, 1),
        ),
    )

    notes = ReceiptLine.objects.order_by("id").values_list("lot", "note", "quantity_blocked")
    assert list(notes) == [("L1", "life_too_short", 6), ("L2", "", 0)]
    assert stock("erp", "on_hand/W1/blocked", "MILK-1") == 6


def test_somebody_may_stop_sound_goods_and_the_hub_hears_of_it() -> None:
    sending.stock_bins(("A-01-01", "SOAP-1", 10))

    stopped = inspection.stop(
        site="W1",
        goods=Goods(sku="SOAP-1", lot="", bin_code="A-01-01", quantity=4),
        by=RECEIVER,
        at=NOON,
        message_id=make_id("stopped"),
    )
    retailer.deliver()

    assert (stopped.reason, stopped.state) == ("quality_hold", "open")
    assert stock("wms:W1", "on_hand/A-01-01/quarantine", "SOAP-1") == 4
    assert stock("erp", "on_hand/W1/quarantine", "SOAP-1") == 4
    decide(stopped.number, 4, 0)
    assert stock("erp", "on_hand/W1/available", "SOAP-1") == 10
    assert compare_sites().ok


def test_a_rule_out_of_bounds_is_refused() -> None:
    with pytest.raises(RuleWrong):
        ask(sampling_percent=101)
    with pytest.raises(RuleWrong):
        ask(minimum_life_days=-1)
