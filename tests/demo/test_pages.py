"""Every page of the first goods opens for whoever works with it, on the demo retailer's data."""

from __future__ import annotations

import pytest
from django.test import Client

from yipan.access.models import User
from yipan.erp.models import (
    ArrivalNotice,
    GoodsReceipt,
    PurchaseOrder,
    ReceiptSurplus,
    SalesIssue,
    StockOpening,
    SupplierInvoice,
    SupplierReturn,
)
from yipan.pos.models import StoreOpening, Ticket
from yipan.wms.models import BinMove, InboundOrder, Receipt, WarehouseOpening

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def look(username: str, *addresses: str, language: str = "en") -> dict[str, int]:
    client = Client(headers={"Accept-Language": language})
    client.force_login(User.objects.get(username=username))
    return {address: client.get(address).status_code for address in addresses}


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_office_opens_every_page_of_the_hub(language: str) -> None:
    orders = PurchaseOrder.objects.order_by("id")
    addresses = [
        "/erp/purchase-orders",
        "/erp/purchase-orders?state=open&q=SUP-02&sort=-expected",
        "/erp/purchase-orders?late=1",
        "/erp/purchase-orders?q=nothing-like-this",
        "/erp/purchase-orders/new",
        "/erp/purchase-orders/goods?goods=tea",
        "/erp/purchase-orders/line?code=TEA-250",
        *(f"/erp/purchase-orders/{order.number}" for order in orders),
        f"/erp/purchase-orders/{orders.filter(state='draft')[0].number}/edit",
        "/erp/arrival-notices?state=all",
        "/erp/arrival-notices/new",
        *(f"/erp/arrival-notices/{it.number}" for it in ArrivalNotice.objects.all()),
        f"/erp/arrival-notices/{ArrivalNotice.objects.order_by('id')[0].number}/edit",
        "/erp/receipt-surpluses?all=1",
        *(f"/erp/receipt-surpluses/{it.number}" for it in ReceiptSurplus.objects.all()),
        "/erp/supplier-returns",
        "/erp/supplier-returns/new",
        *(f"/erp/supplier-returns/{it.number}" for it in SupplierReturn.objects.all()),
        "/erp/supplier-invoices",
        "/erp/supplier-invoices/new",
        *(f"/erp/supplier-invoices/{it.number}" for it in SupplierInvoice.objects.all()),
        "/erp/supplier-prices?all=1",
        "/erp/supplier-prices/edit",
        "/erp/goods-receipts",
        "/erp/goods-receipts?warned=1",
        *(f"/erp/goods-receipts/{receipt.number}" for receipt in GoodsReceipt.objects.all()),
        "/erp/sales-issues",
        f"/erp/sales-issues/{SalesIssue.objects.order_by('id')[0].number}",
        *(f"/erp/stock-openings/{opening.number}" for opening in StockOpening.objects.all()),
    ]

    answers = look("purchaser", *addresses, language=language)

    assert {address: code for address, code in answers.items() if code != 200} == {}


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_warehouse_opens_every_page_of_its_own(language: str) -> None:
    addresses = [
        "/wms/inbound-orders",
        "/wms/inbound-orders?state=all&q=SUP-01",
        *(f"/wms/inbound-orders/{order.number}" for order in InboundOrder.objects.all()),
        "/wms/receipts",
        "/wms/receipts?state=draft",
        *(f"/wms/receipts/{receipt.number}" for receipt in Receipt.objects.all()),
        f"/wms/receiving/{Receipt.objects.order_by('id')[0].number}/counted",
        "/wms/receiving",
        "/wms/stock",
        "/wms/stock?status=damaged&q=RECV",
        "/wms/bin-moves",
        "/wms/bin-moves/new?from_bin=RECV-01&sku=TEA-250",
        f"/wms/bin-moves/{BinMove.objects.order_by('id')[0].number}",
        f"/wms/stock-openings/{WarehouseOpening.objects.get().number}",
    ]

    answers = look("worker", *addresses, language=language)
    answers |= look("lead", "/wms/stock-openings/new", language=language)

    assert {address: code for address, code in answers.items() if code != 200} == {}


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_store_opens_every_page_of_its_own(language: str) -> None:
    own = Ticket.objects.filter(site="S12").order_by("id")[0]
    addresses = [
        "/pos/register",
        "/pos/register/catalog",
        "/pos/register/goods?q=tea",
        "/pos/tickets",
        "/pos/tickets?type=return&q=TEA-250",
        "/pos/tickets?day=2026-03-08",
        f"/pos/tickets/{own.number}",
        "/pos/stock",
        "/pos/stock?below=1",
        f"/pos/stock-openings/{StoreOpening.objects.get(site='S12').number}",
    ]

    answers = look("clerk", *addresses, language=language)
    answers |= look("manager", "/pos/stock-openings/new?site=S1", language=language)

    assert {address: code for address, code in answers.items() if code != 200} == {}


def test_what_another_site_has_is_not_found() -> None:
    of_other_store = Ticket.objects.filter(site="S1").order_by("id")[0]

    answers = look(
        "clerk",
        f"/pos/tickets/{of_other_store.number}",
        f"/pos/stock-openings/{StoreOpening.objects.get(site='S1').number}",
        "/pos/register?site=S1",
        "/pos/stock?site=S1",
        "/wms/inbound-orders",
        "/erp/purchase-orders",
    )

    assert list(answers.values()) == [404, 404, 404, 404, 403, 403]
