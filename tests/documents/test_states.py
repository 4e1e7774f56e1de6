"""Goal: a step is taken once, from where it may be taken, and by a second person where asked."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction

from tests.retailer import BUYER, CHECKER, NOON, open_retailer
from yipan.documents.states import OwnApproval, WrongState, lock_for, require_second_person
from yipan.erp.documents.purchasing import purchase_order
from yipan.erp.documents.purchasing.purchase_order import Ordered, OrderedLine
from yipan.erp.models import PurchaseOrder
from yipan.foundation.refusals import NotFound

STEPS = {
    "approve": frozenset({"draft"}),
    "send": frozenset({"approved"}),
    "cancel": frozenset({"draft"}),
}


def write_order() -> str:
    open_retailer()
    lines = (OrderedLine(sku="TEA-250", quantity=10),)
    ordered = Ordered(site="W1", supplier="SUP-01", lines=lines)
    return purchase_order.create(ordered=ordered, by=BUYER, at=NOON).number


@pytest.mark.django_db
def test_a_step_from_the_right_state_gets_the_document_locked() -> None:
    number = write_order()

    document = lock_for("approve", model=PurchaseOrder, number=number, steps=STEPS)

    assert (document.number, document.state) == (number, "draft")


@pytest.mark.django_db
def test_a_step_from_another_state_is_refused_with_all_it_was_about() -> None:
    number = write_order()

    with pytest.raises(WrongState) as refused:
        lock_for("send", model=PurchaseOrder, number=number, steps=STEPS)

    assert refused.value.facts == {"number": number, "step": "send", "state": "draft"}


@pytest.mark.django_db
def test_a_number_never_given_out_is_not_found() -> None:
    with pytest.raises(NotFound) as refused:
        lock_for("approve", model=PurchaseOrder, number="PO-0", steps=STEPS)

    assert refused.value.facts == {"kind": "purchaseorder", "id": "PO-0"}


@pytest.mark.django_db
def test_whoever_wrote_a_document_may_not_approve_it() -> None:
    number = write_order()
    document = PurchaseOrder.objects.get(number=number)

    with pytest.raises(OwnApproval) as refused:
        require_second_person(document, actor=BUYER.actor)
    require_second_person(document, actor=CHECKER.actor)

    assert refused.value.facts == {"number": number, "created_by": BUYER.actor}


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_the_same_step_at_once_one_is_refused() -> None:
    number = write_order()
    answers: list[str] = []
    both_ready = threading.Barrier(2)

    def take() -> None:
        both_ready.wait()
        try:
            with transaction.atomic():
                document = lock_for("cancel", model=PurchaseOrder, number=number, steps=STEPS)
                document.state = "canceled"
                document.save(update_fields=["state"])
            answers.append("taken")
        except WrongState:
            answers.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=take) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == ["refused", "taken"]
