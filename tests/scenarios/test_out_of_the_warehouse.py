"""
Stories of goods on their way out of a warehouse that did not go as planned.

Each says what the peers do wrong, and shows that the warehouse's book, bin by bin, is the hub's
figure of the site in the end.
"""

from __future__ import annotations

import pytest

from tests import retailer
from tests.erp import moving
from tests.retailer import CLERK, NOON, RECEIVER, make_id, stock
from tests.wms import packing, sending
from yipan.exchange.models import OutboxMessage
from yipan.proof.sites import compare_sites
from yipan.wms.documents.outbound import move_task, pick, pick_claim
from yipan.wms.documents.outbound.pick import PickTaken, Taking
from yipan.wms.models import MoveTask, OutboundOrder, Pick, SpotCount

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _house() -> None:
    retailer.open_retailer()
    packing.open_house()


def transfer(*lines: tuple[str, int]) -> str:
    """Let the hub send goods from W1 to S12; return the number of its outbound order."""
    moving.release(*lines, from_site="W1", to_site="S12")
    retailer.deliver()
    return str(OutboundOrder.objects.latest("id").number)


def at(account: str, sku: str = "TEA-250") -> int:
    return stock("wms:W1", account, sku)


def test_a_short_pick_asks_for_another_source_and_nothing_is_silently_lost() -> None:
    """
    The book says 20 in the bin, the picker finds 14, and no other bin has any.

    Elsewhere the line is closed at 14 and six pieces vanish from both books, or the order waits
    for ever. Here: 14 are picked, the bin is counted, the order desk hears that 6 are missing
    and from which line, the 14 leave, and both books still hold the 6 until somebody has
    counted.
    """
    sending.stock_bins(("A-01-01", "TEA-250", 20))
    number = transfer(("TEA-250", 20))
    [one] = sending.list_open(number)
    pick.scan_bin(pick_id=one.pk, bin_code="A-01-01", by=RECEIVER, at=NOON)

    pick.short(
        pick_id=one.pk,
        taking=Taking(quantity=14, capture_mode="key", tote="TOTE-1"),
        by=RECEIVER,
        at=NOON,
        message_id=make_id("short"),
    )

    told = OutboxMessage.objects.get(kind="wms.pick_shorted.v1").data
    count = SpotCount.objects.get()
    assert (told["line"], told["quantity_found"], told["quantity_missing"]) == (1, 14, 6)
    assert (told["place"], told["count_task"]) == ("A-01-01", count.number)
    assert (count.state, count.quantity_book, count.bin_code) == ("open", 6, "A-01-01")
    # Nobody is sent to a bin in doubt.
    other = transfer(("TEA-250", 3))
    assert sending.list_open(other) == []

    packing.put_on(truck := packing.begin(), packing.close(number))
    assert packing.depart(truck) == [f"{number}-1"]
    retailer.deliver()
    assert (at("on_hand/A-01-01/available"), at("on_hand/A-01-01/reserved")) == (6, 0)
    assert stock("erp", "on_hand/W1/available") + stock("erp", "on_hand/W1/reserved") == 6
    assert compare_sites().ok


def test_a_cancel_while_it_is_picked_frees_the_bin_and_brings_the_tote_back() -> None:
    """
    Half of an order is in the tote when the hub wants it no more.

    Elsewhere the cancel is refused because work has begun, or the goods in the tote belong to
    nobody. Here: what was set aside is free at once, what is in the tote gets a task back to its
    bin, and the picker who scans the next product hears that it is not wanted any more.
    """
    sending.stock_bins(("A-01-01", "TEA-250", 20), ("A-01-02", "SOAP-1", 9))
    number = transfer(("TEA-250", 12), ("SOAP-1", 4))
    tea, soap = sending.list_open(number)
    sending.take(tea, tote="TOTE-1")

    sending.cancel(number)

    assert packing.get_state(number) == "canceled"
    with pytest.raises(PickTaken):
        sending.take(soap, tote="TOTE-1")
    assert at("on_hand/A-01-02/available", "SOAP-1") == 9
    assert (at("on_hand/TOTE-1/available"), at("on_hand/TOTE-1/reserved")) == (12, 0)
    [task] = MoveTask.objects.all()
    move_task.finish(number=task.number, to_bin=task.to_bin, by=RECEIVER, at=NOON)
    assert (at("on_hand/A-01-01/available"), at("on_hand/TOTE-1/available")) == (20, 0)
    retailer.deliver()
    assert compare_sites().ok


def test_two_workers_share_a_wave_and_meet_at_no_bin() -> None:
    """
    Two pickers open one wave of three orders over three bins.

    Elsewhere both are sent to the first bin, and the second finds it empty: a short pick that is
    none. Here each bin has one picker; a bin that serves two orders is walked to once; and who
    leaves for a break gives the bin back after a quarter of an hour.
    """
    sending.stock_bins(
        ("A-01-01", "TEA-250", 20), ("A-01-02", "SOAP-1", 20), ("B-01-01", "MUG-1", 20)
    )
    for line in ((("TEA-250", 4),), (("TEA-250", 5), ("SOAP-1", 2)), (("MUG-1", 3),)):
        transfer(*line)
    wave = packing.release_wave()

    walked: dict[str, list[str]] = {RECEIVER.actor: [], CLERK.actor: []}
    while Pick.objects.filter(state="open").exists():
        for by in (RECEIVER, CLERK):
            mine = pick_claim.claim_next(walk=wave.number, by=by, at=NOON)
            if mine is not None:
                one = Pick.objects.get(pk=mine)
                walked[by.actor].append(one.bin_code)
                taking = Taking(quantity=one.quantity, tote=f"TOTE-{by.device}")
                pick.take(pick_id=mine, taking=taking, by=by, at=NOON)

    bins = {name: set(codes) for name, codes in walked.items()}
    assert bins[RECEIVER.actor].isdisjoint(bins[CLERK.actor])
    assert sorted(code for codes in walked.values() for code in codes) == [
        "A-01-01",
        "A-01-01",
        "A-01-02",
        "B-01-01",
    ]
    assert SpotCount.objects.filter(reason="short_pick").exists() is False
    for order in OutboundOrder.objects.order_by("id"):
        sending.ship(order.number)
    retailer.deliver()
    assert (at("on_hand/A-01-01/available"), at("on_hand/TOTE-handheld-7/reserved")) == (11, 0)
    assert compare_sites().ok
