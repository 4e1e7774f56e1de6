"""The demo retailer is the same each time, holds together, and shows every state."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from django.db.models import F, Model

from tests.demo.conftest import NOW
from yipan import demo
from yipan.access.models import User
from yipan.demo import goods, people, retailer
from yipan.documents import day_figures
from yipan.erp.models import (
    Adjustment,
    Allocation,
    ArrivalNotice,
    GoodsReceipt,
    LandedCost,
    LimitChange,
    PurchaseChange,
    PurchaseOrder,
    ReceiptSurplus,
    ReplenishmentRequest,
    SalesIssue,
    SupplierInvoice,
    SupplierReturn,
    TransferDifference,
    TransferOrder,
)
from yipan.exchange import delivery
from yipan.exchange.queries import list_inbox
from yipan.ledger import queries as ledger
from yipan.masterdata import promotions
from yipan.oms.models import ChannelOrder, FulfillmentOrder
from yipan.oms.queries.exceptions import list_exceptions
from yipan.pool.queries import prove_promises
from yipan.pos.models import StoreDifference, StoreFulfillment, Ticket
from yipan.proof.purchasing import prove_on_order, prove_supplier_account

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_the_demo_shows_orders_in_every_state_and_a_month_of_tickets() -> None:
    states = Counter(PurchaseOrder.objects.values_list("state", flat=True))
    assert states == {
        "draft": 2,
        "approved": 1,
        "sent": 2,
        "partly_received": 2,
        "received": 5,
        "closed_short": 1,
        "canceled": 1,
    }
    assert GoodsReceipt.objects.exclude(warnings=[]).count() == 1
    of_orders = SalesIssue.objects.exclude(order_number="").count()
    assert (Ticket.objects.count(), SalesIssue.objects.count() - of_orders) == (3_387, 3_387)
    orders = set(ChannelOrder.objects.values_list("state", flat=True))
    assert orders >= {"sourced", "backordered", "partly_shipped", "completed", "canceled"}
    parts = set(FulfillmentOrder.objects.values_list("state", flat=True))
    assert parts >= {"released", "in_transit", "picked", "ready", "partly_shipped", "shipped"}
    assert parts >= {"handed_over", "rejected", "canceled"}
    kinds = {it.kind for it in list_exceptions(at=NOW)}
    assert kinds >= {"unfulfillable", "late", "expiring"}
    assert ReplenishmentRequest.objects.filter(state="submitted").count() == 3
    # What sold out was sold below zero: somebody has to count it. One shelf was counted.
    differences = set(StoreDifference.objects.values_list("difference_type", "state"))
    assert differences == {("negative_book", "open"), ("count", "counted")}
    assert list_inbox() == []
    assert delivery.deliver_pending() == 0
    rules = promotions.list_all(only_active=True)
    assert {rule.kind for rule in rules} == {"percent", "n_for_m", "gift"}
    assert StoreFulfillment.objects.filter(method="pickup", site="S12").exists()
    assert prove_promises().ok, prove_promises().detail


def test_every_day_of_a_month_has_its_figures() -> None:
    since = NOW.date() - timedelta(days=29)
    kept = day_figures.list_days(codes=["tickets", "value_minor"], since=since)

    for code in ("tickets", "value_minor"):
        assert len([value for (each, _), value in kept.items() if each == code and value]) == 30


def test_the_hub_agrees_with_each_site_and_a_store_is_oversold() -> None:
    for site, book in (("W1", "wms:W1"), ("S1", "pos:S1"), ("S12", "pos:S12")):
        told: Counter[tuple[str, str]] = Counter()
        for row in ledger.list_balances(book=book, prefix="on_hand/"):
            # What a site sets aside for its picking, the hub sets aside for an order or not.
            status = row.account.rpartition("/")[2].replace("reserved", "available")
            told[row.sku, status] += row.quantity
        heard: Counter[tuple[str, str]] = Counter()
        for row in ledger.list_balances(book="erp", prefix=f"on_hand/{site}/"):
            # And what the hub has reserved for an order lies free on a store's shelf.
            status = row.account.rpartition("/")[2].replace("reserved", "available")
            heard[row.sku, status] += row.quantity
        assert {key: quantity for key, quantity in told.items() if quantity} == {
            key: quantity for key, quantity in heard.items() if quantity
        }
    oversold = {(row.account, row.sku) for row in ledger.list_shortfalls(book="erp")}
    assert ("on_hand/S12/available", "CHOC-100") in oversold


def test_a_second_build_changes_nothing() -> None:
    before = (Ticket.objects.count(), PurchaseOrder.objects.count(), User.objects.count())

    assert retailer.build(now=NOW) is False
    assert demo.build() is False

    after = (Ticket.objects.count(), PurchaseOrder.objects.count(), User.objects.count())
    assert after == before


def test_there_is_a_log_in_for_every_role_people_have() -> None:
    for person in people.PEOPLE:
        assert User.objects.get(username=person.username).check_password("yipan-demo")


def test_barcodes_carry_a_valid_check_digit() -> None:
    # The example of the GS1 General Specifications.
    assert goods.add_check_digit("629104150021") == "6291041500213"

    codes = [barcode.code for sku in goods.list_skus() for barcode in sku.barcodes]

    assert len(codes) == len(set(codes))
    assert all(goods.add_check_digit(code[:-1]) == code for code in codes)
    assert {len(code) for code in codes} == {13, 14}


def test_transfers_stand_in_every_state_and_work_waits_for_people() -> None:
    states = Counter(TransferOrder.objects.values_list("state", flat=True))
    assert states == {
        "draft": 1,
        "approved": 1,
        "released": 1,
        "shipped": 3,
        "partly_received": 1,
        "received": 6,
        "closed": 2,
        "canceled": 1,
    }
    differences = Counter(TransferDifference.objects.values_list("state", flat=True))
    assert differences == {"settled": 1, "open": 1}
    # Before this week counts were settled, too: see `yipan.demo.weeks`.
    this_week = Adjustment.objects.filter(created_at__gte=NOW - timedelta(days=6))
    told = this_week.values_list("site", "state", "adjustment_type")
    assert Counter(told) == {
        ("S1", "draft", "sample_issue"): 1,
        ("S12", "submitted", "scrap"): 1,
        ("S12", "posted", "count_loss"): 1,
        ("W1", "submitted", "count_loss"): 3,
        ("W1", "posted", "count_gain"): 1,
    }
    [shared] = Allocation.objects.all()
    short = shared.lines.filter(quantity_shared__lt=F("quantity_needed"))
    assert set(short.values_list("sku", flat=True)) == {"NUT-WAL-500"}
    assert LimitChange.objects.get().state == "submitted"


def test_around_the_orders_something_waits_for_everybody_who_buys() -> None:
    def count(model: type[Model]) -> Counter[str]:
        return Counter(model._default_manager.values_list("state", flat=True))

    assert count(ArrivalNotice) == {"announced": 3}
    assert count(PurchaseChange) == {"approved": 1, "proposed": 1}
    assert count(ReceiptSurplus) == {"open": 1, "proposed": 1}
    assert count(SupplierReturn) == {"shipped": 1, "to_ship": 1, "draft": 1}
    assert count(SupplierInvoice) == {"matched": 1, "differing": 1, "approved": 1}
    # Of the dearer rice 141 came: sixty fen more each, in the value of the goods.
    cost = LandedCost.objects.get()
    assert (cost.state, cost.cost_type, cost.amount_minor) == ("posted", "price", 141 * 60)
    for finding in (prove_on_order(), prove_supplier_account()):
        assert finding.ok, finding.detail
