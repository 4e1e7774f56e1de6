"""
Goal: what a reversed document had put right is a difference again, once.

Method: a warehouse counts, posts and reverses through its own documents; the hub hears of it.
"""

from __future__ import annotations

from datetime import datetime

import pytest

from tests import retailer
from tests.retailer import deliver, make_id, stock
from tests.stocktake.counting import BEN, WMS, get_open, minutes, plan, post, see
from tests.wms import sending
from yipan.ledger.moves import Trace
from yipan.proof.counts import prove_counts
from yipan.proof.sites import compare_sites
from yipan.recon.documents import proposing
from yipan.recon.documents.proposing import Heard, Said
from yipan.recon.models import Case, CaseState, Observation
from yipan.stocktake.models import Stocktake
from yipan.wms.documents.stock import adjustment
from yipan.wms.models import Adjustment

pytestmark = pytest.mark.django_db

BIN = "A-01-02"
SOAPS = f"on_hand/{BIN}/available"
LEAD = Trace(actor="li.lead", device="office-1", reason="miskey: the wrong bin")
CONTROLLER = Trace(actor="zhao.controller", device="office-2")


@pytest.fixture(autouse=True)
def _warehouse() -> None:
    """Twelve soaps in a bin."""
    retailer.open_retailer()
    sending.stock_bins((BIN, "SOAP-1", 12))
    deliver()


def count(quantity: int, *, at: float) -> Stocktake:
    running = plan((BIN, ("SOAP-1",)), site="W1", system=WMS, kind="spot")
    see(get_open(running, place=BIN), ("SOAP-1", quantity), at=minutes(at))
    if running.sheets.filter(state="open").exists():
        see(get_open(running, place=BIN), ("SOAP-1", quantity), by=BEN, at=minutes(at))
    running.refresh_from_db()
    deliver()
    return running


def settle(running: Stocktake, *, at: float) -> Adjustment:
    post(running, at=minutes(at), roles=("warehouse_lead",))
    deliver()
    return Adjustment.objects.order_by("-id")[0]


def reverse(document: Adjustment, *, at: float) -> None:
    adjustment.reverse(
        number=document.number, by=LEAD, at=minutes(at), message_id=make_id(f"undo {document}")
    )
    deliver()


def propose(case: Case, *, at: float) -> None:
    proposing.propose(
        number=case.number,
        by=CONTROLLER,
        at=minutes(at),
        message_id=make_id(f"propose {case.number} {at}"),
    )
    deliver()


def list_cases() -> list[tuple[str, int, int]]:
    """Return state, quantity and what is put right of each case, the oldest first."""
    return [
        (
            "closed" if case.state == CaseState.CLOSED else "open",
            case.quantity,
            sum(case.corrections.values_list("quantity", flat=True)),
        )
        for case in Case.objects.order_by("id")
    ]


def test_a_case_is_open_again_when_what_put_it_right_is_reversed() -> None:
    document = settle(count(10, at=10), at=20)
    assert (list_cases(), stock("wms:W1", SOAPS, "SOAP-1")) == ([("closed", -2, -2)], 10)

    reverse(document, at=30)

    case = Case.objects.get()
    assert (list_cases(), stock("wms:W1", SOAPS, "SOAP-1")) == ([("open", -2, 0)], 12)
    assert (case.closed_at, case.closed_by, case.closing_reason) == (None, "", "")
    # It is put right once more, once, and by another document.
    propose(case, at=40)
    assert (list_cases(), stock("wms:W1", SOAPS, "SOAP-1")) == ([("closed", -2, -2)], 10)
    assert stock("erp", "on_hand/W1/available", "SOAP-1") == 10
    assert compare_sites().ok
    assert prove_counts().ok


def test_a_count_after_the_reversal_is_the_same_difference() -> None:
    document = settle(count(11, at=10), at=20)
    reverse(document, at=30)

    settle(count(10, at=40), at=50)

    assert (list_cases(), stock("wms:W1", SOAPS, "SOAP-1")) == ([("closed", -2, -2)], 10)


def test_while_a_later_count_is_open_the_case_waits_for_its_end() -> None:
    document = settle(count(10, at=10), at=20)
    later = count(9, at=30)
    reverse(document, at=40)

    # The later look was held against a book that was right by two: it knows of one alone.
    assert list_cases() == [("closed", -2, 0), ("open", -1, 0)]
    assert Case.objects.order_by("id")[0].undone_at == minutes(40)
    settle(later, at=50)

    assert list_cases() == [("open", -2, 0), ("closed", -1, -1)]
    propose(Case.objects.order_by("id")[0], at=60)
    assert (list_cases(), stock("wms:W1", SOAPS, "SOAP-1")) == (
        [("closed", -2, -2), ("closed", -1, -1)],
        9,
    )


def test_what_was_seen_after_the_reversal_stands_alone() -> None:
    document = settle(count(10, at=10), at=20)
    first = Case.objects.get()
    # The hub hears of the reversal at 12:25 after a count of 12:30 that knew of it.
    seen_at = minutes(30)
    see_at_hub(seen_at)

    hear_reversal(document, counted_at=first.compared_at, said_at=minutes(25))

    assert list_cases() == [("closed", -2, 0)]
    assert Case.objects.get().undone_at is None


def see_at_hub(at: datetime) -> None:
    last = Observation.objects.order_by("-id")[0]
    last.pk, last.count_number, last.counted_at = None, "ST-LATER", at
    last.save(force_insert=True)


def hear_reversal(document: Adjustment, *, counted_at: datetime, said_at: datetime) -> None:
    line = Heard(sku="SOAP-1", place=BIN, status="available", quantity=-2, counted_at=counted_at)
    for _ in range(2):  # heard twice, it is taken once
        proposing.take_correction(
            site="W1",
            said=Said(document=document.number, outcome="reversed", lines=[line], at=said_at),
            by=CONTROLLER,
            at=minutes(60),
        )


def test_two_counts_of_the_same_loss_are_put_right_once() -> None:
    first, second = count(10, at=10), count(10, at=15)

    settle(first, at=20)
    settle(second, at=30)

    assert stock("wms:W1", SOAPS, "SOAP-1") == 10
    assert list_cases() == [("closed", -2, -2)]


def test_a_loss_seen_once_more_before_it_is_booked_is_put_right_by_that() -> None:
    first = count(10, at=10)
    count(10, at=15)
    settle(first, at=20)

    # The loss was seen once more before it was booked: booked, it is no difference any more.
    assert list_cases() == [("closed", -2, -2)]
    assert stock("wms:W1", SOAPS, "SOAP-1") == 10
