"""
Goal: every movement is valued once, at the right cost, in the right legal entity and month.

Method: small stories in the site book; then random ones, after which the proof must hold.
"""

from __future__ import annotations

from datetime import date
from random import Random

import pytest
from django.db import connection

from tests import retailer
from tests.erp.valuing import (
    ENTITY,
    NO_LAG,
    TODAY,
    buy,
    move,
    on,
    receive,
    sell,
    use_method,
    value_all,
    worth,
)
from tests.retailer import BUYER
from yipan.erp.documents.value import landed_cost, legal_entity, period, valuation
from yipan.erp.documents.value.landed_cost import Cost
from yipan.erp.documents.value.legal_entity import EntityContent
from yipan.erp.models import LandedCost, LegalEntity, TrueUp, ValuationMark, ValueState
from yipan.erp.models.valuation import CostBasis, CostType
from yipan.erp.rules.costing import Method
from yipan.foundation.refusals import NotFound
from yipan.ledger import feed, posting, values
from yipan.ledger.moves import Trace
from yipan.ledger.values import ValueScope
from yipan.masterdata.refusals import SiteUnknown
from yipan.proof.values import prove_values

pytestmark = pytest.mark.django_db

AVERAGE, FIFO = Method.MOVING_AVERAGE, Method.FIFO
SHELF = "on_hand/W1/available"


@pytest.fixture(autouse=True)
def _retailer() -> None:
    retailer.open_retailer()


def list_breaks() -> list[str]:
    return [finding.detail for finding in prove_values() if not finding.ok]


def list_amounts(sku: str = "TEA-250") -> list[tuple[str, str, str, int, int]]:
    """Return what was written of a SKU, oldest first: entity, place, kind, quantity, amount."""
    rows = reversed(values.list_entries(sku=sku, limit=100))
    return [
        (it.entry.pool, it.entry.place, it.entry.kind.value, it.entry.quantity, it.entry.amount)
        for it in rows
    ]


def test_runs_go_on_where_the_last_one_ended_and_value_nothing_twice() -> None:
    for day in range(1, 6):
        buy(10, 3_000, at=on(3, day))
    until = feed.get_settled_until(lag=NO_LAG)

    done = [valuation.value_next(until=until, at=TODAY, limit=2)]
    while done[-1]:
        done.append(valuation.value_next(until=until, at=TODAY, limit=2))

    assert max(done) == 2
    assert value_all() == 0
    assert worth() == [("W1", 50, 150_000)]
    assert ValuationMark.objects.get().movements == sum(done)
    assert list_breaks() == []


