"""
A plan, from sales in the books to documents of the hub.

A warehouse feeds two stores. What they sold in four months is in the site book. The plan proposes;
a planner changes one quantity, refuses another, approves the rest; the hub writes a purchase order
that waits for who may buy, and releases transfers. The next plan asks for nothing twice.
"""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from tests import retailer
from tests.planning import world
from tests.planning.world import PLANNER, TODAY
from tests.retailer import BUYER, make_id
from yipan.documents.states import WrongState
from yipan.erp.documents.purchasing import purchase_order
from yipan.erp.documents.transfers import transfer_order
from yipan.erp.models import PurchaseOrder, TransferOrder
from yipan.ledger.moves import Trace
from yipan.planning.documents import proposal
from yipan.planning.documents.policy import Scope
from yipan.planning.documents.proposal import (
    NothingChosen,
    ProposalChanged,
    QuantityUnusable,
    ReasonMissing,
)
from yipan.planning.models import Proposal

pytestmark = pytest.mark.django_db


def deliver_all() -> None:
    while retailer.deliver():
        pass


def approve(*numbers: str) -> proposal.Approved:
    return proposal.approve(
        numbers=numbers, by=PLANNER, at=TODAY, message_id=make_id(" ".join(numbers))
    )


def test_proposals_are_changed_refused_and_approved_and_become_documents() -> None:
    world.open_chain(warehouse=20)
    world.plan()
    tea = Proposal.objects.get(sku="TEA-250", site="S1", state="open")
    bought = Proposal.objects.get(sku="TEA-250", site="W1", kind="purchase", state="open")
    soap = Proposal.objects.filter(sku="SOAP-1", site="S1", state="open").get()

    proposal.choose(number=tea.number, quantity=6, by=PLANNER, at=TODAY)
    proposal.refuse(numbers=[soap.number], by=Trace(actor="sun.planner", reason="Moving"), at=TODAY)
    done = approve(tea.number, bought.number)
    deliver_all()

    assert (done.proposals, done.documents) == (2, 2)
    transfer = TransferOrder.objects.get()
    assert (transfer.state, transfer.from_site, transfer.to_site) == ("released", "W1", "S1")
    assert [(it.sku, it.quantity_ordered) for it in transfer.lines.all()] == [("TEA-250", 6)]
    order = PurchaseOrder.objects.get()
    assert (order.state, order.supplier, order.created_by) == ("draft", "SUP-01", "sun.planner")
    tea.refresh_from_db()
    bought.refresh_from_db()
    assert (tea.state, tea.document_number) == ("ordered", transfer.number)
    assert (bought.state, bought.document_number) == ("ordered", order.number)

    world.plan()
    again = {(it.sku, it.site) for it in Proposal.objects.filter(state="open")}
    assert ("SOAP-1", "S1") not in again  # refused until its review day is over
    assert ("TEA-250", "W1") not in again  # the draft counts as coming

    purchase_order.cancel(number=order.number, by=BUYER, at=TODAY, message_id=make_id("canceled"))
    deliver_all()
    bought.refresh_from_db()
    assert bought.state == "closed"
    world.plan()
    assert Proposal.objects.filter(sku="TEA-250", site="W1", state="open").count() == 1

    transfer_order.cancel(
        number=transfer.number, by=PLANNER, at=TODAY, message_id=make_id("transfer canceled")
    )
    deliver_all()
    world.plan()
    tea.refresh_from_db()
    assert tea.state == "closed"


def test_a_chosen_quantity_stays_when_the_plan_is_made_again() -> None:
    world.open_chain()
    world.plan()
    tea = Proposal.objects.get(sku="TEA-250", site="S1", state="open")
    proposal.choose(number=tea.number, quantity=600, by=PLANNER, at=TODAY)
    world.set_terms(
        Scope(site="S1"), source="W1", lead_time_days=9, case_size=6, service_permille=990
    )

    run = world.plan()
    tea_again = Proposal.objects.get(sku="TEA-250", site="S1", state="open")

    assert run.changed > 0
    assert tea_again.number == tea.number
    assert tea_again.quantity != tea.quantity
    assert (tea_again.quantity_chosen, tea_again.quantity_final) == (600, 600)


def test_what_is_refused_changes_nothing() -> None:
    world.open_chain()
    world.plan()
    tea = Proposal.objects.get(sku="TEA-250", site="S1", state="open")

    with pytest.raises(QuantityUnusable):
        proposal.choose(number=tea.number, quantity=0, by=PLANNER, at=TODAY)
    with pytest.raises(ProposalChanged):
        proposal.choose(number=tea.number, quantity=5, version=9, by=PLANNER, at=TODAY)
    with pytest.raises(ReasonMissing):
        proposal.refuse(numbers=[tea.number], by=PLANNER, at=TODAY)
    with pytest.raises(NothingChosen):
        approve()
    approve(tea.number)
    with pytest.raises(WrongState):
        approve(tea.number)

    tea.refresh_from_db()
    assert (tea.state, tea.quantity_chosen) == ("approved", None)


def test_the_database_itself_keeps_one_open_proposal_per_key() -> None:
    world.open_chain()
    world.plan()
    tea = Proposal.objects.get(sku="TEA-250", site="S1", state="open")
    tea.pk, tea.number = None, "PP-TWICE"

    with pytest.raises(IntegrityError, match="proposal_one_open_per_key"), transaction.atomic():
        tea.save()
