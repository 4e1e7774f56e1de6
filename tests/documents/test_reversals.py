"""Goal: whoever may undo a document does so on its page, with a cause and words, and only once."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import translation

from tests import retailer
from tests.access.builders import a_client
from tests.erp import moving
from tests.retailer import CLERK, NOON, deliver, make_id, stock
from yipan.access.roles import Role
from yipan.documents import reversals
from yipan.documents.reversals import ReasonMissing
from yipan.pos.documents import adjustment, transfer
from yipan.pos.documents.adjustment import AdjustedGoods, Wanted
from yipan.pos.models import StoreOrder
from yipan.wms.documents.stock import stock_opening

pytestmark = pytest.mark.django_db

WHY = {"correction_reason": "incorrect_data", "reason": "Keyed on the wrong order."}


@pytest.fixture(autouse=True)
def _retailer() -> None:
    retailer.open_retailer()


def undo(client: Client, address: str, form: dict[str, str] = WHY) -> str:
    """Open the page, take the step as its form does, and return the page shown next."""
    page = client.get(address).content.decode()
    assert f'action="{address}/reverse"' in page
    return client.post(f"{address}/reverse", form, follow=True).content.decode()


def test_a_lead_undoes_a_receipt_and_a_worker_may_not() -> None:
    lead = a_client(Role.WAREHOUSE_LEAD, username="li", sites=["W1"])
    worker = a_client(Role.WAREHOUSE_WORKER, username="wang", sites=["W1"])
    order = retailer.order(("TEA-250", 100))
    deliver()
    number = retailer.receive(order.inbound_order_number, ("TEA-250", 60, 2)).number
    address = f"/wms/receipts/{number}"

    assert "reverse" not in worker.get(address).content.decode()
    assert worker.post(f"{address}/reverse", WHY).status_code == 403
    page = undo(lead, address)

    assert "Reversed. The goods are expected again" in page
    assert "It was written down wrongly: Keyed on the wrong order." in page
    assert f'action="{address}/reverse"' not in page
    assert stock("wms:W1", "on_hand/RECV-01/available") == 0
    again = lead.post(f"{address}/reverse", WHY, follow=True).content.decode()
    assert "document.wrong_state" in again


@pytest.mark.parametrize("form", [{}, {"reason": "x"}, WHY | {"reason": " "}])
def test_without_a_cause_or_words_nothing_is_undone(form: dict[str, str]) -> None:
    manager = a_client(Role.STORE_MANAGER, username="ma", sites=["S12"])
    number = retailer.open_store("S12", ("TEA-250", 5)).number

    page = undo(manager, f"/pos/stock-openings/{number}", form)

    assert "reversal.reason_missing" in page
    assert stock("pos:S12", "on_hand/shop_floor/available") == 5


def test_a_store_manager_undoes_openings_transfers_and_adjustments() -> None:
    manager = a_client(Role.STORE_MANAGER, username="ma", sites=["S12"])
    clerk = a_client(Role.STORE_CLERK, username="chen", sites=["S12"])
    opening = retailer.open_store("S12", ("TEA-250", 5)).number
    scrap = adjustment.post(
        wanted=Wanted(
            site="S12",
            adjustment_type="scrap",
            goods=[AdjustedGoods(sku="TEA-250", quantity=1)],
        ),
        by=CLERK,
        at=NOON,
        message_id=make_id("scrap"),
    ).number
    moving.ship(moving.release(("TEA-250", 3)).number, "SH-1", ("TEA-250", 3))
    deliver()
    asked = StoreOrder.objects.get(site="S12").number
    came = transfer.open_transfer(site="S12", order_number=asked, by=CLERK, at=NOON).number
    transfer.move_as_asked(number=came, by=CLERK, at=NOON, message_id=make_id("came"))

    for address in (
        f"/pos/adjustments/{scrap}",
        f"/pos/transfers/{came}",
        f"/pos/stock-openings/{opening}",
    ):
        assert clerk.post(f"{address}/reverse", WHY).status_code == 403
        assert "Reversed" in undo(manager, address)

    deliver()
    assert stock("pos:S12", "on_hand/shop_floor/available") == 0
    assert stock("erp", "on_hand/S12/available") == 0


def test_a_reason_is_kept_by_its_code_and_read_in_the_language_of_the_reader() -> None:
    kept = reversals.write_reason(cause="did_not_occur", words="  Twice. ")

    assert kept == "did_not_occur: Twice."
    assert reversals.split_reason(kept) == ("did_not_occur", "Twice.")
    assert reversals.split_reason("note: free words") == ("", "note: free words")
    with translation.override("zh-hans"):
        assert str(reversals.read_reason(kept)) == "并未发生: Twice."
    with pytest.raises(ReasonMissing):
        reversals.write_reason(cause="because", words="Twice.")


def test_a_lead_undoes_a_receipt_and_an_opening_by_the_api() -> None:
    lead = a_client(Role.WAREHOUSE_LEAD, username="li", sites=["W1"])
    order = retailer.order(("TEA-250", 100))
    deliver()
    receipt = retailer.receive(order.inbound_order_number, ("TEA-250", 60, 2)).number
    opening = stock_opening.post(
        site="W1",
        stock=[stock_opening.BinStock(bin_code="A-01-01", sku="MUG-1", quantity=7)],
        by=retailer.RECEIVER,
        at=NOON,
        message_id=make_id("begun"),
    ).number

    answers = [
        lead.post(
            f"/api/v1/{address}/reverse",
            body,
            content_type="application/json",
            headers={"Idempotency-Key": f"{address} {len(body)}"},
        )
        for address in (f"receipts/{receipt}", f"warehouse-openings/{opening}")
        for body in ({"reason": "No cause."}, WHY)
    ]

    assert [answer.status_code for answer in answers] == [422, 200, 422, 200]
    assert answers[1].json()["head"]["state"] == answers[3].json()["state"] == "reversed"
    assert stock("wms:W1", "on_hand/RECV-01/available") == 0
    assert stock("wms:W1", "on_hand/A-01-01/available", "MUG-1") == 0
