"""Arrival notices: matched to orders, told to the warehouse, filled by what comes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests import retailer
from tests.erp import buying
from tests.retailer import BUYER, NOON, RECEIVER, deliver, make_id
from yipan.documents.states import WrongState
from yipan.erp.documents.purchasing import arrival_notice, arrival_packages, receipt_reversal
from yipan.erp.documents.purchasing.arrival_notice import (
    LinesMissing,
    Noticed,
    NoticedLine,
    OrderNotMatched,
    PackageWrong,
)
from yipan.erp.documents.purchasing.arrival_packages import PackageUnreadable
from yipan.erp.models import ArrivalNotice, GoodsReceipt
from yipan.erp.queries.arrival_notices import list_announced
from yipan.exchange.models import OutboxMessage
from yipan.ledger.moves import Trace
from yipan.masterdata.refusals import VersionMismatch
from yipan.messages.erp_purchasing import Package, PackedLine
from yipan.wms.models import ExpectedArrival

pytestmark = pytest.mark.django_db

SSCC = "006141411234567890"


@pytest.fixture(autouse=True)
def _retailer() -> None:
    retailer.open_retailer()


def a_notice(*lines: tuple[str, int, str], **changes: Any) -> Noticed:
    fields: dict[str, Any] = {
        "site": "W1",
        "supplier": "SUP-01",
        "lines": tuple(
            NoticedLine(sku=sku, quantity=quantity, purchase_order_number=order)
            for sku, quantity, order in lines
        ),
    }
    return Noticed(**(fields | changes))


def announce(noticed: Noticed, name: str = "announced") -> ArrivalNotice:
    return arrival_notice.announce(noticed=noticed, by=BUYER, at=NOON, message_id=make_id(name))


def announce_anew(number: str, noticed: Noticed, *, version: int) -> ArrivalNotice:
    return arrival_notice.announce_anew(
        number=number,
        noticed=noticed,
        version=version,
        by=BUYER,
        at=NOON,
        message_id=make_id(f"anew {version}"),
    )


def cancel(number: str) -> ArrivalNotice:
    return arrival_notice.cancel(number=number, by=BUYER, at=NOON, message_id=make_id("canceled"))


def see(number: str) -> tuple[str, list[int]]:
    """Return the state of a notice, and how much has come of its lines."""
    notice = ArrivalNotice.objects.get(number=number)
    lines = notice.lines.order_by("line")
    return notice.state, list(lines.values_list("quantity_received", flat=True))


def test_the_warehouse_hears_of_packages_and_arrival_and_the_same_notice_is_one() -> None:
    order = buying.order(("TEA-250", 100, 3_000)).number
    package = Package(sscc=SSCC, lines=(PackedLine(sku="TEA-250", quantity=40, lot="L-7"),))
    noticed = a_notice(
        ("TEA-250", 40, order),
        packages=(package,),
        expected_at=NOON + timedelta(days=2),
        external_id="ASN-9",
    )

    first = announce(noticed)
    again = announce(noticed, "announced again")
    deliver()

    assert (first.number, again.number) == ("AN-2026-000001", "AN-2026-000001")
    arrival = ExpectedArrival.objects.get()
    assert (arrival.number, arrival.packages.get().sscc) == (first.number, SSCC)
    assert arrival.expected_at == NOON + timedelta(days=2)
    assert list_announced(order) == {"TEA-250": 40}


def test_a_line_without_an_order_goes_to_the_one_that_waits_longest() -> None:
    later = buying.order(("TEA-250", 10, 3_000), expected_on=NOON.date() + timedelta(days=9))
    sooner = buying.order(("TEA-250", 10, 3_000), expected_on=NOON.date())

    notice = announce(a_notice(("TEA-250", 5, "")))

    assert notice.lines.get().purchase_order_number == sooner.number != later.number


@pytest.mark.parametrize(
    ("noticed", "refusal"),
    [
        (a_notice(), LinesMissing),
        (a_notice(("MUG-1", 5, "")), OrderNotMatched),
        (a_notice(("TEA-250", 5, "PO-2026-000009")), OrderNotMatched),
        (a_notice(("TEA-250", 5, ""), supplier="SUP-02"), OrderNotMatched),
        (a_notice(("TEA-250", 5, ""), packages=(Package(sscc="1" * 18),)), PackageWrong),
        (
            a_notice(("TEA-250", 5, ""), packages=(Package(sscc=SSCC), Package(sscc=SSCC))),
            PackageWrong,
        ),
        (
            a_notice(
                ("TEA-250", 5, ""),
                packages=(Package(sscc=SSCC, lines=(PackedLine(sku="TEA-250", quantity=6),)),),
            ),
            PackageWrong,
        ),
    ],
)
def test_what_fits_no_order_or_package_is_refused(noticed: Noticed, refusal: type) -> None:
    buying.order(("TEA-250", 100, 3_000))
    told = OutboxMessage.objects.count()

    with pytest.raises(refusal):
        announce(noticed)

    assert (ArrivalNotice.objects.count(), OutboxMessage.objects.count()) == (0, told)


def test_what_comes_fills_the_notice_that_was_to_come_first() -> None:
    order = buying.order(("TEA-250", 100, 3_000)).number
    second = announce(
        a_notice(("TEA-250", 30, order), expected_at=NOON + timedelta(days=3)), "second"
    ).number
    first = announce(
        a_notice(("TEA-250", 40, order), expected_at=NOON + timedelta(days=1)), "first"
    ).number

    buying.receive(order, ("TEA-250", 45, 5))
    assert see(first) == ("received", [40])
    assert see(second) == ("partly_received", [10])
    assert list_announced(order) == {"TEA-250": 20}

    # More than was announced belongs to no notice.
    buying.receive(order, ("TEA-250", 50, 0))
    assert see(second) == ("received", [30])
    assert list_announced(order) == {}


def test_a_receipt_undone_is_waited_for_again() -> None:
    order = buying.order(("TEA-250", 100, 3_000)).number
    notice = announce(a_notice(("TEA-250", 40, order))).number
    buying.receive(order, ("TEA-250", 40, 0))
    assert see(notice) == ("received", [40])

    receipt_reversal.ask(
        number=GoodsReceipt.objects.get().number,
        by=Trace(actor="zhao.controller", reason="did_not_occur: another truck"),
        at=NOON,
        message_id=make_id("undo"),
    )
    deliver()
    deliver()

    assert see(notice) == ("announced", [0])
    assert list_announced(order) == {"TEA-250": 40}


def test_it_is_said_anew_by_version_and_not_otherwise_once_some_has_come() -> None:
    order = buying.order(("TEA-250", 100, 3_000)).number
    number = announce(a_notice(("TEA-250", 40, order))).number

    with pytest.raises(VersionMismatch):
        announce_anew(number, a_notice(("TEA-250", 30, order)), version=9)
    announce_anew(number, a_notice(("TEA-250", 30, order)), version=1)
    assert see(number) == ("announced", [0])
    assert list_announced(order) == {"TEA-250": 30}

    buying.receive(order, ("TEA-250", 10, 0))
    with pytest.raises(WrongState):
        announce_anew(number, a_notice(("TEA-250", 50, order)), version=2)
    late = a_notice(("TEA-250", 30, order), expected_at=NOON + timedelta(days=1), carrier="YTO")
    notice = announce_anew(number, late, version=2)
    assert (notice.version, notice.carrier, notice.state) == (3, "YTO", "partly_received")


def test_a_notice_given_up_lets_the_order_stand_and_what_came_stays() -> None:
    order = buying.order(("TEA-250", 100, 3_000)).number
    untouched = announce(a_notice(("TEA-250", 10, order)), "a").number
    assert cancel(untouched).state == "canceled"
    begun = announce(a_notice(("TEA-250", 40, order)), "b").number
    buying.receive(order, ("TEA-250", 15, 0))

    arrival_notice.cancel(number=begun, by=RECEIVER, at=NOON, message_id=make_id("rest"))
    deliver()

    assert see(begun) == ("received", [15])
    assert buying.get(order).state == "partly_received"
    assert list_announced(order) == {}
    with pytest.raises(WrongState):
        cancel(untouched)


def test_packages_are_read_as_they_are_written() -> None:
    text = f"{SSCC} TEA-250 40 L-7 2027-01-31\n{SSCC} MUG-1 2 - 2027-02-01\n{SSCC[:-1]}8\n\nX A 1"

    packages = arrival_packages.read_lines(text)

    assert packages[0].lines == (
        PackedLine(sku="TEA-250", quantity=40, lot="L-7", expires_on="2027-01-31"),
        PackedLine(sku="MUG-1", quantity=2, expires_on="2027-02-01"),
    )
    assert [len(package.lines) for package in packages] == [2, 0, 1]
    written = arrival_packages.write_lines(
        (package.sscc, [(it.sku, it.quantity, it.lot, it.expires_on) for it in package.lines])
        for package in packages
    )
    assert arrival_packages.read_lines(written) == packages


@pytest.mark.parametrize("text", ["A B", "A B x", "A B 1 2 3 4", "A B -1", "A B ５"])
def test_a_line_that_is_no_package_is_refused(text: str) -> None:
    with pytest.raises(PackageUnreadable):
        arrival_packages.read_lines(text)
