"""
Pages of purchasing, walked as people walk them: notices, changes, returns, invoices, prices.

Method: forms are sent as the browser would; what changed is read from the documents, and what a
person is told from the page that follows.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from tests import retailer
from tests.access.builders import a_client
from tests.erp import buying
from tests.pages import squeeze
from tests.retailer import BUYER, NOON, deliver
from yipan.access.roles import Role
from yipan.erp.documents.purchasing import purchase_limit, purchase_order
from yipan.erp.documents.purchasing.purchase_order import Ordered, OrderedLine
from yipan.erp.models import (
    ArrivalNotice,
    LandedCost,
    PurchaseOrder,
    SupplierInvoice,
    SupplierPrice,
    SupplierReturn,
)
from yipan.wms.models import ExpectedArrival, InboundOrder

pytestmark = pytest.mark.django_db

SSCC = "006141411234567890"


@pytest.fixture(autouse=True)
def _retailer() -> None:
    retailer.open_retailer()


@pytest.fixture
def purchaser() -> Client:
    return a_client(Role.PURCHASER, username="lin")


@pytest.fixture
def controller() -> Client:
    return a_client(Role.INVENTORY_CONTROLLER, username="zhao")


@pytest.fixture
def finance() -> Client:
    return a_client(Role.FINANCE, username="fan")


def read(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_a_notice_is_written_from_what_is_open_and_said_again(purchaser: Client) -> None:
    order = buying.order(("TEA-250", 100, 3_000), ("MUG-1", 50, 1_000)).number
    assert order in read(purchaser, "/erp/arrival-notices/new")
    assert 'value="100"' in read(purchaser, f"/erp/arrival-notices/new?order={order}")

    form = {
        "order": [order, order],
        "sku": ["TEA-250", "MUG-1"],
        "quantity": ["40", "0"],
        "expected_at": "2026-03-05T09:30",
        "carrier": "SF",
        "packages": f"{SSCC} TEA-250 40 L-7 2027-01-31",
    }
    answer = purchaser.post("/erp/arrival-notices/new", form)
    notice = ArrivalNotice.objects.get()
    assert answer.headers["Location"] == f"/erp/arrival-notices/{notice.number}"
    assert [(line.sku, line.quantity) for line in notice.lines.all()] == [("TEA-250", 40)]
    deliver()
    assert ExpectedArrival.objects.get().number == notice.number

    # What is announced is not proposed a second time; the page says all that was written.
    assert 'value="60"' in read(purchaser, f"/erp/arrival-notices/new?order={order}")
    page = read(purchaser, f"/erp/arrival-notices/{notice.number}")
    assert all(text in page for text in (SSCC, "L-7", "SF", order))

    # A day later, without packages: said anew, and the warehouse hears of version 2.
    edit = f"/erp/arrival-notices/{notice.number}/edit"
    assert f"{SSCC} TEA-250 40 L-7 2027-01-31" in read(purchaser, edit)
    late = form | {"expected_at": "2026-03-06T09:30", "packages": "", "version": "1"}
    purchaser.post(edit, late)
    deliver()
    notice.refresh_from_db()
    assert (notice.version, notice.packages) == (2, [])
    assert ExpectedArrival.objects.get().version == 2


def test_a_notice_with_a_wrong_package_is_refused_and_nothing_is_written(
    purchaser: Client,
) -> None:
    order = buying.order(("TEA-250", 100, 3_000)).number
    form = {"order": [order], "sku": ["TEA-250"], "quantity": ["40"]}

    unreadable = purchaser.post("/erp/arrival-notices/new", form | {"packages": f"{SSCC} TEA-250"})
    wrong = purchaser.post("/erp/arrival-notices/new", form | {"packages": "123 TEA-250 1"})

    assert (unreadable.status_code, wrong.status_code) == (422, 422)
    assert "arrival_notice.package_unreadable" in unreadable.content.decode()
    assert "arrival_notice.package_wrong" in wrong.content.decode()
    assert ArrivalNotice.objects.count() == 0


def test_a_notice_is_given_up_with_a_reason(purchaser: Client) -> None:
    order = buying.order(("TEA-250", 100, 3_000)).number
    form = {"order": [order], "sku": ["TEA-250"], "quantity": ["40"]}
    purchaser.post("/erp/arrival-notices/new", form)
    notice = ArrivalNotice.objects.get().number

    purchaser.post(f"/erp/arrival-notices/{notice}/cancel", {"reason": "The truck broke down."})

    assert ArrivalNotice.objects.get().state == "canceled"
    assert "The truck broke down." in read(purchaser, f"/erp/arrival-notices/{notice}")
    assert notice not in read(purchaser, "/erp/arrival-notices")
    assert notice in read(purchaser, "/erp/arrival-notices?state=all")


def test_a_sent_order_is_changed_and_what_costs_more_waits(
    purchaser: Client, controller: Client
) -> None:
    number = buying.order(("TEA-250", 100, 3_000)).number
    address = f"/erp/purchase-orders/{number}/change"
    assert 'value="100"' in read(purchaser, address)
    form = {"sku": ["TEA-250"], "quantity": ["120"], "unit_cost": ["30.00"], "version": "1"}

    purchaser.post(address, form | {"reason": "Spring sells."})
    page = read(controller, f"/erp/purchase-orders/{number}")
    assert "A change waits for a second person" in page
    assert "Spring sells." in page
    # Whoever asked for it may not decide, and nothing holds yet.
    assert purchaser.post(f"/erp/purchase-orders/{number}/decide-change").status_code == 403
    assert buying.get(number).lines.get().quantity_ordered == 100

    decision = {"decision": "approve"}
    controller.post(f"/erp/purchase-orders/{number}/decide-change", decision)
    deliver()
    assert buying.get(number).lines.get().quantity_ordered == 120
    assert InboundOrder.objects.get().lines.get().quantity_expected == 120
    assert "v2" in read(controller, f"/erp/purchase-orders/{number}")


def test_less_holds_at_once_and_an_old_version_is_told(purchaser: Client) -> None:
    number = buying.order(("TEA-250", 100, 3_000)).number
    address = f"/erp/purchase-orders/{number}/change"
    form = {"sku": ["TEA-250"], "quantity": ["80"], "unit_cost": ["30.00"], "version": "1"}

    purchaser.post(address, form | {"reason": "Less."})
    again = purchaser.post(address, form | {"quantity": ["70"], "reason": "Still less."})

    assert buying.get(number).lines.get().quantity_ordered == 80
    assert again.status_code == 422
    assert "resource.version_mismatch" in again.content.decode()


def test_an_order_takes_price_case_and_minimum_from_the_list(purchaser: Client) -> None:
    buying.sell_at(("TEA-250", 2_800), case_size=12, minimum_quantity=30)

    line = read(purchaser, "/erp/purchase-orders/line?code=TEA-250&supplier=SUP-01")

    assert 'value="36"' in line  # 30 at least, in whole cases of 12
    assert 'value="28.00"' in line
    assert "at least 30" in line


def test_an_order_below_the_minimum_says_so_and_is_approved_with_a_reason(
    purchaser: Client, controller: Client
) -> None:
    buying.sell_at(("TEA-250", 2_800), minimum_quantity=30)
    form = {
        "site": "W1",
        "supplier": "SUP-01",
        "sku": ["TEA-250"],
        "quantity": ["10"],
        "unit_cost": [""],
    }
    purchaser.post("/erp/purchase-orders/new", form)
    order = PurchaseOrder.objects.get()
    page = f"/erp/purchase-orders/{order.number}"
    assert order.lines.get().unit_cost_minor == 2_800
    assert "purchase_order.below_minimum" in read(purchaser, page)

    controller.post(f"{page}/approve")
    assert buying.get(order.number).state == "draft"
    # The page says which version was read: what was changed since is not approved unseen.
    assert b'name="version" value="1"' in controller.get(page).content
    reason = {"reason": "A sample."}
    controller.post(f"{page}/approve", {**reason, "version": "0"})
    assert buying.get(order.number).state == "draft"
    controller.post(f"{page}/approve", {**reason, "version": "1"})
    assert buying.get(order.number).state == "approved"


def test_damaged_goods_go_back_by_pages(purchaser: Client, controller: Client) -> None:
    order = buying.order(("TEA-250", 100, 3_000)).number
    buying.receive(order, ("TEA-250", 90, 10))
    assert 'value="10"' in read(purchaser, f"/erp/supplier-returns/new?order={order}")

    form = {
        "order": order,
        "site": "W1",
        "supplier": "SUP-01",
        "reason": "Torn boxes.",
        "sku": ["TEA-250"],
        "status": ["damaged"],
        "quantity": ["10"],
        "unit_cost": [""],
    }
    purchaser.post("/erp/supplier-returns/new", form)
    row = SupplierReturn.objects.get()
    page = f"/erp/supplier-returns/{row.number}"
    assert "You wrote this return" in read(purchaser, page)
    controller.post(f"{page}/approve")
    purchaser.post(f"{page}/release")
    deliver()

    row.refresh_from_db()
    assert (row.state, row.lines.get().unit_credit_minor) == ("to_ship", 3_000)
    assert row.outbound_order_number in read(controller, page)
    assert row.number in read(controller, f"/erp/purchase-orders/{order}")
    purchaser.post(f"{page}/cancel", {"reason": "They sent new ones."})
    assert SupplierReturn.objects.get().state == "canceled"


def test_a_return_without_a_reason_is_refused_on_the_page(purchaser: Client) -> None:
    form = {"site": "W1", "supplier": "SUP-01", "sku": ["TEA-250"], "quantity": ["1"]}

    answer = purchaser.post(
        "/erp/supplier-returns/new", form | {"status": ["damaged"], "unit_cost": [""]}
    )

    assert answer.status_code == 422
    assert "supplier_return.reason_missing" in answer.content.decode()
    assert SupplierReturn.objects.count() == 0


def test_an_invoice_is_matched_line_by_line_and_accepted_by_finance(
    purchaser: Client, finance: Client
) -> None:
    order = buying.order(("TEA-250", 100, 3_000)).number
    buying.receive(order, ("TEA-250", 80, 0))
    buying.value()
    assert order in read(purchaser, "/erp/supplier-invoices/new")
    assert 'value="80"' in read(purchaser, f"/erp/supplier-invoices/new?order={order}")

    form = {
        "order": [order],
        "sku": ["TEA-250"],
        "quantity": ["100"],
        "unit_price": ["31.50"],
        "invoice_number": "F-77",
        "invoiced_on": "2026-03-02",
    }
    purchaser.post("/erp/supplier-invoices/new", form)
    invoice = SupplierInvoice.objects.get()
    page = f"/erp/supplier-invoices/{invoice.number}"
    text = read(finance, page)
    assert "More than came" in text
    assert "Dearer than ordered" in text
    assert purchaser.post(f"{page}/approve", {"reason": "Mine."}).status_code == 403

    finance.post(f"{page}/approve", {"reason": ""})
    assert SupplierInvoice.objects.get().state == "differing"
    finance.post(f"{page}/approve", {"reason": "The rest comes tomorrow."})
    # 80 of the 100 have come: they alone take the price, and the others when they come.
    assert SupplierInvoice.objects.get().state == "approved"
    assert LandedCost.objects.get().amount_minor == 80 * 150
    assert "80 / 100" in squeeze(read(finance, page))


def test_the_same_invoice_with_other_lines_is_refused_on_the_page(purchaser: Client) -> None:
    order = buying.order(("TEA-250", 100, 3_000)).number
    buying.bill("F-77", (order, "TEA-250", 100, 3_000))
    form = {
        "order": [order],
        "sku": ["TEA-250"],
        "quantity": ["90"],
        "unit_price": ["30.00"],
        "invoice_number": "F-77",
        "invoiced_on": "2026-03-02",
    }

    answer = purchaser.post("/erp/supplier-invoices/new", form)

    assert answer.status_code == 422
    assert "supplier_invoice.number_taken" in answer.content.decode()
    assert SupplierInvoice.objects.count() == 1


def test_a_price_is_written_changed_and_not_overwritten_blindly(purchaser: Client) -> None:
    form = {
        "supplier": "SUP-01",
        "sku": "TEA-250",
        "valid_from": "2026-01-01",
        "valid_to": "",
        "from_quantity": "1",
        "price": "42.50",
        "case_size": "24",
        "minimum_quantity": "48",
        "supplier_sku": "LJ-9",
        "version": "0",
    }
    purchaser.post("/erp/supplier-prices/edit", form)
    price = SupplierPrice.objects.get()
    assert (price.unit_cost_minor, price.case_size, price.version) == (4_250, 24, 1)
    assert "LJ-9" in read(purchaser, "/erp/supplier-prices?supplier=SUP-01&all=1")
    code = "SUP-01|TEA-250|2026-01-01|1"
    assert 'value="42.50"' in read(purchaser, f"/erp/supplier-prices/edit?code={code}")

    purchaser.post("/erp/supplier-prices/edit", form | {"price": "43.00", "version": "1"})
    stale = purchaser.post("/erp/supplier-prices/edit", form | {"price": "40.00", "version": "1"})

    assert stale.status_code == 422
    assert "resource.version_mismatch" in stale.content.decode()
    assert SupplierPrice.objects.get().unit_cost_minor == 4_300


def test_an_administrator_limits_what_a_role_approves_and_many_at_once_obey(
    controller: Client, finance: Client
) -> None:
    admin = a_client(Role.ADMIN, username="ada")
    form = {"role": "inventory_controller", "currency": "CNY", "amount": "1,000.00"}
    assert controller.post("/erp/purchase-limits/set", form).status_code == 403
    admin.post("/erp/purchase-limits/set", form | {"reason": "The audit asks."})
    assert "The audit asks." in read(admin, "/erp/purchase-limits")

    wanted = Ordered(
        site="W1",
        supplier="SUP-01",
        lines=(OrderedLine(sku="RICE-5", quantity=40, unit_cost_minor=3_000),),
    )
    number = purchase_order.create(ordered=wanted, by=BUYER, at=NOON).number
    assert controller.post(f"/erp/purchase-orders/{number}/approve").status_code == 403
    # What one may not do alone, one may not do with many at once either.
    many = {"document_type": "purchase_order", "step": "approve", "number": [number], "go": "1"}
    assert "purchase_order.above_limit" in controller.post("/erp/many", many).content.decode()
    assert buying.get(number).state == "draft"

    finance.post(f"/erp/purchase-orders/{number}/approve")
    assert buying.get(number).state == "approved"


def test_nobody_limits_a_role_of_their_own() -> None:
    both = a_client(Role.ADMIN, Role.FINANCE, username="ada")

    answer = both.post(
        "/erp/purchase-limits/set", {"role": "finance", "currency": "CNY", "amount": "1"}
    )

    assert answer.status_code == 302
    assert purchase_limit.list_limits()[0].value_max_minor is None
    assert "purchase_limit.own_limit" in read(both, "/erp/purchase-limits")


def test_a_surplus_has_a_page_with_all_that_belongs_to_it(
    purchaser: Client, controller: Client
) -> None:
    order = buying.order(("TEA-250", 100, 3_000)).number
    buying.receive(order, ("TEA-250", 104, 0))
    page = "/erp/receipt-surpluses/RS-2026-000001"
    assert order in read(purchaser, page)

    form = {"outcome": "return", "reason": "Not ordered.", "back": "page"}
    assert purchaser.post(f"{page}/propose", form).headers["Location"] == page
    controller.post(f"{page}/approve", {"back": "page"})

    assert SupplierReturn.objects.get().number in read(controller, page)


def test_late_notices_are_a_list_of_their_own(purchaser: Client) -> None:
    order = buying.order(("TEA-250", 100, 3_000)).number
    form = {"order": [order], "sku": ["TEA-250"], "quantity": ["40"]}
    past = f"{NOON - timedelta(days=1):%Y-%m-%dT%H:%M}"
    purchaser.post("/erp/arrival-notices/new", form | {"expected_at": past})
    number = ArrivalNotice.objects.get().number

    assert number in read(purchaser, "/erp/arrival-notices?state=late")
    assert "late" in read(purchaser, f"/erp/arrival-notices/{number}")
