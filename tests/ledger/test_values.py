"""Goal: values add up by place, SKU and group, on both time axes, and are final."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from yipan.ledger import posting, value_checks, values
from yipan.ledger.moves import FactPosting, Move
from yipan.ledger.value_rows import StockValue, ValueEntry, ValueKind
from yipan.ledger.values import ValueScope

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SKUS = ("HAT", "SCARF")


@pytest.fixture
def _known() -> None:
    moves = [
        Move(sku=sku, from_account="supplier", to_account="on_hand/W1/available", quantity=1)
        for sku in SKUS
    ]
    posting.post_fact(book="erp", posting=FactPosting(origin="o", occurred_at=NOON, moves=moves))


def an_entry(movement: int, quantity: int, amount: int, **changes: object) -> ValueEntry:
    fields: dict[str, object] = {
        "sku": "HAT",
        "pool": "CN",
        "place": "W1",
        "kind": ValueKind.RECEIPT if quantity > 0 else ValueKind.ISSUE,
        "cause": "supplier" if quantity > 0 else "customer",
        "quantity": quantity,
        "amount": amount,
        "occurred_at": NOON,
        "business_date": NOON.date(),
        "accounting_date": NOON.date(),
        "movement_id": movement,
        "side": 1 if quantity > 0 else 0,
        **changes,
    }
    return ValueEntry(**fields)  # type: ignore[arg-type]


def at(day: int, **changes: object) -> ValueScope:
    return ValueScope(as_of=date(2026, 3, day), **changes)  # type: ignore[arg-type]


def told(rows: list[StockValue]) -> list[tuple[str, int, int]]:
    return [(row.name, row.quantity, row.amount) for row in rows]


@pytest.mark.django_db
@pytest.mark.usefixtures("_known")
class TestSums:
    def test_a_place_has_its_part_of_the_value_by_quantity(self) -> None:
        values.append_entries(
            [
                an_entry(1, 3, 100),
                an_entry(2, -2, 0, kind=ValueKind.RELOCATION),
                an_entry(3, 2, 0, kind=ValueKind.RELOCATION, place="S1"),
                an_entry(4, 1, 7, sku="SCARF", place="S1"),
            ]
        )

        assert told(values.sum_values(at(2), by="place")) == [("S1", 3, 73), ("W1", 1, 34)]
        assert told(values.sum_values(at(2), by="sku")) == [("HAT", 3, 100), ("SCARF", 1, 7)]
        assert told(values.sum_values(at(2, places=["S1"]), by="sku")) == [
            ("HAT", 2, 66),
            ("SCARF", 1, 7),
        ]
        groups = {"HAT": "clothes"}
        assert told(values.sum_values(at(2), by="group", groups=groups)) == [
            ("", 1, 7),
            ("clothes", 3, 100),
        ]
        assert values.sum_values(at(1), by="place") == []
        assert values.sum_values(at(2, pools=["HK"]), by="place") == []

    def test_goods_below_zero_at_one_place_add_up_with_the_others(self) -> None:
        values.append_entries([an_entry(1, 5, 500), an_entry(2, -2, -200, place="S1")])

        assert told(values.sum_values(at(2), by="place")) == [("S1", -2, -200), ("W1", 5, 500)]

    def test_what_cancels_out_keeps_the_amounts_of_its_entries(self) -> None:
        values.append_entries([an_entry(1, 2, 200), an_entry(2, -2, -190, place="S1")])

        assert told(values.sum_values(at(2), by="place")) == [("S1", -2, -190), ("W1", 2, 200)]

    def test_flows_are_told_by_kind_and_cause(self) -> None:
        values.append_entries(
            [
                an_entry(1, 5, 500),
                an_entry(2, -1, -100),
                an_entry(3, -1, -100, accounting_date=date(2026, 4, 1)),
                an_entry(4, -1, 0, kind=ValueKind.RELOCATION, side=0),
            ]
        )

        march = values.sum_flows(at(31), since=date(2026, 3, 1), by="month")

        assert [(it.name, it.kind, it.cause, it.quantity, it.amount) for it in march] == [
            ("2026-03", "issue", "customer", -1, -100),
            ("2026-03", "receipt", "supplier", 5, 500),
        ]

    def test_a_closing_is_where_later_sums_begin(self) -> None:
        values.append_entries([an_entry(1, 3, 100), an_entry(2, -1, -33)])
        before = values.sum_values(at(31), by="place")

        values.close_values(pool="CN", ends_on=date(2026, 3, 31))
        april = {"accounting_date": date(2026, 4, 2)}
        values.append_entries([an_entry(3, -1, -34, place="S1", **april)])

        assert values.sum_values(at(31), by="place") == before
        later = values.sum_values(ValueScope(as_of=date(2026, 4, 30)), by="place")
        assert told(later) == [("S1", -1, -33), ("W1", 2, 66)]
        assert value_checks.list_closing_breaks() == []
        assert values.reopen_values(pool="CN", ends_on=date(2026, 3, 31)) is True
        assert values.reopen_values(pool="CN", ends_on=date(2026, 3, 31)) is False
        assert told(values.sum_values(at(31), by="place")) == told(before)

    def test_an_earlier_closing_is_not_reopened_under_a_later_one(self) -> None:
        values.append_entries([an_entry(1, 3, 100)])
        values.close_values(pool="CN", ends_on=date(2026, 3, 31))
        values.close_values(pool="CN", ends_on=date(2026, 4, 30))

        with pytest.raises(DatabaseError, match="a later period is closed"), transaction.atomic():
            values.reopen_values(pool="CN", ends_on=date(2026, 3, 31))

    def test_a_movement_is_valued_once_from_each_end(self) -> None:
        values.append_entries([an_entry(1, 3, 100)])

        with pytest.raises(IntegrityError), transaction.atomic():
            values.append_entries([an_entry(1, 3, 100)])
        with pytest.raises(IntegrityError), transaction.atomic():
            values.append_entries([an_entry(2, 3, 100, movement_id=None, side=None)])

    def test_entries_are_final(self) -> None:
        values.append_entries([an_entry(1, 3, 100)])

        for statement in (
            "update ledger_value_entry set amount = 99",
            "delete from ledger_value_entry",
            "truncate ledger_value_entry",
        ):
            with (
                pytest.raises(DatabaseError, match="postings are final"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(statement)

    def test_entries_are_read_page_by_page(self) -> None:
        values.append_entries([an_entry(number, 1, number) for number in range(1, 6)])

        first = values.list_entries(sku="HAT", limit=3)
        rest = values.list_entries(sku="HAT", limit=3, before=first[-1].cursor)

        assert [row.entry.amount for row in first + rest] == [5, 4, 3, 2, 1]
        assert values.list_entries(sku="HAT", pools=["HK"], limit=3) == []
        found = values.list_entries_of_movements({("HAT", 2), ("HAT", 9)})
        assert [row.entry.movement_id for row in found] == [2]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_known")
def test_what_was_believed_then_can_be_said_again() -> None:
    values.append_entries([an_entry(1, 10, 1_000)])
    [then] = [row.recorded_at for row in values.list_entries(sku="HAT", limit=1)]
    values.append_entries([an_entry(2, 4, 480)])

    assert told(values.sum_values(at(31), by="sku")) == [("HAT", 14, 1_480)]
    assert told(values.sum_values(at(31, known_at=then), by="sku")) == [("HAT", 10, 1_000)]
