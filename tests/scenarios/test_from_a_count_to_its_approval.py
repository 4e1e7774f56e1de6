"""
What a count finds, and who may say that it is so.

Within the limits the site posts at once. Above them the hub refuses, has it counted again, or
approves; and nobody decides about what they counted themselves.
"""

from __future__ import annotations

import pytest
from django.test import Client

from tests import retailer
from tests.access.builders import a_person
from tests.retailer import deliver, make_id, stock
from tests.stocktake import counting
from tests.stocktake.counting import (
    ANN,
    BEN,
    EVA,
    MANAGER,
    WMS,
    get_open,
    minutes,
    plan,
    post,
    see,
)
from tests.wms import sending
from yipan.access.roles import Role
from yipan.documents.states import OwnApproval, WrongState
from yipan.erp.documents.stock import adjustment as approvals
from yipan.erp.models import Adjustment as Approval
from yipan.exchange.models import OutboxMessage
from yipan.foundation.findings import Finding
from yipan.ledger.moves import Trace
from yipan.masterdata import records
from yipan.masterdata.rows import BarcodeRow, SkuRow
from yipan.proof.counts import prove_counts
from yipan.proof.sites import compare_sites
from yipan.recon.documents import proposing
from yipan.recon.models import Case, CaseState
from yipan.stocktake.documents import counting as acts
from yipan.stocktake.documents import tolerance
from yipan.stocktake.documents.closing import NOT_LOOKED
from yipan.stocktake.documents.counting import Counting
from yipan.stocktake.documents.refusals import SecondLook
from yipan.stocktake.models import CountCorrection, CountResult, Stocktake
from yipan.stocktake.rules import Tolerance
from yipan.wms.documents.outbound import pick
from yipan.wms.documents.outbound.pick import Taking
from yipan.wms.documents.stock import stock_opening
from yipan.wms.documents.stock.stock_opening import BinStock
from yipan.wms.documents.stock.stocktake import offset_late
from yipan.wms.models import Adjustment

pytestmark = pytest.mark.django_db

A1 = "on_hand/A-01-01/available"
CONTROLLER = Trace(actor="zhao.controller", device="office-2")


@pytest.fixture(autouse=True)
def _warehouse() -> None:
    retailer.open_retailer()
    sending.stock_bins(("A-01-01", "TEA-250", 40), ("A-01-02", "SOAP-1", 12))


def count_bin(quantity: int, *, sku: str = "TEA-250", place: str = "A-01-01") -> Stocktake:
    """Two people count a bin, and agree."""
    running = plan((place, (sku,)), site="W1", system=WMS, kind="cycle")
    see(get_open(running, place=place), (sku, quantity), at=minutes(10))
    if running.sheets.filter(state="open").exists():
        see(get_open(running, place=place), (sku, quantity), by=BEN, at=minutes(20))
    running.refresh_from_db()
    assert running.state == "explained"
    return running


def settle(running: Stocktake, *, after: float = 30) -> Stocktake:
    done = post(running, at=minutes(after), roles=("warehouse_lead",))
    deliver()
    done.refresh_from_db()
    return done


def decide(step: str, *, by: Trace = CONTROLLER, reason: str = "") -> Approval:
    approval = Approval.objects.filter(state="submitted").order_by("-id").get()
    done = approvals.decide(
        number=approval.number,
        step=step,
        roles=("inventory_controller",),
        by=Trace(actor=by.actor, device=by.device, reason=reason),
        at=minutes(60),
        message_id=make_id(f"{approval.number} {step}"),
    )
    deliver()
    return done


def test_a_small_loss_is_posted_at_once_in_all_books() -> None:
    # Two soaps are missing, worth 136.00 at the shelf: a warehouse posts up to 200.00 alone.
    running = settle(count_bin(10, sku="SOAP-1", place="A-01-02"))

    assert running.state == "posted"
    assert stock("wms:W1", "on_hand/A-01-02/available", "SOAP-1") == 10
    assert stock("erp", "on_hand/W1/available", "SOAP-1") == 10
    assert compare_sites().ok
    assert prove_counts() == Finding(
        check="proof.counts_are_booked_once",
        ok=True,
        detail="1 documents of counts",
        count=0,
        examined=1,
    )
    # A correction nobody posted would show.
    CountCorrection.objects.update(quantity=-3)
    assert prove_counts().ok is False
    assert Case.objects.get().state == CaseState.CLOSED


