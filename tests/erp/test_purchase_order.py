"""Steps of a purchase order: who may take them, from where, and what is told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from tests import retailer
from tests.retailer import BUYER, CHECKER, NOON, make_id
from yipan.documents import trail
from yipan.documents.states import OwnApproval, WrongState
from yipan.documents.told import QuantityNotPlausible
from yipan.erp import queries
from yipan.erp.documents.purchasing import purchase_order
from yipan.erp.documents.purchasing.purchase_order import (
    LinesMissing,
    Ordered,
    OrderedLine,
    SiteReceivesNothing,
    SkuRepeated,
)
from yipan.erp.models import PurchaseOrder
from yipan.erp.queries import OrderFilter
from yipan.exchange.models import OutboxMessage
from yipan.ledger.moves import Trace
from yipan.masterdata.refusals import SkuUnknown, SupplierUnknown, VersionMismatch

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _retailer() -> None:
    retailer.open_retailer()


def an_order(**changes: object) -> Ordered:
    fields: dict[str, object] = {
        "site": "W1",
        "supplier": "SUP-02",
        "lines": (OrderedLine(sku="TEA-250", quantity=48, unit_cost_minor=3_000),),
    }
    return Ordered(**(fields | changes))  # type: ignore[arg-type]


def lines(*pairs: tuple[str, int]) -> tuple[OrderedLine, ...]:
    return tuple(OrderedLine(sku=sku, quantity=quantity) for sku, quantity in pairs)


def create(ordered: Ordered | None = None, by: Trace = BUYER) -> PurchaseOrder:
    return purchase_order.create(ordered=ordered or an_order(), by=by, at=NOON)


def test_a_draft_takes_the_supplier_terms_and_tells_nobody() -> None:
    order = create()

    assert order.number == "PO-2026-000001"
    assert (order.state, order.tolerance_percent, order.currency) == ("draft", 5, "CNY")
    assert OutboxMessage.objects.count() == 0


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"site": "S12"}, SiteReceivesNothing),
        ({"supplier": "SUP-99"}, SupplierUnknown),
        ({"lines": ()}, LinesMissing),
        ({"lines": lines(("NO-SUCH", 1))}, SkuUnknown),
        ({"lines": lines(("TEA-250", 1), ("TEA-250", 2))}, SkuRepeated),
        ({"lines": lines(("TEA-250", 0))}, QuantityNotPlausible),
        ({"lines": lines(("TEA-250", -5))}, QuantityNotPlausible),
        ({"lines": lines(("TEA-250", 10**12))}, QuantityNotPlausible),
    ],
)
def test_what_cannot_be_ordered_is_refused_and_nothing_is_written(
    changes: dict[str, object], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        create(an_order(**changes))

    assert PurchaseOrder.objects.count() == 0


def test_the_same_external_id_returns_the_first_order() -> None:
    first = create(an_order(external_id="SAP 4711"))

    assert create(an_order(external_id="SAP 4711")).number == first.number
    assert PurchaseOrder.objects.count() == 1


def test_who_wrote_it_may_not_approve_it_and_somebody_else_may() -> None:
    number = create().number

    with pytest.raises(OwnApproval):
        purchase_order.approve(number=number, by=BUYER, at=NOON)
    assert PurchaseOrder.objects.get().state == "draft"

    order = purchase_order.approve(number=number, by=CHECKER, at=NOON)
    assert (order.state, order.approved_by) == ("approved", "zhao.controller")


def test_the_table_itself_wants_four_eyes() -> None:
    create()

    with pytest.raises(IntegrityError, match="four_eyes"), transaction.atomic():
        PurchaseOrder.objects.update(state="approved", approved_by="lin.purchaser")


def test_no_step_is_taken_from_the_wrong_state() -> None:
    number = create().number

    with pytest.raises(WrongState):
        purchase_order.send(number=number, by=BUYER, at=NOON, message_id=make_id("x"))
    with pytest.raises(WrongState):
        purchase_order.close_short(number=number, by=BUYER, at=NOON, message_id=make_id("x"))
    purchase_order.approve(number=number, by=CHECKER, at=NOON)
    with pytest.raises(WrongState) as refused:
        purchase_order.approve(number=number, by=CHECKER, at=NOON)
    with pytest.raises(WrongState):
        purchase_order.edit(number=number, ordered=an_order(), version=1, by=BUYER, at=NOON)

    assert refused.value.facts == {"number": number, "step": "approve", "state": "approved"}


def test_an_edit_replaces_the_draft_and_notices_another_one() -> None:
    number = create().number
    changed = an_order(supplier="SUP-01", lines=lines(("SOAP-1", 6), ("MUG-1", 2)), note="soon")

    order = purchase_order.edit(number=number, ordered=changed, version=1, by=BUYER, at=NOON)

    assert (order.version, order.supplier, order.tolerance_percent) == (2, "SUP-01", 0)
    detail = queries.get_order(number)
    assert [(line.line, line.sku.code, line.quantity_ordered) for line in detail.lines] == [
        (1, "SOAP-1", 6),
        (2, "MUG-1", 2),
    ]
    with pytest.raises(VersionMismatch):
        purchase_order.edit(number=number, ordered=an_order(), version=1, by=BUYER, at=NOON)
    # Nor is approved unseen what was changed while somebody read it.
    with pytest.raises(VersionMismatch):
        purchase_order.approve(number=number, version=1, by=CHECKER, at=NOON)
    approved = purchase_order.approve(number=number, version=2, by=CHECKER, at=NOON)
    assert approved.state == "approved"


def test_a_sent_order_tells_its_warehouse_in_a_stream_of_its_own() -> None:
    order = retailer.order(("TEA-250", 100), ("SOAP-1", 10), supplier="SUP-02")

    [told] = retailer.list_envelopes("erp:hub/orders:W1")
    assert told.kind == "erp.inbound_released.v1"
    assert told.sequence == 1
    assert told.correlation_id == order.number
    assert b'"quantity_expected": 100' in told.data
    assert b'"tolerance_percent": 5' in told.data


def test_a_draft_is_canceled_without_a_message_and_a_sent_order_with_one() -> None:
    draft = create()
    retailer.cancel(draft.number)
    assert OutboxMessage.objects.count() == 0

    sent = retailer.order(("TEA-250", 100))
    retailer.cancel(sent.number)

    kinds = [told.kind for told in retailer.list_envelopes("erp:hub/orders:W1")]
    assert kinds == ["erp.inbound_released.v1", "erp.inbound_canceled.v1"]
    assert set(PurchaseOrder.objects.values_list("state", flat=True)) == {"canceled"}


def test_goods_that_came_rule_a_cancel_out_and_the_rest_is_closed_short() -> None:
    sent = retailer.order(("TEA-250", 100))
    retailer.deliver()
    retailer.receive(sent.inbound_order_number, ("TEA-250", 40, 0))
    retailer.deliver()

    with pytest.raises(WrongState):
        retailer.cancel(sent.number)
    reason = Trace(actor="lin.purchaser", reason="supplier gave up")
    order = purchase_order.close_short(
        number=sent.number, by=reason, at=NOON, message_id=make_id("closed")
    )

    assert order.state == "closed_short"
    assert queries.list_quantities_on_order() == {}
    last = trail.list_steps(document_type="purchase_order", number=sent.number)[-1]
    assert (last.step, last.from_state, last.reason) == (
        "close_short",
        "partly_received",
        "supplier gave up",
    )


def test_on_order_is_what_is_still_to_come_of_orders_that_were_sent() -> None:
    create(an_order(lines=lines(("TEA-250", 500))))
    first = retailer.order(("TEA-250", 100), ("SOAP-1", 10))
    retailer.order(("TEA-250", 20))
    retailer.deliver()
    retailer.receive(first.inbound_order_number, ("TEA-250", 97, 0), ("SOAP-1", 12, 0))
    retailer.deliver()

    assert queries.list_quantities_on_order() == {("W1", "TEA-250"): 23}
    assert queries.list_quantities_on_order(skus=["SOAP-1"]) == {}
    assert queries.list_quantities_on_order(sites=["W2"]) == {}


def test_a_list_is_filtered_by_state_supplier_text_and_lateness() -> None:
    yesterday = NOON.date() - timedelta(days=1)
    late = create(an_order(expected_on=yesterday, lines=lines(("MUG-1", 3))))
    purchase_order.approve(number=late.number, by=CHECKER, at=NOON)
    purchase_order.send(number=late.number, by=BUYER, at=NOON, message_id=make_id("late"))
    draft = create(an_order(supplier="SUP-01", expected_on=yesterday))

    def numbers(which: OrderFilter) -> list[str]:
        return [row.number for row in queries.list_orders(which)]

    assert numbers(OrderFilter()) == [draft.number, late.number]
    assert numbers(OrderFilter(states=("draft",))) == [draft.number]
    assert numbers(OrderFilter(supplier="SUP-02")) == [late.number]
    assert numbers(OrderFilter(late_on=NOON.date())) == [late.number]
    assert numbers(OrderFilter(text="龙井")) == [draft.number]
    assert numbers(OrderFilter(text="mug-1")) == [late.number]
    assert numbers(OrderFilter(sites=frozenset({"W2"}))) == []
    [after] = queries.list_orders(OrderFilter(), after=draft.number)
    assert after.number == late.number


@pytest.mark.parametrize("sort", ["number", "-number", "expected", "-expected", "unknown"])
def test_every_order_of_a_list_is_read_on_page_by_page(sort: str) -> None:
    days = [NOON.date() + timedelta(days=it) for it in (3, 1, 3, 2)]
    for day in (*days, None, None):
        create(an_order(expected_on=day))
    whole = [row.number for row in queries.list_orders(OrderFilter(), sort=sort)]

    paged: list[str] = []
    while rows := queries.list_orders(
        OrderFilter(), sort=sort, after=paged[-1] if paged else "", limit=2
    ):
        paged += [row.number for row in rows]

    assert len(whole) == 6
    assert paged == whole


def test_what_is_on_order_comes_in_pages() -> None:
    retailer.order(("TEA-250", 100), ("MUG-1", 50))
    retailer.order(("TEA-250", 20))

    first = queries.list_on_order(skus=None, sites=None, after="", limit=1)
    second = queries.list_on_order(skus=None, sites=None, after=first[-1].cursor, limit=1)
    third = queries.list_on_order(skus=None, sites=None, after=second[-1].cursor, limit=1)

    assert [(row.site, row.sku, row.quantity) for row in first] == [("W1", "MUG-1", 50)]
    assert [(row.site, row.sku, row.quantity) for row in second] == [("W1", "TEA-250", 120)]
    assert third == []
    assert queries.list_on_order(skus=["MUG-1"], sites={"S12"}, after="", limit=9) == []
