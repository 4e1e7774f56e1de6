"""Goal: a sale is taken back whole, once, on its own day; both books and the drawer say so."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests import retailer
from tests.access.builders import a_client
from tests.retailer import NOON, deliver, make_id, stock
from yipan.access.roles import Role
from yipan.documents import reversals
from yipan.documents.reversals import ReasonMissing
from yipan.ledger.moves import Trace
from yipan.messages.till import TicketLine, TicketTender
from yipan.pos.documents import register, ticket_reversal
from yipan.pos.documents.register import Sale
from yipan.pos.documents.ticket_reversal import (
    TicketNotASale,
    TicketOfAnotherDay,
    TicketTakenBack,
)
from yipan.pos.models import Ticket
from yipan.proof.run import find_first_break, prove

pytestmark = pytest.mark.django_db

MANAGER = Trace(
    actor="ma.manager",
    reason=reversals.write_reason(cause="did_not_occur", words="The customer could not pay."),
)


@pytest.fixture(autouse=True)
def _retailer() -> None:
    retailer.open_retailer()
    retailer.open_store("S12", ("TEA-250", 20), ("MUG-1", 5))


def sell() -> str:
    """Sell two teas and a mug, paid in two ways."""
    return register.close_ticket(
        site="S12",
        till_code="S12-1",
        sale=Sale(
            message_id=make_id("sale"),
            lines=(
                TicketLine(line=1, sku="TEA-250", quantity=2, amount_minor=13_000),
                TicketLine(line=2, sku="MUG-1", quantity=1, amount_minor=4_000),
            ),
            tenders=(
                TicketTender(tender="cash", amount_minor=10_000),
                TicketTender(tender="card", amount_minor=7_000, reference="4711"),
            ),
        ),
        by=retailer.CLERK,
        at=NOON,
    ).number


def take_back(number: str, *, by: Trace = MANAGER, hours: int = 1, name: str = "back") -> str:
    return ticket_reversal.reverse(
        site="S12",
        number=number,
        by=by,
        at=NOON + timedelta(hours=hours),
        message_id=make_id(name),
    ).number


def test_all_goods_and_all_money_come_back_by_a_ticket_of_its_own_number() -> None:
    number = sell()
    deliver()
    assert stock("erp", "on_hand/S12/available") == 18

    back = take_back(number)
    deliver()

    assert (number, back) == ("S12-1-000001", "S12-1-000002")
    taken = Ticket.objects.get(number=back)
    assert (taken.ticket_type, taken.total_minor, taken.quantity) == ("return", -17_000, -3)
    assert {line["original_ticket"] for line in taken.lines} == {number}
    assert [(paid["tender"], paid["amount_minor"]) for paid in taken.tenders] == [
        ("cash", -10_000),
        ("card", -7_000),
    ]
    assert stock("pos:S12", "on_hand/shop_floor/available") == 20
    assert stock("erp", "on_hand/S12/available") == 20
    assert stock("erp", "on_hand/S12/available", "MUG-1") == 5
    assert find_first_break(list(prove())) is None


def test_twice_on_another_day_or_without_a_reason_is_refused_and_nothing_changes() -> None:
    number = sell()

    with pytest.raises(TicketOfAnotherDay):
        take_back(number, hours=24)
    with pytest.raises(ReasonMissing):
        take_back(number, by=Trace(actor="ma.manager", reason="so"))
    assert stock("pos:S12", "on_hand/shop_floor/available") == 18
    back = take_back(number)
    with pytest.raises(TicketTakenBack) as refused:
        take_back(number, name="again")
    with pytest.raises(TicketNotASale):
        take_back(back, name="back of the back")

    assert refused.value.facts["by"] == back
    assert Ticket.objects.count() == 2
    assert stock("pos:S12", "on_hand/shop_floor/available") == 20


def test_what_was_returned_in_part_is_not_taken_back_as_a_whole() -> None:
    number = sell()
    register.close_ticket(
        site="S12",
        till_code="S12-1",
        sale=Sale(
            message_id=make_id("return"),
            lines=(TicketLine(line=1, sku="MUG-1", quantity=-1, original_ticket=number),),
        ),
        by=retailer.CLERK,
        at=NOON,
    )

    with pytest.raises(TicketTakenBack):
        take_back(number)


def test_a_manager_has_the_step_on_the_page_and_a_clerk_has_not() -> None:
    number = retailer.sell(("TEA-250", 2)).number
    manager = a_client(Role.STORE_MANAGER, username="ma", sites=["S12"])
    clerk = a_client(Role.STORE_CLERK, username="chen", sites=["S12"])
    form = {"correction_reason": "did_not_occur", "reason": "Wrong till.", "site": "S12"}

    assert clerk.post(f"/pos/tickets/{number}/reverse", form).status_code == 403
    page = manager.post(f"/pos/tickets/{number}/reverse", form, follow=True).content.decode()

    # The sale of the test is of a day that is over.
    assert "ticket.of_another_day" in page
    assert stock("pos:S12", "on_hand/shop_floor/available") == 18