def test_a_large_loss_is_refused_and_nothing_is_posted() -> None:
    running = settle(count_bin(10))
    assert running.state == "submitted"
    assert stock("wms:W1", A1) == 40
    case = Case.objects.get()
    asked = Approval.objects.get(state="submitted")
    assert (case.state, case.waiting_document) == (CaseState.SUBMITTED, asked.number)
    # From the case to what waits, and from there to the cases of the stocktake.
    office = Client()
    office.force_login(a_person(Role.FINANCE, username="fan.finance"))
    assert f"/erp/adjustments/{asked.number}" in office.get(f"/recon/cases/{case.number}").text
    listed = f"/recon/cases?state=&q={running.number}"
    assert listed.replace("&", "&amp;") in office.get(f"/erp/adjustments/{asked.number}").text
    assert case.number in office.get(listed).text
    assert case.number not in office.get(listed + "9").text

    # Ann counted: whatever her role, she does not decide about it.
    with pytest.raises(approvals.OwnCount):
        decide("approve", by=ANN)
    decide("reject", reason="Look in aisle B first.")

    running.refresh_from_db()
    assert running.state == "posted"
    assert CountCorrection.objects.get().state == "rejected"
    assert stock("wms:W1", A1) == 40
    # The difference is still there for reconciliation, and nothing waits any more.
    case = Case.objects.get()
    assert case.state in (CaseState.OPEN, CaseState.EXPLAINED)
    assert case.waiting_document == ""


def test_a_large_loss_is_counted_again_and_then_approved() -> None:
    running = settle(count_bin(10))

    decide("recount", reason="A pallet in B?")
    running.refresh_from_db()
    assert running.state == "recounting"
    sheet = get_open(running, place="A-01-01")
    assert (sheet.round, sheet.not_by) == (3, ["ann", "ben"])
    # Eva finds a pallet: 36 are there, four are missing, worth 272.00.
    see(sheet, ("TEA-250", 36), by=EVA, at=minutes(90))
    running.refresh_from_db()
    assert running.state == "explained"
    running = settle(running, after=100)
    assert running.state == "submitted"
    assert sorted(Adjustment.objects.values_list("state", flat=True)) == ["canceled", "submitted"]
    decide("approve")

    running.refresh_from_db()
    assert running.state == "posted"
    assert stock("wms:W1", A1) == 36
    assert stock("erp", "on_hand/W1/available") == 36
    assert compare_sites().ok
    approved = Approval.objects.get(state="posted")
    assert approved.decided_by == "zhao.controller"
    assert approved.counted_by == ["ann", "ben", "eva"]


def test_what_arrives_while_the_hub_decides_is_shown_and_offset() -> None:
    settle(count_bin(10))
    approval = Approval.objects.get(state="submitted")
    controller = Client()
    controller.force_login(a_person(Role.INVENTORY_CONTROLLER, username="zhao.controller"))
    address = f"/erp/adjustments/{approval.number}"
    assert "count.changed_since" not in controller.get(address).content.decode()

    # Five were picked at noon, before Ann counted: that is written down only now.
    sending.want("OUT-1", ("TEA-250", 5))
    sending.take(sending.list_open("OUT-1")[0])
    sending.ship("OUT-1")
    deliver()

    # Thirty are asked for; of these, twenty-five are still missing. The approver sees both.
    page = controller.get(address).content.decode()
    assert "count.changed_since" in page
    assert "−30" in page
    assert "−25" in page
    decide("approve")
    assert stock("wms:W1", A1) == 5
    # Open is V less what is posted: -25 + 30. It is offset by a document of the same count.
    assert offset_late(sites=None, at=minutes(90), new_id=counting.new_id) == 1
    deliver()
    assert [row.quantity for row in CountCorrection.objects.order_by("id")] == [-30, 5]
    assert CountResult.objects.get(sku="TEA-250").quantity == 10
    assert stock("wms:W1", A1) == 10
    assert stock("erp", "on_hand/W1/available") == 10
    assert compare_sites().ok


def test_a_line_beyond_its_tolerance_is_asked_about_whatever_the_limits_say() -> None:
    tolerance.set_tolerance(
        system="wms",
        tolerance=Tolerance(purpose="post", site="W1", quantity_max=1),
        by=MANAGER,
        at=minutes(0),
    )

    running = settle(count_bin(10, sku="SOAP-1", place="A-01-02"))

    assert running.state == "submitted"
    assert stock("wms:W1", "on_hand/A-01-02/available", "SOAP-1") == 12
    decide("approve")
    assert stock("wms:W1", "on_hand/A-01-02/available", "SOAP-1") == 10


def test_two_teams_count_and_a_third_person_where_they_differ() -> None:
    running = plan(("A-01-01", ()), site="W1", system=WMS, is_double=True)
    first, second = running.sheets.order_by("team")

    see(first, ("TEA-250", 40), at=minutes(10))
    with pytest.raises(SecondLook):
        see(second, ("TEA-250", 39), at=minutes(11))
    see(second, ("TEA-250", 39), by=BEN, at=minutes(12))
    running.refresh_from_db()
    assert running.state == "recounting"
    see(get_open(running, place="A-01-01"), ("TEA-250", 40), by=EVA, at=minutes(20))

    running.refresh_from_db()
    assert running.state == "explained"
    result = CountResult.objects.get()
    assert (result.round, result.difference) == (2, 0)


