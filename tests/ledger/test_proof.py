"""Goal: the proof is silent on sound books and names every planted break."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection

from yipan.foundation.findings import Finding
from yipan.foundation.ids import make_id
from yipan.ledger import posting
from yipan.ledger.models import TABLES
from yipan.ledger.moves import BatchRequest, FactPosting, Move
from yipan.ledger.proof import prove_ledger

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SHELF = "on_hand/W1/available"

#: Check that must break, what breaks it.
PLANTED = {
    "a_balance_too_high": (
        "ledger.sums_are_zero",
        "update ledger_balance set quantity = quantity + 1 where floor is null",
    ),
    "a_movement_lost": (
        "ledger.balances_equal_movements",
        "delete from ledger_movement where quantity = 2",
    ),
    "a_balance_lost": (
        "ledger.balances_equal_movements",
        "delete from ledger_balance where quantity <> 0 and floor = 0",
    ),
    "a_floor_lifted": (
        "ledger.overdrafts_follow_balances",
        "update ledger_balance set floor = -100 where floor = 0",
    ),
    "an_overdraft_kept": (
        "ledger.overdrafts_follow_balances",
        "update ledger_balance set overdraft = 7 where floor = 0",
    ),
    "a_shortfall_lost": ("ledger.overdrafts_have_shortfalls", "delete from ledger_shortfall"),
    "movements_of_a_posting_lost": (
        "ledger.postings_have_movements",
        (
            "delete from ledger_movement m using ledger_posting h"
            " where h.event_id = m.event_id and h.origin = 'receipt'"
        ),
    ),
    "movements_of_a_request_lost": (
        "ledger.outcomes_have_movements",
        "delete from ledger_movement m using ledger_request q where q.event_id = m.event_id",
    ),
    "an_accepted_request_called_refused": (
        "ledger.outcomes_have_movements",
        "update ledger_request set refused_line = 1 where refused_line is null",
    ),
    "a_header_lost": (
        "ledger.movements_belong_to_postings",
        "delete from ledger_posting where origin = 'receipt'",
    ),
    "a_movement_of_another_time": (
        "ledger.movements_match_headers",
        "update ledger_posting set occurred_at = occurred_at + interval '1 hour'",
    ),
    "a_header_of_another_book": (
        "ledger.movements_match_headers",
        (
            "insert into ledger_book (code) values ('other');"
            "update ledger_posting set book_id = "
            "(select book_id from ledger_book where code = 'other')"
        ),
    ),
    "an_sku_lost": ("ledger.keys_are_known", "delete from ledger_sku"),
    "a_header_in_another_bucket": (
        "ledger.keys_are_known",
        "update ledger_posting set bucket = (bucket + 1) % 64",
    ),
    "a_reversal_lost": ("ledger.reversals_match", "delete from ledger_reversal"),
    "an_sku_in_another_bucket": (
        "ledger.buckets_follow_codes",
        "update ledger_sku set bucket = (bucket + 1) % 64",
    ),
    "a_trigger_gone": (
        "ledger.tables_are_final",
        "drop trigger posting_is_final on ledger_posting",
    ),
    "a_month_not_opened": (
        "ledger.next_month_is_open",
        (
            "do $$ begin execute format('drop table ledger_request_%s',"
            " to_char(now() + interval '1 month', 'YYYYMM')); end $$"
        ),
    ),
}


def post_some_of_everything() -> None:
    received = Move(sku="SCARF", from_account="supplier", to_account=SHELF, quantity=5)
    sold = Move(sku="SCARF", from_account=SHELF, to_account="customer", quantity=2)
    oversold = Move(sku="HAT", from_account=SHELF, to_account="customer", quantity=2)
    for origin, move in [("receipt", received), ("sale", sold), ("oversold", oversold)]:
        fact = FactPosting(origin=origin, occurred_at=NOON, moves=[move])
        posting.post_fact(book="erp", posting=fact)
    posting.reverse(book="erp", origin="sale", reversal="reversal", at=NOON)
    requests = [
        BatchRequest(event_id=make_id(), occurred_at=NOON, moves=[move])
        for move in (sold, oversold)
    ]
    posting.post_batch(book="erp", requests=requests)


def break_books(statement: str) -> None:
    """Change the tables as only somebody could who switches their guards off."""
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"alter table {table} disable trigger user")
        cursor.execute(statement)
        for table in TABLES:
            cursor.execute(f"alter table {table} enable trigger user")


@pytest.mark.django_db
def test_sound_books_have_nothing_to_say() -> None:
    post_some_of_everything()

    findings = prove_ledger()

    assert [it for it in findings if not it.ok] == []
    assert {it.check: it.examined for it in findings if it.check != "ledger.tables_are_final"} == {
        "ledger.sums_are_zero": 2,
        "ledger.balances_equal_movements": 5,
        "ledger.overdrafts_follow_balances": 5,
        "ledger.overdrafts_have_shortfalls": 1,
        "ledger.postings_have_movements": 4,
        "ledger.outcomes_have_movements": 2,
        "ledger.movements_belong_to_postings": 5,
        "ledger.movements_match_headers": 5,
        "ledger.keys_are_known": 5,
        "ledger.reversals_match": 1,
        "ledger.next_month_is_open": 14,
        "ledger.buckets_follow_codes": 2,
    }


@pytest.mark.django_db
def test_empty_books_hold() -> None:
    assert [it for it in prove_ledger() if not it.ok] == []


@pytest.mark.django_db
@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_break_is_named(fault: str) -> None:
    check, statement = PLANTED[fault]
    post_some_of_everything()
    break_books(statement)

    broken = {it.check: it for it in prove_ledger() if not it.ok}

    assert check in broken
    assert broken[check].count > 0
    assert broken[check].detail != ""


@pytest.mark.django_db
def test_a_check_that_cannot_run_is_a_break_and_no_error() -> None:
    with connection.cursor() as cursor:
        cursor.execute("drop table ledger_reversal")

    [finding] = [it for it in prove_ledger() if not it.ok and it.check == "ledger.reversals_match"]

    assert isinstance(finding, Finding)
    assert "could not be checked" in finding.detail
