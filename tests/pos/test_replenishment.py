"""Requests for goods: asked by the store, decided by the hub, known at both."""

from __future__ import annotations

from datetime import date

import pytest

from tests import retailer
from tests.access.builders import a_client
from tests.retailer import BUYER, CLERK, NOON, make_id
from yipan.access.roles import Role
from yipan.documents.states import WrongState
from yipan.documents.told import QuantityNotPlausible
from yipan.erp.documents.transfers import replenishment_request
from yipan.erp.documents.transfers.replenishment_request import NothingRequested, SeveralStores
from yipan.erp.models import ReplenishmentRequest, TransferOrder
from yipan.ledger.moves import Trace
from yipan.masterdata import queries as masterdata
from yipan.masterdata.refusals import SkuUnknown
from yipan.pos.documents import replenishment
from yipan.pos.documents.replenishment import AskedAlready, Need
from yipan.pos.models import StoreRequest

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _retailer() -> None:
    retailer.open_retailer()


def ask(sku: str = "TEA-250", quantity: int = 24, *, site: str = "S12") -> StoreRequest:
    return replenishment.submit(
        need=Need(site=site, sku=sku, quantity=quantity, need_by=date(2026, 3, 5)),
        by=CLERK,
        at=NOON,
        message_id=make_id(f"{site} {sku} {quantity} {StoreRequest.objects.count()}"),
    )


def order(*requests: StoreRequest, quantity: int = 24) -> TransferOrder:
    return replenishment_request.order(
        quantities={request.number: quantity for request in requests},
        from_site="W1",
        by=BUYER,
        at=NOON,
        message_id=make_id("ordered"),
    )


def test_requests_become_a_draft_of_a_transfer_and_the_store_knows() -> None:
    tea, soap = ask(), ask("SOAP-1", 6)
    retailer.deliver()
    assert ReplenishmentRequest.objects.filter(state="submitted").count() == 2

    transfer = order(tea, soap, quantity=12)
    retailer.deliver()

    assert (transfer.state, transfer.from_site, transfer.to_site) == ("draft", "W1", "S12")
    assert transfer.due_on == date(2026, 3, 5)
    assert list(transfer.lines.order_by("id").values_list("sku", "quantity_ordered")) == [
        ("TEA-250", 12),
        ("SOAP-1", 12),
    ]
    tea.refresh_from_db()
    assert (tea.state, tea.quantity_ordered, tea.transfer_number) == (
        "ordered",
        12,
        transfer.number,
    )
    with pytest.raises(WrongState):
        order(tea)


def test_a_refused_request_says_why_and_may_be_ordered_after_all() -> None:
    tea = ask()
    retailer.deliver()

    replenishment_request.reject(
        number=tea.number,
        by=Trace(actor="lin.planner", reason="Sold out until May."),
        at=NOON,
        message_id=make_id("refused"),
    )
    retailer.deliver()

    tea.refresh_from_db()
    assert (tea.state, tea.answer_note) == ("rejected", "Sold out until May.")
    order(tea)
    retailer.deliver()
    tea.refresh_from_db()
    assert tea.state == "ordered"


def test_a_product_is_asked_for_once_until_the_hub_has_answered() -> None:
    first = ask()
    with pytest.raises(AskedAlready) as refused:
        ask(quantity=48)
    assert refused.value.facts["number"] == first.number
    ask(site="S1")

    same = replenishment.submit(
        need=Need(site="S12", sku="TEA-250", quantity=24),
        by=CLERK,
        at=NOON,
        message_id=first.message_id,
    )

    assert same.number == first.number
    assert StoreRequest.objects.count() == 2


def test_what_makes_no_sense_is_refused_and_nothing_changes() -> None:
    with pytest.raises(SkuUnknown):
        ask("NEW-1")
    with pytest.raises(QuantityNotPlausible):
        ask(quantity=0)
    assert StoreRequest.objects.count() == 0

    here, there = ask(), ask(site="S1")
    retailer.deliver()
    with pytest.raises(SeveralStores):
        order(here, there)
    with pytest.raises(NothingRequested):
        order()
    with pytest.raises(QuantityNotPlausible):
        order(here, quantity=0)
    assert TransferOrder.objects.count() == 0


def test_a_planner_sends_cases_and_a_slip_keeps_what_was_typed() -> None:
    tea, soap = ask(), ask("SOAP-1", 6)
    retailer.deliver()
    planner = a_client(Role.PLANNER)
    fields = {
        "number": [tea.number, soap.number],
        "from_site": "W1",
        f"quantity-{tea.number}": "2 case",
        f"quantity-{soap.number}": "some",
    }

    slip = planner.post("/erp/replenishment-requests/order", fields)
    said = slip.content.decode()
    untouched = TransferOrder.objects.count()
    taken = planner.post(
        "/erp/replenishment-requests/order", {**fields, f"quantity-{soap.number}": "6"}
    )

    assert (slip.status_code, untouched) == (422, 0)
    assert 'value="2 case"' in said
    assert 'value="some"' in said
    assert said.count('aria-invalid="true"') == 1
    assert taken.status_code == 302
    lines = TransferOrder.objects.get().lines.order_by("id")
    assert list(lines.values_list("sku", "quantity_ordered")) == [
        ("TEA-250", 2 * masterdata.get_sku("TEA-250").case_size),
        ("SOAP-1", 6),
    ]