def test_a_count_below_what_is_set_aside_is_posted_and_its_picker_tells_what_is_missing() -> None:
    # Eleven of twelve soaps are set aside for an order, and ten are there: no count is refused
    # for a reservation. Two are lost, the free one first.
    sending.want("OUT-1", ("SOAP-1", 11))

    running = settle(count_bin(10, sku="SOAP-1", place="A-01-02"))

    assert running.state == "posted"
    assert stock("wms:W1", "on_hand/A-01-02/available", "SOAP-1") == 0
    assert stock("wms:W1", "on_hand/A-01-02/reserved", "SOAP-1") == 10
    assert compare_sites().ok
    # Whoever comes for eleven finds ten: the one that is missing goes to who has to source anew.
    [one] = sending.list_open("OUT-1")
    pick.short(
        pick_id=one.pk,
        taking=Taking(quantity=10),
        by=EVA,
        at=minutes(60),
        message_id=make_id("short"),
    )
    told = OutboxMessage.objects.get(kind="wms.pick_shorted.v1").data
    assert (told["quantity_found"], told["quantity_missing"]) == (10, 1)


def test_a_reader_of_tags_counts_a_bin_in_one_go() -> None:
    records.save_skus(
        [
            SkuRow(
                code="CUP-1", name="Cup", price_minor=2_000,
                barcodes=(BarcodeRow(code="9501101530003"),),
            )
        ],
        at=minutes(0),
    )  # fmt: skip
    sending.stock_bins(("A-01-02", "CUP-1", 3))
    running = plan(("A-01-02", ("CUP-1",)), site="W1", system=WMS, kind="spot")
    sheet = get_open(running, place="A-01-02")

    read = acts.take_tags(
        sheet=sheet.number,
        tags=[
            "urn:epc:id:sgtin:9501101.053000.17",
            "https://id.gs1.org/01/09501101530003/21/18",
            "urn:epc:tag:sgtin-96:3.9501101.053000.17",
            "urn:epc:id:sgtin:0614141.112345.400",
        ],
        by=ANN,
        at=minutes(10),
    )
    counting.close(sheet, at=minutes(11))

    # Four tags heard: the same cup twice, one of goods nobody knows here.
    assert (read.new, read.doubled, len(read.unknown)) == (2, 1, 1)
    result = CountResult.objects.get()
    assert (result.quantity, result.difference, result.capture_mode) == (2, -1, "rfid")


def test_a_case_is_put_right_by_the_site_within_its_limits() -> None:
    # Two soaps are missing. Nobody posted the stocktake yet: the controller acts on the case.
    running = count_bin(10, sku="SOAP-1", place="A-01-02")
    deliver()
    case = Case.objects.get()

    proposing.propose(
        number=case.number, by=CONTROLLER, at=minutes(40), message_id=make_id("proposed")
    )
    deliver()

    case.refresh_from_db()
    assert (case.state, case.closing_reason) == (
        CaseState.CLOSED,
        Adjustment.objects.get().number,
    )
    assert stock("wms:W1", "on_hand/A-01-02/available", "SOAP-1") == 10
    assert stock("erp", "on_hand/W1/available", "SOAP-1") == 10
    # What the case settled, the stocktake does not post again.
    assert settle(running, after=50).state == "posted"
    assert Adjustment.objects.count() == 1
    with pytest.raises(WrongState):
        proposing.propose(
            number=case.number, by=CONTROLLER, at=minutes(41), message_id=make_id("again")
        )


def test_a_case_beyond_the_limits_waits_for_somebody_else() -> None:
    count_bin(23)
    deliver()
    case = Case.objects.get()

    proposing.propose(
        number=case.number, by=CONTROLLER, at=minutes(40), message_id=make_id("proposed")
    )
    deliver()

    case.refresh_from_db()
    assert case.state == CaseState.SUBMITTED
    assert stock("wms:W1", A1) == 40
    # Whoever proposed it does not approve it.
    with pytest.raises(OwnApproval):
        decide("approve")
    decide("approve", by=Trace(actor="fan.finance"))
    case.refresh_from_db()
    assert case.state == CaseState.CLOSED
    assert stock("wms:W1", A1) == 23


def test_one_lot_of_two_is_compared_by_the_site_alone() -> None:
    stock_opening.post(
        site="W1",
        stock=[
            BinStock(bin_code="A-01-02", sku="MUG-1", quantity=5, lot="L1"),
            BinStock(bin_code="A-01-02", sku="MUG-1", quantity=7, lot="L2"),
        ],
        by=ANN,
        at=minutes(0),
        message_id=make_id("lots"),
    )
    deliver()
    running = plan(("A-01-02", ("MUG-1",)), site="W1", system=WMS, kind="spot")
    sheet = get_open(running, place="A-01-02")
    acts.scan(
        sheet=sheet.number,
        seen=Counting(sku="MUG-1", quantity=4, lot="L1"),
        by=ANN,
        at=minutes(10),
    )

    counting.close(sheet, at=minutes(11), unseen=NOT_LOOKED)
    deliver()

    # One mug of the first lot is missing. Of the second nobody said a word: the hub, which
    # knows no lots, does not take four for all twelve.
    result = CountResult.objects.get()
    assert (result.lot, result.difference) == ("L1", -1)
    assert Case.objects.exists() is False
