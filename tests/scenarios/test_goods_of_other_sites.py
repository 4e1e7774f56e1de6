"""
A customer wants what this store has not got.

The clerk looks at what other sites have and orders it at the register; the customer pays there,
the goods leave elsewhere, and no book moves twice. Later the customer brings them back.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.access.builders import a_person
from tests.oms.ordering import (
    hub,
    list_parts,
    look,
    open_shop,
    pick_at_warehouse,
    ship_from_warehouse,
)
from tests.retailer import CLERK, NOON, deliver, make_id, stock
from yipan.access.roles import Role
from yipan.erp.models import CustomerReturn, SalesIssue
from yipan.ledger.moves import Trace
from yipan.messages.till import TicketLine
from yipan.oms.models import ChannelOrder, OrderReturn
from yipan.pool.queries import prove_promises
from yipan.pos.documents import numbered_ticket, register, ticket_reversal, till_device
from yipan.pos.documents.numbered_ticket import Arrival, Numbered
from yipan.pos.documents.register import Sale
from yipan.pos.documents.ticket_reversal import TicketHoldsOrder
from yipan.proof.sites import compare_sites

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk() -> Client:
    """A clerk of S12, whose store has no tea, at a register that numbers its tickets."""
    open_shop(w1=10)
    register.open_till(site="S12", code="S12-9", at=NOON)
    till_device.register(till_code="S12-9", device=make_id("device"), by=CLERK, at=NOON)
    client = Client()
    client.force_login(a_person(Role.STORE_CLERK, username="chen", sites=["S12"]))
    return client


def ask(client: Client, address: str) -> dict[str, Any]:
    answer = client.get(f"/api/v1/{address}")
    assert answer.status_code == 200, answer.content
    told: dict[str, Any] = answer.json()
    return told


def order(client: Client, quantity: int = 2, *, name: str = "order", status: int = 201) -> Any:
    body = {
        "external_id": str(make_id(name)),
        "site": "S12",
        "lines": [{"sku": "TEA-250", "quantity": quantity, "amount_minor": 6_800 * quantity}],
        "customer_name": "Zhou",
        "address": "Wenyi Road 1",
    }
    answer = client.post("/api/v1/store-orders", body, content_type="application/json")
    assert answer.status_code == status, answer.content
    return answer.json()


def ring_up(sequence: int, *lines: TicketLine, return_id: str = "") -> str:
    [taken] = numbered_ticket.take(
        site="S12",
        till_code="S12-9",
        tickets=[
            Numbered(
                sale=Sale(message_id=make_id(f"ticket {sequence}"), lines=lines),
                epoch=1,
                sequence=sequence,
                device_at=NOON,
                return_id=return_id,
            )
        ],
        arrival=Arrival(at=NOON),
    )
    assert taken.state == "applied", taken.code
    deliver()
    return taken.number


def pay(number: str, quantity: int = 2) -> str:
    return ring_up(
        1,
        TicketLine(
            line=1,
            sku="TEA-250",
            quantity=quantity,
            amount_minor=6_800 * quantity,
            line_type="order",
            original_ticket=number,
        ),
    )


def test_tea_of_the_warehouse_is_sold_by_a_store_that_has_none(clerk: Client) -> None:
    # The store has none; the warehouse has ten, and the clerk sees how many, and no more.
    seen = ask(clerk, "elsewhere?site=S12&sku=TEA-250")
    places = [site["code"] for site in seen["sites"]]
    assert "S12" not in places
    assert seen["data"]["TEA-250"][places.index("W1")] == 10
    # For when the network is gone, the register keeps the same of all goods.
    kept = ask(clerk, "elsewhere?site=S12")
    assert kept["data"]["TEA-250"][[site["code"] for site in kept["sites"]].index("W1")] == 10
    assert not kept["is_cut"]

    # Two are ordered: reserved in the same call. A lost reply costs nothing; a third store's
    # worth is refused as a whole.
    number = order(clerk)["number"]
    assert order(clerk)["number"] == number
    assert hub("W1") == (8, 2)
    assert order(clerk, 9, name="too many", status=409)["code"] == "reservation.insufficient_stock"
    assert ChannelOrder.objects.count() == 1

    # The customer pays at the register. Nothing leaves the store: it never had them.
    ticket = pay(number)
    assert stock("pos:S12", "customer") == stock("erp", "customer") == 0
    assert SalesIssue.objects.get(ticket_number=ticket).total_minor == 13_600
    with pytest.raises(TicketHoldsOrder):
        ticket_reversal.reverse(
            site="S12",
            number=ticket,
            by=Trace(actor="fang", reason="incorrect_data: changed their mind"),
            at=NOON,
            message_id=make_id("reverse"),
        )

    # The warehouse sends them, and both books know.
    fulfillment = look(number).fulfillments[0].number
    pick_at_warehouse(fulfillment)
    ship_from_warehouse(fulfillment)
    detail = look(number)
    assert (detail.channel, detail.state) == ("register", "completed")
    assert list_parts(detail) == [("W1", "shipped")]
    assert stock("wms:W1", "customer") == stock("erp", "customer") == 2
    assert prove_promises().ok
    assert compare_sites().ok


def test_what_was_ordered_comes_back_by_the_code_of_the_order(clerk: Client) -> None:
    number = order(clerk)["number"]
    ticket = pay(number)
    fulfillment = look(number).fulfillments[0].number
    pick_at_warehouse(fulfillment)
    ship_from_warehouse(fulfillment)
    look(number)

    # By the receipt nothing may come back, by the order two: they are not refunded twice.
    assert ask(clerk, f"returnable/{ticket}")["lines"] == []
    [line] = ask(clerk, f"returnable/{number}")["lines"]
    assert line["quantity_returnable"] == 2

    # One is claimed for this return, and comes back; its refund is paid by the ticket.
    claimed = clerk.post(
        "/api/v1/customer-returns",
        {
            "return_id": str(make_id("return")),
            "site": "S12",
            "original_number": number,
            "lines": [{"sku": "TEA-250", "quantity": 1, "disposition": "inspect"}],
        },
        content_type="application/json",
        headers={"Idempotency-Key": "one"},
    )
    assert claimed.status_code == 201, claimed.content
    ring_up(
        2,
        TicketLine(
            line=1,
            sku="TEA-250",
            quantity=-1,
            amount_minor=-6_800,
            line_type="return",
            disposition="inspect",
            original_ticket=number,
        ),
        return_id=str(make_id("return")),
    )
    deliver()

    assert CustomerReturn.objects.get().state == "refunded"
    assert stock("pos:S12", "on_hand/shop_floor/quarantine") == 1
    assert stock("erp", "on_hand/S12/quarantine") == 1
    # The desk that took the order reads it there: one came back, and it was refunded once.
    returned = OrderReturn.objects.get()
    assert (returned.state, returned.refund_minor, returned.refund_reference) == (
        "refunded",
        6_800,
        "S12-9-000002",
    )
    assert compare_sites().ok


def test_a_return_settles_the_claim_it_was_made_for(clerk: Client) -> None:
    """Two customers share a receipt; the second finishes first."""
    receipt = ring_up(1, TicketLine(line=1, sku="TEA-250", quantity=2, amount_minor=13_600))
    for name in ("first", "second"):
        answer = clerk.post(
            "/api/v1/customer-returns",
            {
                "return_id": str(make_id(name)),
                "site": "S12",
                "original_number": receipt,
                "lines": [{"sku": "TEA-250", "quantity": 1, "disposition": "sellable"}],
            },
            content_type="application/json",
            headers={"Idempotency-Key": name},
        )
        assert answer.status_code == 201, answer.content

    back = TicketLine(
        line=1,
        sku="TEA-250",
        quantity=-1,
        amount_minor=-6_800,
        line_type="return",
        disposition="sellable",
        original_ticket=receipt,
    )
    ring_up(2, back, return_id=str(make_id("second")))

    states = dict(CustomerReturn.objects.values_list("return_id", "state"))
    assert states == {make_id("first"): "claimed", make_id("second"): "refunded"}
