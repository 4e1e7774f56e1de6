"""Goal: an outside number stands for one document, told twice, at once, or by somebody else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.meanwhile import meanwhile
from tests.oms.ordering import DESK, open_shop
from tests.retailer import BUYER, NOON, make_id, open_retailer
from tests.scenarios.test_first_goods_api import Caller, code
from yipan.access.roles import Role
from yipan.documents.repeats import OutsideNumberReused
from yipan.erp.documents.purchasing import purchase_order
from yipan.erp.documents.purchasing.purchase_order import Ordered, OrderedLine
from yipan.erp.documents.transfers import transfer_order
from yipan.erp.documents.transfers.transfer_order import Transferred, TransferredLine
from yipan.erp.models import PurchaseOrder, TransferOrder
from yipan.ledger.queries import get_quantity
from yipan.oms.documents import order as channel_order
from yipan.oms.documents.order import Bought, BoughtLine, Taken
from yipan.oms.models import ChannelOrder

BOUGHT = Bought(channel="web", external_id="web-1", lines=(BoughtLine(sku="TEA-250", quantity=2),))
MOVED = Transferred(
    from_site="W1",
    to_site="S12",
    lines=(TransferredLine(sku="TEA-250", quantity=5),),
    external_id="PLAN-7",
)


def take(bought: Bought = BOUGHT) -> Taken:
    return channel_order.take(bought=bought, by=DESK, at=NOON, message_id=make_id("taken"))


@pytest.mark.django_db(transaction=True)
def test_an_order_told_twice_at_once_is_taken_once_and_answered_twice() -> None:
    open_shop(w1=10)

    with meanwhile(take) as other:
        first = take()

    assert other.fault is None
    assert other.result == Taken(number=first.number, is_repeat=True)
    assert ChannelOrder.objects.count() == 1
    assert get_quantity(book="erp", account="on_hand/W1/reserved", sku="TEA-250") == 2


@pytest.mark.django_db(transaction=True)
def test_a_draft_written_twice_at_once_is_written_once() -> None:
    open_retailer()
    ordered = Ordered(
        site="W1",
        supplier="SUP-01",
        lines=(OrderedLine(sku="TEA-250", quantity=10),),
        external_id="SAP 4711",
    )

    def write() -> str:
        return purchase_order.create(ordered=ordered, by=BUYER, at=NOON).number

    with meanwhile(write) as other:
        first = write()

    assert other.fault is None
    assert other.result == first
    assert PurchaseOrder.objects.count() == 1


@pytest.mark.django_db
def test_a_number_of_another_sites_document_is_refused_without_telling_of_it() -> None:
    open_retailer()
    transfer_order.create(wanted=MOVED, by=BUYER, at=NOON)

    with pytest.raises(OutsideNumberReused) as refused:
        transfer_order.create(wanted=replace(MOVED, to_site="S1"), by=BUYER, at=NOON)

    assert refused.value.facts == {"external_id": "PLAN-7"}
    assert TransferOrder.objects.get().to_site == "S12"


@pytest.mark.django_db
def test_a_caller_of_one_site_gets_no_document_of_another_by_its_outside_number() -> None:
    open_retailer()
    transfer_order.create(wanted=MOVED, by=BUYER, at=NOON)
    clerk = Caller(Role.PLANNER, name="S1 alone", sites=["W1", "S1"])

    answer = clerk.post(
        "/transfers",
        {
            "from_site": "W1",
            "to_site": "S1",
            "external_id": "PLAN-7",
            "lines": [{"sku": "TEA-250", "quantity": 1}],
        },
    )

    assert code(answer) == (409, "document.outside_number_reused")
    assert "S12" not in answer.content.decode()
    assert TransferOrder.objects.count() == 1