def test_a_run_that_fails_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    buy(10, 3_000, at=on(3, 1))

    def fail(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr("yipan.erp.documents.value.value_states.store", fail)
        with pytest.raises(RuntimeError):
            value_all()

    assert worth() == []
    assert value_all() > 0
    assert worth() == [("W1", 10, 30_000)]


def test_goods_that_change_their_status_change_no_value() -> None:
    buy(10, 3_000, at=on(3, 1))
    move(4, SHELF, "on_hand/W1/damaged", at=on(3, 2), origin="status/1/post")

    assert value_all() > 0

    assert list_amounts() == [(ENTITY, "W1", "receipt", 10, 30_000)]
    assert list_breaks() == []


def test_a_receipt_without_a_price_is_guessed_and_said_to_be() -> None:
    receive(10, at=on(3, 1))  # of no order; the standard cost of the SKU is 30.00
    value_all()

    [row] = values.list_entries(sku="TEA-250", limit=10)
    assert (row.entry.amount, row.entry.provisional) == (30_000, 10)


def test_opening_stock_is_worth_its_standard_cost() -> None:
    retailer.open_store("S12", ("TEA-250", 7))
    retailer.deliver()
    value_all()

    assert worth() == [("S12", 7, 21_000)]


def test_gains_and_losses_are_told_by_cause() -> None:
    buy(100, 3_000, at=on(3, 1))
    move(2, "stocktake_difference", SHELF, at=on(3, 2), origin="gain/1/post")
    move(5, SHELF, "stocktake_difference", at=on(3, 3), origin="loss/1/post")
    move(3, SHELF, "scrap", at=on(3, 4), origin="scrap/1/post")
    value_all()

    flows = values.sum_flows(ValueScope(as_of=date(2026, 3, 31)), since=date(2026, 3, 1), by="sku")

    assert [(it.kind, it.cause, it.quantity, it.amount) for it in flows] == [
        ("issue", "scrap", -3, -9_000),
        ("issue", "stocktake_difference", -5, -15_000),
        ("receipt", "stocktake_difference", 2, 6_000),
        ("receipt", "supplier", 100, 300_000),
    ]


@pytest.mark.parametrize("method", [AVERAGE, FIFO])
def test_a_reversed_receipt_leaves_at_its_own_price(method: Method) -> None:
    use_method(method)
    buy(10, 1_000, at=on(3, 1))
    second = buy(10, 2_000, at=on(3, 2))
    value_all()
    posting.reverse(
        book="erp",
        origin=f"goods_receipt/{second.number}/post",
        reversal=f"goods_receipt/{second.number}/reverse",
        at=on(3, 3),
    )

    value_all()

    expected = {AVERAGE: 15_000, FIFO: 10_000}[method]
    assert worth() == [("W1", 10, expected)]
    assert list_amounts()[2] == (ENTITY, "W1", "issue", -10, -20_000)
    assert list_breaks() == []


def test_a_reversed_issue_comes_back_at_what_it_left_for_even_within_one_run() -> None:
    buy(10, 1_000, at=on(3, 1))
    move(4, SHELF, "scrap", at=on(3, 2), origin="scrap/1/post")
    buy(10, 4_000, at=on(3, 3))
    posting.reverse(book="erp", origin="scrap/1/post", reversal="scrap/1/reverse", at=on(3, 4))

    value_all()

    assert list_amounts()[-1] == (ENTITY, "W1", "receipt", 4, 4_000)
    assert worth() == [("W1", 20, 50_000)]


def test_a_transfer_between_legal_entities_carries_the_cost() -> None:
    legal_entity.save(
        EntityContent(code="HK", name="Hong Kong", currency="CNY", method=FIFO, sites=("S12",))
    )
    buy(10, 3_000, at=on(3, 1))
    move(4, SHELF, "in_transit/T1/available", at=on(3, 2), origin="t/1/ship")
    move(4, "in_transit/T1/available", "on_hand/S12/available", at=on(3, 3), origin="t/1/receive")
    sell(1, at=on(3, 4))
    value_all()

    assert list_amounts() == [
        ("MAIN", "W1", "receipt", 10, 30_000),
        # On the way they still belong to the sender.
        ("MAIN", "W1", "relocation", -4, 0),
        ("MAIN", "", "relocation", 4, 0),
        ("MAIN", "", "transfer", -4, -12_000),
        ("HK", "S12", "transfer", 4, 12_000),
        ("HK", "S12", "issue", -1, -3_000),
    ]
    assert worth() == [("S12", 3, 9_000), ("W1", 6, 18_000)]
    assert list_breaks() == []


def test_a_site_whose_stock_was_valued_keeps_its_owner() -> None:
    buy(10, 3_000, at=on(3, 1))
    value_all()

    with pytest.raises(legal_entity.SiteValued):
        legal_entity.save(EntityContent(code="HK", name="Hong Kong", sites=("W1",)))
    with pytest.raises(legal_entity.MethodInUse):
        legal_entity.save(EntityContent(code=ENTITY, name="Main", method=FIFO))
    with pytest.raises(SiteUnknown):
        legal_entity.save(EntityContent(code="HK", name="Hong Kong", sites=("X9",)))
    with pytest.raises(legal_entity.ZoneUnknown):
        legal_entity.save(EntityContent(code="HK", name="Hong Kong", time_zone="Mars/Olympus"))
    assert LegalEntity.objects.count() == 1
    assert legal_entity.save(EntityContent(code=ENTITY, name="Tea Ltd")).name == "Tea Ltd"


def test_parts_of_sites_add_up_to_the_last_fen() -> None:
    buy(3, 3_333, at=on(3, 1))
    move(1, SHELF, "on_hand/S1/available", at=on(3, 2), origin="m/1")
    move(1, SHELF, "on_hand/S12/available", at=on(3, 2), origin="m/2")
    cost = Cost(
        entity=ENTITY,
        cost_type=CostType.FREIGHT,
        basis=CostBasis.VALUE,
        amount_minor=101,
        occurred_on=date(2026, 3, 3),
        receipts=("GR-W1-0001",),
    )
    number = landed_cost.create(cost=cost, by=BUYER, at=TODAY).number
    with pytest.raises(landed_cost.ReceiptNotValued):
        landed_cost.post(number=number, by=BUYER, at=TODAY)
    value_all()
    landed_cost.post(number=number, by=BUYER, at=TODAY)

    # 9,999 + 101 = 10,100 for three packs.
    assert worth() == [("S1", 1, 3_366), ("S12", 1, 3_367), ("W1", 1, 3_367)]
    assert worth(by="sku") == [("TEA-250", 3, 10_100)]
    assert list_breaks() == []


def test_a_landed_cost_is_spread_over_the_goods_of_its_receipts_by_value() -> None:
    buy(10, 1_000, at=on(3, 1))
    buy(10, 3_000, at=on(3, 1), sku="SOAP-1")
    value_all()
    cost = Cost(
        entity=ENTITY,
        cost_type=CostType.DUTY,
        basis=CostBasis.VALUE,
        amount_minor=1_000,
        occurred_on=date(2026, 3, 3),
        receipts=("GR-W1-0001", "GR-W1-0002"),
    )
    number = landed_cost.create(cost=cost, by=BUYER, at=TODAY).number

    landed_cost.post(number=number, by=BUYER, at=TODAY)

    document = LandedCost.objects.get()
    assert [(it["sku"], it["carried_minor"]) for it in document.lines] == [
        ("TEA-250", 250),
        ("SOAP-1", 750),
    ]
    assert worth(by="sku") == [("SOAP-1", 10, 30_750), ("TEA-250", 10, 10_250)]


def test_a_landed_cost_names_receipts_of_its_legal_entity_and_an_amount() -> None:
    buy(10, 1_000, at=on(3, 1))

    def write(**changes: object) -> None:
        content = {
            "entity": ENTITY,
            "cost_type": CostType.DUTY,
            "basis": CostBasis.VALUE,
            "amount_minor": 1_000,
            "occurred_on": date(2026, 3, 3),
            "receipts": ("GR-W1-0001",),
            **changes,
        }
        landed_cost.create(cost=Cost(**content), by=BUYER, at=TODAY)  # type: ignore[arg-type]

    legal_entity.save(EntityContent(code="HK", name="Hong Kong", sites=("S12",)))
    with pytest.raises(landed_cost.ReceiptUnknown):
        write(receipts=("GR-W1-0009",))
    with pytest.raises(landed_cost.ReceiptUnknown):
        write(receipts=())
    with pytest.raises(landed_cost.ReceiptUnknown):
        write(entity="HK")
    with pytest.raises(landed_cost.AmountNotPlausible):
        write(amount_minor=0)
    with pytest.raises(NotFound):
        write(entity="XX")
    assert LandedCost.objects.exists() is False


def test_what_happens_around_midnight_belongs_to_the_day_of_its_site() -> None:
    # 23:30 in Hangzhou on 31 March is still March there, whatever day it is elsewhere.
    buy(10, 3_000, at=on(3, 31, hour=23))
    buy(5, 3_000, at=on(4, 1, hour=0))
    value_all()

    assert worth(day=on(3, 31)) == [("W1", 10, 30_000)]
    assert worth(day=on(4, 1)) == [("W1", 15, 45_000)]


def test_a_clock_that_is_ahead_is_not_believed() -> None:
    buy(10, 3_000, at=on(12, 24))
    value_all()

    [row] = values.list_entries(sku="TEA-250", limit=5)
    assert row.entry.business_date == date(2026, 12, 24)
    assert row.entry.accounting_date == date(2026, 6, 15)


def test_the_proof_names_what_does_not_add_up() -> None:
    buy(10, 3_000, at=on(3, 1))
    value_all()
    ValueState.objects.update(value_minor=29_999)
    with connection.cursor() as cursor:
        cursor.execute("alter table ledger_value_entry disable trigger user")
        cursor.execute("update ledger_value_entry set quantity = 9")
        cursor.execute("alter table ledger_value_entry enable trigger user")

    assert list_breaks() == [
        "legal entity MAIN, W1, SKU TEA-250: 1 movements of 10 together, 1 value entries of 9",
        "legal entity MAIN, SKU TEA-250: 10 worth 29999, but its entries add up to 9 worth 30000",
        "legal entity MAIN, SKU TEA-250: its layers hold 10 worth 30000, and not 10 worth 29999",
    ]


@pytest.mark.parametrize("method", [AVERAGE, FIFO])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_random_months_with_late_documents_prove_to_be_whole(method: Method, seed: int) -> None:
    chance = Random(seed)
    use_method(method)
    legal_entity.save(EntityContent(code="HK", name="Hong Kong", method=method, sites=("S1",)))
    places = [SHELF, "on_hand/S12/available", "on_hand/S1/available", "in_transit/T1/available"]
    outside = ["stocktake_difference", "scrap", "customer"]
    closed = 0
    for step in range(60):
        at = on(chance.randint(1, 5), chance.randint(1, 28))
        kind = chance.random()
        if kind < 0.25:
            buy(chance.randint(1, 30), chance.randint(1, 999), at=at)
        elif kind < 0.5:
            sell(chance.choice([-2, -1, 1, 3, 9]), at=at, site=chance.choice(["S1", "S12"]))
        else:
            source, target = chance.sample([*places, *outside], 2)
            move(chance.randint(1, 9), source, target, at=at, origin=f"random/{step}/post")
        if step % 20 == 19:
            value_all()
            closed += 1
            for entity in (ENTITY, "HK"):
                month = f"2026-{closed:02d}"
                by = Trace(actor="sun.finance", reason="random")
                period.close(entity=entity, month=month, by=by, at=TODAY)
    value_all()

    assert list_breaks() == []
    held = sum(ValueState.objects.values_list("value_minor", flat=True))
    assert sum(amount for _, _, amount in worth()) == held
    assert sum(amount for _, _, amount in worth(by="sku")) == held
    assert TrueUp.objects.exists()
