"""What the other side wrote stands beside what we did, and names what we never took in."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests import retailer
from tests.erp.moving import release, ship, take_in, tell
from tests.retailer import BUYER, NOON, make_id
from yipan.erp.documents.purchasing import arrival_notice
from yipan.erp.documents.purchasing.arrival_notice import Noticed, NoticedLine
from yipan.exchange import database
from yipan.ledger.moves import Trace
from yipan.messages import wms
from yipan.messages.till import TicketLine
from yipan.pos.documents import register
from yipan.pos.documents.register import Sale
from yipan.recon.documents import counting
from yipan.recon.documents.counting import Counted
from yipan.recon.models import Case
from yipan.recon.queries.evidence import gather
from yipan.recon.rules import Difference, Key
from yipan.wms.documents.inbound import receipt
from yipan.wms.documents.inbound.receipt import Opening
from yipan.wms.rules import Counted as Received

pytestmark = pytest.mark.django_db

EVE = Trace(actor="eve.counter")
LATER = NOON + timedelta(hours=5)


@pytest.fixture(autouse=True)
def _retailer() -> None:
    retailer.open_retailer()


def announce(*lines: tuple[str, int], carrier: str = "") -> tuple[str, str]:
    """Order goods to W1 and let the supplier announce some; return its notice and our order."""
    order = retailer.order(*((sku, 240) for sku, _ in lines))
    noticed = Noticed(
        site="W1",
        supplier="SUP-01",
        carrier=carrier,
        lines=tuple(
            NoticedLine(sku=sku, quantity=quantity, purchase_order_number=order.number)
            for sku, quantity in lines
        ),
    )
    notice = arrival_notice.announce(
        noticed=noticed, by=BUYER, at=NOON, message_id=make_id(f"announced {order.number}")
    )
    retailer.deliver()
    return notice.number, order.inbound_order_number


def count(quantity: int, *, sku: str = "TEA-250", site: str = "W1", place: str = "") -> Case:
    """Count a SKU at a site by hand, and return its case."""
    seen = Counted(
        line=1, sku=sku, quantity=quantity, counted_at=LATER, place=place, counter="eve.counter"
    )
    counting.record(count_number=f"CN-{site}-{sku}", site=site, lines=[seen], by=EVE, at=LATER)
    return Case.objects.get(site=site, sku=sku)


def ask(*skus: str, site: str = "W1", at: datetime = LATER) -> list[Difference]:
    """Ask for the evidence of SKUs that are two short."""
    return [
        Difference(
            key=Key(site=site, sku=sku),
            quantity=-2,
            since=NOON - timedelta(days=1),
            counted_at=at,
            stock=0,
        )
        for sku in skus
    ]


def test_a_short_delivery_taken_as_announced_is_named_by_the_notice() -> None:
    # The supplier announces 37; whoever stands at the dock believes the order for 48.
    notice, inbound = announce(("TEA-250", 37), carrier="YTO")
    receipt.receive(
        opening=Opening(site="W1", inbound_order_number=inbound),
        counted=[
            Received(sku="TEA-250", quantity_sound=48, quantity_damaged=0, capture_mode="bulk")
        ],
        is_last=True,
        by=retailer.RECEIVER,
        at=NOON,
        message_id=make_id("in"),
    )
    retailer.deliver()

    [line] = gather(ask("TEA-250")).lines[Key(site="W1", sku="TEA-250")]
    assert (line.counterpart, line.counterpart_quantity, line.mode) == (notice, 37, "bulk")
    found = count(37)
    assert (found.cause, found.quantity) == ("short_receipt", -11)
    [part] = found.finding["parts"]
    assert "counterpart_agrees" in part["agreed"]
    # Who brought it stands with it, so that a carrier shows on the board.
    assert (part["partner"], part["carrier"]) == ("SUP-01", "YTO")


def test_what_was_damaged_came_all_the_same() -> None:
    notice, inbound = announce(("TEA-250", 48))
    retailer.receive(inbound, ("TEA-250", 45, 3))
    retailer.deliver()

    [line] = gather(ask("TEA-250")).lines[Key(site="W1", sku="TEA-250")]
    assert (line.quantity, line.counterpart, line.counterpart_quantity) == (45, notice, 45)


def test_two_receipts_of_one_notice_are_compared_with_none_of_it() -> None:
    _, inbound = announce(("TEA-250", 48))
    retailer.receive(inbound, ("TEA-250", 24, 0))
    retailer.receive(inbound, ("TEA-250", 24, 0))
    retailer.deliver()

    lines = gather(ask("TEA-250")).lines[Key(site="W1", sku="TEA-250")]
    assert [line.counterpart_quantity for line in lines] == [None, None]


def test_a_store_s_receipt_stands_beside_what_the_warehouse_shipped() -> None:
    number = release(("TEA-250", 30)).number
    ship(number, "SH-1", ("TEA-250", 30))
    retailer.deliver()
    take_in(number, "RC-1", ("TEA-250", 32, 0))
    retailer.deliver()

    [line] = gather(ask("TEA-250", site="S12")).lines[Key(site="S12", sku="TEA-250")]
    assert (line.kind, line.partner) == ("transfer_receipt", "W1")
    assert (line.quantity, line.counterpart, line.counterpart_quantity) == (32, "SH-1", 30)


def test_goods_announced_and_found_and_never_taken_in_lack_a_receipt() -> None:
    notice, _ = announce(("TEA-250", 37), ("SOAP-1", 11))

    count(11, sku="SOAP-1")
    found = count(37)

    assert (found.cause, found.quantity) == ("missing_document", 37)
    assert found.finding["parts"][0]["documents"] == [notice]


def test_a_return_names_the_ticket_it_was_bought_with() -> None:
    retailer.open_store("S12", ("TEA-250", 9))
    lines = (
        TicketLine(line=1, sku="TEA-250", quantity=3, amount_minor=20_400),
        TicketLine(
            line=2,
            sku="TEA-250",
            quantity=-2,
            amount_minor=-13_600,
            line_type="return",
            capture_mode="key",
            original_ticket="S12-1-000123",
        ),
    )
    register.close_ticket(
        site="S12",
        till_code="S12-1",
        sale=Sale(message_id=make_id("exchanged"), lines=lines),
        by=retailer.CLERK,
        at=NOON,
    )
    retailer.deliver()

    lines_known = gather(ask("TEA-250", site="S12")).lines[Key(site="S12", sku="TEA-250")]
    [back] = [line for line in lines_known if line.kind == "customer_return"]

    assert (back.quantity, back.mode, back.counterpart) == (2, "key", "S12-1-000123")


def test_a_notice_that_was_canceled_or_received_is_waited_for_no_more() -> None:
    canceled, _ = announce(("TEA-250", 37))
    _, inbound = announce(("SOAP-1", 11))
    arrival_notice.cancel(
        number=canceled, by=Trace(actor="lin", reason="gone"), at=NOON, message_id=make_id("gone")
    )
    retailer.receive(inbound, ("SOAP-1", 10, 0))
    retailer.deliver()

    evidence = gather(ask("TEA-250", "SOAP-1"))

    assert [list(each) for each in evidence.expected.values()] == [[], []]


def test_a_shipment_the_store_never_took_in_waits_for_its_receipt() -> None:
    number = release(("TEA-250", 30)).number
    ship(number, "SH-1", ("TEA-250", 30))
    retailer.open_store("S12", ("TEA-250", 5))
    retailer.deliver()

    # The hub tells the store of it when it hears of it.
    differences = ask("TEA-250", site="S12", at=timezone.now() + timedelta(hours=1))
    [paper] = gather(differences).expected[Key(site="S12", sku="TEA-250")]

    assert (paper.kind, paper.document, paper.quantity) == ("receipt", "SH-1", 30)


def test_messages_and_papers_are_read_together_however_many_goods_differ(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    skus = ("TEA-250", "SOAP-1", "RICE-5", "MUG-1")
    for sku in skus:
        _, inbound = announce((sku, 48))
        retailer.receive(inbound, (sku, 48, 0))
    retailer.deliver()
    reads: list[Any] = []
    fetch = database.fetch

    def note(*asked: Any) -> list[database.Row]:
        reads.append(asked)
        return fetch(*asked)

    monkeypatch.setattr(database, "fetch", note)

    gather(ask(*skus))

    # The receipts of the warehouse, and what the hub told it to expect.
    assert len(reads) == 2


@pytest.mark.parametrize(
    ("carriers", "named"), [(("YTO", "YTO"), "YTO"), (("YTO", "SF"), ""), ((), "")]
)
def test_a_receiver_hears_who_brings_a_transfer(carriers: tuple[str, ...], named: str) -> None:
    number = release(("TEA-250", 30)).number
    message = wms.GoodsShipped(
        message_id=make_id("shipped"),
        occurred_at=NOON,
        shipment_number="SH-1",
        outbound_order_number=f"OUT-{number}",
        order_type="transfer",
        document_number=number,
        site="W1",
        lines=(wms.ShippedLine(line=1, sku="TEA-250", quantity=30),),
        ship_to="S12",
        parcels=tuple(
            wms.Parcel(sscc=f"{place:018d}", carrier=carrier)
            for place, carrier in enumerate(carriers)
        ),
    )
    tell("wms:W1/stock", message, [])
    retailer.deliver()

    [released] = [
        each
        for each in retailer.list_envelopes("erp:hub/orders:S12")
        if each.kind == "erp.inbound_released.v1"
    ]
    assert json.loads(released.data)["carrier"] == named
