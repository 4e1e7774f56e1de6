"""Goal: what is promised is there, a step taken twice is one step, and all or none is set aside."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from yipan.documents.states import WrongState
from yipan.documents.told import NumberReused
from yipan.foundation.refusals import NotFound, Refusal
from yipan.foundation.status import StockStatus
from yipan.ledger import queries as ledger
from yipan.ledger.moves import FactPosting, Move, Trace
from yipan.pool import book, promises, queries, tasks
from yipan.pool.models import Promise, PromiseLine
from yipan.pool.promises import Ask, HoldExpired, InsufficientStock, PromiseRow, PromiseWrongState
from yipan.pool.rules import PromisedLine, get_account

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LATER = NOON + timedelta(minutes=15)


@pytest.fixture(autouse=True)
def _ten_scarves() -> None:
    bring("SCARF", 10)


def bring(sku: str, quantity: int, *, site: str = "S1") -> None:
    shelf = get_account(site=site, status=StockStatus.AVAILABLE)
    move = Move(sku=sku, from_account="supplier", to_account=shelf, quantity=quantity)
    book.post_fact(posting=FactPosting(origin=f"in/{sku}/{site}", occurred_at=NOON, moves=[move]))


def lines(**quantities: int) -> tuple[PromisedLine, ...]:
    return tuple(
        PromisedLine(site="S1", sku=sku, quantity=quantity) for sku, quantity in quantities.items()
    )


def an_ask(number: str, **changes: Any) -> Ask:
    fields: dict[str, Any] = {
        "step": "reserve",
        "number": number,
        "lines": lines(SCARF=1),
        "actor": "key:shop",
        "external_id": "order-1",
    }
    return Ask(**(fields | changes))


def a_hold(number: str, quantity: int = 1) -> Ask:
    return an_ask(number, step="hold", lines=lines(SCARF=quantity), expires_at=LATER, seconds=900)


def stock(sku: str = "SCARF") -> tuple[int, int, int]:
    found = queries.get_stock(site="S1", sku=sku)
    return found[StockStatus.AVAILABLE], found[StockStatus.HELD], found[StockStatus.RESERVED]


def test_a_reservation_sets_goods_aside_and_says_for_whom() -> None:
    row = promises.reserve(ask=an_ask("R-1", lines=lines(SCARF=4)), at=NOON)

    assert row == PromiseRow(
        number="R-1",
        state="reserved",
        lines=lines(SCARF=4),
        created_at=NOON,
        created_by="key:shop",
        external_id="order-1",
    )
    assert stock() == (6, 0, 4)
    posting = ledger.get_posting(book="erp", origin="promise/R-1/reserve")
    assert (posting.header.actor, posting.header.reason) == ("key:shop", "order-1")


def test_more_than_there_is_is_refused_and_nothing_changes() -> None:
    promises.reserve(ask=an_ask("R-1", lines=lines(SCARF=7)), at=NOON)

    with pytest.raises(InsufficientStock) as refused:
        promises.reserve(ask=an_ask("R-2", lines=lines(SCARF=4)), at=NOON)

    assert refused.value.facts == {
        "sku": "SCARF",
        "site": "S1",
        "requested_quantity": 4,
        "available_quantity": 3,
    }
    assert stock() == (3, 0, 7)


def test_all_lines_are_set_aside_or_none() -> None:
    bring("MUG", 1)

    with pytest.raises(InsufficientStock):
        promises.reserve(ask=an_ask("R-1", lines=lines(SCARF=5, MUG=2)), at=NOON)

    assert (stock(), stock("MUG")) == ((10, 0, 0), (1, 0, 0))


def test_two_lines_of_one_ask_are_one_demand() -> None:
    doubled = lines(SCARF=6) + lines(SCARF=5)

    with pytest.raises(InsufficientStock) as refused:
        promises.reserve(ask=an_ask("R-1", lines=doubled), at=NOON)

    assert refused.value.facts["requested_quantity"] == 11


def test_the_same_number_asked_again_gets_the_first_answer() -> None:
    first = promises.reserve(ask=an_ask("R-1"), at=NOON)
    again = promises.reserve(ask=an_ask("R-1"), at=LATER)

    assert (again.created_at, again.is_repeat, first.is_repeat) == (NOON, True, False)
    assert stock() == (9, 0, 1)


def test_a_refused_number_stays_refused_even_when_goods_came() -> None:
    asked = an_ask("R-1", lines=lines(SCARF=11))
    with pytest.raises(InsufficientStock):
        promises.reserve(ask=asked, at=NOON)
    bring("SCARF", 5, site="S2")

    with pytest.raises(InsufficientStock) as refused:
        promises.reserve(ask=asked, at=LATER)

    assert refused.value.facts["available_quantity"] == 10


def test_the_same_number_for_something_else_is_refused() -> None:
    promises.reserve(ask=an_ask("R-1"), at=NOON)

    with pytest.raises(NumberReused):
        promises.reserve(ask=an_ask("R-1", lines=lines(SCARF=2)), at=NOON)

    assert stock() == (9, 0, 1)


def test_a_hold_becomes_a_reservation_once_however_often_it_is_committed() -> None:
    promises.hold(ask=a_hold("H-1", 3), at=NOON)
    assert stock() == (7, 3, 0)

    first = promises.commit(ask=an_ask("H-1"), at=NOON)
    again = promises.commit(ask=an_ask("H-1"), at=LATER)

    assert (first.state, first.expires_at, first.committed_at) == ("reserved", None, NOON)
    assert (again.committed_at, again.is_repeat) == (NOON, True)
    assert stock() == (7, 0, 3)


def test_what_is_released_is_free_again_once() -> None:
    promises.hold(ask=a_hold("H-1", 3), at=NOON)

    assert promises.release(ask=an_ask("H-1"), at=NOON).state == "released"
    assert promises.release(ask=an_ask("H-1"), at=NOON).is_repeat is True
    assert stock() == (10, 0, 0)
    with pytest.raises(PromiseWrongState):
        promises.commit(ask=an_ask("H-1"), at=NOON)


def test_a_reservation_may_be_released_but_not_committed() -> None:
    promises.reserve(ask=an_ask("R-1"), at=NOON)

    with pytest.raises(PromiseWrongState) as refused:
        promises.commit(ask=an_ask("R-1"), at=NOON)

    assert refused.value.facts == {"number": "R-1", "state": "reserved", "step": "commit"}
    assert promises.release(ask=an_ask("R-1"), at=NOON).state == "released"


def test_an_expired_hold_does_not_stand_in_the_way_though_no_clock_came_round() -> None:
    promises.hold(ask=a_hold("H-1", 10), at=NOON)

    atp = queries.list_availability(skus=["SCARF"], at=LATER)[0].available_to_promise
    row = promises.reserve(ask=an_ask("R-1", lines=lines(SCARF=10)), at=LATER)

    assert (atp, row.state) == (10, "reserved")
    assert stock() == (0, 0, 10)
    assert Promise.objects.get(number="H-1").state == "expired"


def test_an_expired_hold_can_neither_be_committed_nor_released() -> None:
    promises.hold(ask=a_hold("H-1"), at=NOON)

    for step in (promises.commit, promises.release):
        with pytest.raises(HoldExpired):
            step(ask=an_ask("H-1"), at=LATER)

    assert stock() == (10, 0, 0)


def test_the_clock_gives_back_all_holds_whose_time_is_over() -> None:
    for number in range(3):
        promises.hold(ask=a_hold(f"H-{number}"), at=NOON)
    promises.commit(ask=an_ask("H-0"), at=NOON)

    assert tasks.expire_holds(at=LATER) == 2
    assert tasks.expire_holds(at=LATER) == 0
    assert stock() == (9, 0, 1)


def test_a_fulfilled_reservation_leaves_the_site() -> None:
    promises.reserve(ask=an_ask("R-1", lines=lines(SCARF=4)), at=NOON)

    promises.fulfill(number="R-1", at=NOON)

    assert stock() == (6, 0, 0)
    with pytest.raises(WrongState):
        promises.fulfill(number="R-1", at=NOON)


@pytest.mark.parametrize("sites", [frozenset({"S2"}), frozenset()])
def test_a_promise_of_another_site_does_not_exist(sites: frozenset[str]) -> None:
    promises.reserve(ask=an_ask("R-1"), at=NOON)

    with pytest.raises(NotFound):
        promises.release(ask=an_ask("R-1", sites=sites), at=NOON)

    with pytest.raises(NotFound):
        promises.release(ask=an_ask("NEVER"), at=NOON)
    assert stock() == (9, 0, 1)


def test_a_promise_of_another_site_does_not_exist_when_nothing_of_it_is_open_either() -> None:
    promises.reserve(ask=an_ask("R-1"), at=NOON)
    trace = Trace(actor="ann")
    promises.reduce(number="R-1", lines=lines(SCARF=1), step="short", at=NOON, trace=trace)

    with pytest.raises(NotFound):
        promises.release(ask=an_ask("R-1", sites=frozenset({"S2"})), at=NOON)


def test_a_batch_is_decided_in_order_and_refusals_take_nothing_from_others() -> None:
    asks = [
        an_ask("R-1", lines=lines(SCARF=8)),
        an_ask("R-2", lines=lines(SCARF=3)),
        an_ask("R-3", lines=lines(SCARF=2)),
        an_ask("R-1", lines=lines(SCARF=8)),
        an_ask("R-1", step="release"),
        an_ask("R-4", lines=lines(SCARF=9)),
    ]

    answers = promises.decide(asks=asks, at=NOON)

    told = [it.code if isinstance(it, Refusal) else (it.state, it.is_repeat) for it in answers]
    assert told == [
        ("reserved", False),
        "reservation.insufficient_stock",
        ("reserved", False),
        ("reserved", True),
        ("released", False),
        "reservation.insufficient_stock",
    ]
    assert stock() == (8, 0, 2)


def test_what_stands_set_aside_is_what_open_promises_say() -> None:
    promises.reserve(ask=an_ask("R-1", lines=lines(SCARF=4)), at=NOON)
    promises.hold(ask=a_hold("H-1", 2), at=NOON)
    assert queries.prove_promises().ok is True

    PromiseLine.objects.filter(promise__number="R-1").update(quantity_open=3)

    finding = queries.prove_promises()
    assert (finding.ok, finding.count) == (False, 1)
    assert finding.detail == "on_hand/S1/reserved, SKU SCARF: 4 in the book, 3 promised"


def test_availability_tells_every_status_of_every_site_asked_for() -> None:
    bring("SCARF", 5, site="S2")
    promises.hold(ask=a_hold("H-1", 2), at=NOON)

    rows = queries.list_availability(skus=["SCARF", "NONE"], at=NOON)
    own = queries.list_availability(skus=["SCARF"], at=NOON, sites={"S2"})

    told = [(row.site, row.on_hand, row.available, row.held) for row in rows]
    assert told == [("S1", 10, 8, 2), ("S2", 5, 5, 0)]
    assert own == rows[1:]


def test_refused_promises_are_forgotten_after_seven_days() -> None:
    with pytest.raises(InsufficientStock):
        promises.reserve(ask=an_ask("R-1", lines=lines(SCARF=11)), at=NOON)
    promises.reserve(ask=an_ask("R-2"), at=NOON)

    assert tasks.forget_refused(at=NOON + timedelta(days=6)) == 0
    assert tasks.forget_refused(at=NOON + timedelta(days=7)) == 1
    assert Promise.objects.get().number == "R-2"
