"""Customer returns: what of a receipt may come back, claimed once in the whole company."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import retailer
from tests.retailer import CLERK, NOON, make_id, sell, stock
from yipan.documents.states import WrongState
from yipan.documents.told import QuantityNotPlausible
from yipan.erp.documents.sales import customer_return
from yipan.erp.documents.sales.customer_return import (
    BroughtBack,
    Claim,
    LinesMissing,
    NotReturnable,
    ReturnIdReused,
)
from yipan.erp.models import CustomerReturn, ReturnedGoods, SalesIssue
from yipan.erp.queries.returnable import ReceiptAmbiguous, get_receipt
from yipan.erp.rules.customer_return import Returnable, get_refund
from yipan.foundation.refusals import NotFound
from yipan.messages.till import TicketLine
from yipan.pos.documents import register
from yipan.pos.documents.register import Sale

pytestmark = pytest.mark.django_db


@pytest.fixture
def receipt() -> str:
    """The number of a receipt of S12: three packets of tea and a piece of soap."""
    retailer.open_retailer()
    retailer.open_store("S12", ("TEA-250", 10), ("SOAP-1", 5))
    number = sell(("TEA-250", 3), ("SOAP-1", 1)).number
    retailer.deliver()
    return number


def claim(
    receipt: str, *lines: tuple[str, int], return_id: UUID | None = None, site: str = "S1"
) -> CustomerReturn:
    return customer_return.claim(
        wanted=Claim(
            return_id=return_id or make_id(f"return {CustomerReturn.objects.count()}"),
            site=site,
            original_number=receipt,
            lines=[
                BroughtBack(sku=sku, quantity=quantity, disposition="sellable")
                for sku, quantity in lines
            ],
        ),
        by=CLERK,
        at=NOON,
    )


def take_back(receipt: str, quantity: int, *, till: str = "S1-1") -> str:
    line = TicketLine(
        line=1,
        sku="TEA-250",
        quantity=-quantity,
        amount_minor=-6_800 * quantity,
        line_type="return",
        disposition="sellable",
        original_ticket=receipt,
    )
    taken = register.close_ticket(
        site=till.rpartition("-")[0],
        till_code=till,
        sale=Sale(message_id=make_id(f"{till} {receipt} back {quantity}"), lines=(line,)),
        by=CLERK,
        at=NOON + timedelta(hours=1),
    )
    retailer.deliver()
    return taken.number


def list_left(receipt: str) -> dict[str, int]:
    return {line.sku: line.quantity for line in get_receipt(receipt).lines}


def test_what_is_claimed_is_settled_by_the_ticket_that_takes_it(receipt: str) -> None:
    claimed = claim(receipt, ("TEA-250", 2))
    assert (claimed.refund_minor, claimed.original_site) == (13_600, "S12")
    assert list_left(receipt) == {"SOAP-1": 1, "TEA-250": 1}

    number = take_back(receipt, 2)

    claimed.refresh_from_db()
    assert (claimed.state, claimed.ticket_number) == ("refunded", number)
    assert list_left(receipt) == {"SOAP-1": 1, "TEA-250": 1}
    assert stock("erp", "on_hand/S1/available") == 2


def test_a_receipt_is_refunded_once_in_whichever_store_it_is_shown(receipt: str) -> None:
    claim(receipt, ("TEA-250", 3), site="S1")

    with pytest.raises(NotReturnable) as refused:
        claim(receipt, ("TEA-250", 1), site="S12")

    assert refused.value.facts == {"sku": "TEA-250", "asked": 1, "returnable": 0}
    with pytest.raises(NotReturnable):
        claim(receipt, ("MUG-1", 1))
    assert CustomerReturn.objects.count() == 1


def test_the_same_return_told_again_is_one_and_other_goods_under_its_id_are_refused(
    receipt: str,
) -> None:
    first = claim(receipt, ("TEA-250", 2), return_id=make_id("one"))

    assert claim(receipt, ("TEA-250", 2), return_id=make_id("one")).number == first.number
    with pytest.raises(ReturnIdReused):
        claim(receipt, ("TEA-250", 1), return_id=make_id("one"))
    assert list_left(receipt)["TEA-250"] == 1


def test_a_claim_that_is_given_up_frees_the_goods(receipt: str) -> None:
    claimed = claim(receipt, ("TEA-250", 3))

    customer_return.release(number=claimed.number, by=CLERK, at=NOON)

    assert list_left(receipt)["TEA-250"] == 3
    with pytest.raises(WrongState):
        customer_return.release(number=claimed.number, by=CLERK, at=NOON)


def test_a_return_without_a_claim_is_a_fact_and_counts(receipt: str) -> None:
    take_back(receipt, 2, till="S12-2")

    assert list_left(receipt)["TEA-250"] == 1
    assert ReturnedGoods.objects.get().quantity == 2
    # More than was sold: booked, and nothing is left.
    take_back(receipt, 3, till="S1-1")
    assert list_left(receipt)["TEA-250"] == 0


def test_what_makes_no_sense_is_refused_and_nothing_changes(receipt: str) -> None:
    with pytest.raises(NotFound):
        claim("S12-1-999999", ("TEA-250", 1))
    with pytest.raises(LinesMissing):
        claim(receipt)
    with pytest.raises(LinesMissing):
        claim(receipt, ("TEA-250", 1), ("TEA-250", 1))
    with pytest.raises(QuantityNotPlausible):
        claim(receipt, ("TEA-250", 0))

    assert CustomerReturn.objects.count() == 0


def test_a_number_two_stores_use_is_asked_back(receipt: str) -> None:
    assert get_receipt(receipt).site == "S12"
    # Tills of other makers print short numbers: two of them may be alike.
    issue = SalesIssue.objects.get(ticket_number=receipt)
    issue.pk, issue.number, issue.site = None, f"S1-{receipt}", "S1"
    issue.save()

    with pytest.raises(ReceiptAmbiguous):
        get_receipt(receipt)
    assert get_receipt(receipt, site="S1").site == "S1"


@given(
    amount=st.integers(min_value=0, max_value=10**9),
    parts=st.lists(st.integers(min_value=1, max_value=50), min_size=1, max_size=20),
)
@settings(max_examples=200, deadline=None)
def test_refunds_of_all_parts_add_up_to_what_was_paid(amount: int, parts: list[int]) -> None:
    sold, back, refunded = sum(parts), 0, 0
    for part in parts:
        line = Returnable(sku="A", quantity_sold=sold, amount_minor=amount, quantity_returned=back)
        refunded += get_refund(line, quantity=part)
        back += part

    assert refunded == amount
