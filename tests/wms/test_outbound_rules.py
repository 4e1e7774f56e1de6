"""Which bins give goods, with plain numbers."""

from __future__ import annotations

from datetime import UTC, date, datetime

from yipan.wms.rules.outbound import (
    Arrival,
    Giving,
    Share,
    choose_bins,
    find_oldest,
    get_picking_state,
)

MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)
TUESDAY = MONDAY.replace(day=3)


def a_bin(code: str, quantity: int = 10, **changes: object) -> Giving:
    fields: dict[str, object] = {
        "bin_code": code,
        "quantity": quantity,
        "path": ("A", "", 0, code),
        **changes,
    }
    return Giving(**fields)  # type: ignore[arg-type]


def choose(*giving: Giving, quantity: int = 10) -> list[Share]:
    return choose_bins(giving=giving, quantity=quantity)


def test_what_expires_first_goes_first_though_it_came_last() -> None:
    early = a_bin("A-2", expires_on=date(2026, 5, 1), since=TUESDAY)
    late = a_bin("A-1", expires_on=date(2026, 9, 1), since=MONDAY)

    assert choose(late, early) == [Share(bin_code="A-2", quantity=10)]


def test_what_came_first_goes_first_and_on_one_day_the_nearer_bin() -> None:
    old, new = a_bin("A-2", since=MONDAY), a_bin("A-1", since=TUESDAY)
    same_day = a_bin("A-0", since=MONDAY.replace(hour=11))

    assert choose(new, old) == [Share(bin_code="A-2", quantity=10)]
    assert choose(old, same_day) == [Share(bin_code="A-0", quantity=10)]


def test_a_quantity_is_shared_and_never_more_than_there_is() -> None:
    assert choose(a_bin("A-1", 4), a_bin("A-2", 3), quantity=10) == [
        Share(bin_code="A-1", quantity=4),
        Share(bin_code="A-2", quantity=3),
    ]


def test_goods_in_quarantine_or_packed_are_not_taken() -> None:
    assert choose(a_bin("Q-1", zone_type="quarantine"), a_bin("P-1", zone_type="packing")) == []


def test_the_oldest_of_what_is_left_is_found_from_the_last_arrival_back() -> None:
    arrivals = [Arrival(quantity=5, at=TUESDAY), Arrival(quantity=5, at=MONDAY)]

    assert find_oldest(arrivals=arrivals, quantity=5) == TUESDAY
    assert find_oldest(arrivals=arrivals, quantity=6) == MONDAY
    assert find_oldest(arrivals=arrivals, quantity=11) is None


def test_an_order_says_what_is_left_of_the_work() -> None:
    def state(to_pick: int, picked: int, shipped: int) -> str:
        return get_picking_state(
            quantity_open=to_pick, quantity_picked=picked, quantity_shipped=shipped
        )

    assert state(5, 0, 0) == "released"
    assert state(5, 1, 0) == "picking"
    assert state(0, 6, 0) == "picked"
    assert state(5, 0, 3) == "partly_shipped"
    assert state(0, 0, 0) == "released"
