"""Goal: what is posted is final, for the owner by trigger, for the application by grants."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction

from yipan.foundation.ids import make_id
from yipan.ledger import months, posting, queries
from yipan.ledger.grants import grant_to_application
from yipan.ledger.models import TABLES
from yipan.ledger.moves import BatchRequest, FactPosting, Move

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SHELF = "on_hand/W1/available"
SCARVES = Move(sku="SCARF", from_account="supplier", to_account=SHELF, quantity=5)
ROLE = "yipan_ledger_test"

FINAL = ["movement", "posting", "reversal", "request", "shortfall"]
CHANGES = [
    *(f"delete from ledger_{table}" for table in FINAL),
    *(f"truncate ledger_{table} cascade" for table in FINAL),
    "update ledger_movement set quantity = quantity + 1",
    "update ledger_posting set actor = 'somebody else'",
    "update ledger_reversal set event_id = reversal_event_id",
    "update ledger_shortfall set overdraft = 0",
    "update ledger_request set digest = 0",
    "update ledger_request set refused_line = null",
    "update ledger_request set refused_line = 2 where refused_line = 1",
]


def post_some_of_everything() -> None:
    fact = FactPosting(origin="receipt", occurred_at=NOON, moves=[SCARVES])
    sale = Move(sku="SCARF", from_account=SHELF, to_account="customer", quantity=9)
    posting.post_fact(book="erp", posting=fact)
    posting.reverse(book="erp", origin="receipt", reversal="reversal", at=NOON)
    posting.post_fact(
        book="erp", posting=FactPosting(origin="sale", occurred_at=NOON, moves=[sale])
    )
    request = BatchRequest(event_id=make_id(), occurred_at=NOON, moves=[sale])
    posting.post_batch(book="erp", requests=[request])


def run(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def list_partitions(table: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select inhrelid::regclass::text from pg_inherits"
            " where inhparent = %s::regclass order by 1",
            [table],
        )
        return [name for (name,) in cursor.fetchall()]


@pytest.mark.django_db
@pytest.mark.parametrize("change", CHANGES)
def test_even_the_owner_cannot_change_what_is_posted(change: str) -> None:
    post_some_of_everything()

    with pytest.raises(DatabaseError) as refused:
        run(change)

    assert "is refused" in str(refused.value)


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["ledger_movement", "ledger_request"])
def test_no_partition_is_a_way_around(table: str) -> None:
    post_some_of_everything()
    partitions = list_partitions(table)

    assert len(partitions) == 14
    for partition in partitions:
        with pytest.raises(DatabaseError, match="is refused"):
            run(f"truncate {partition}")
    with connection.cursor() as cursor:
        cursor.execute(f"select tableoid::regclass::text from {table}")
        [partition] = {name for (name,) in cursor.fetchall()}
    for change in (f"delete from {partition}", f"update {partition} set event_id = event_id"):
        with pytest.raises(DatabaseError, match="is refused"):
            run(change)


@pytest.mark.django_db
def test_a_month_opened_later_is_final_too() -> None:
    today = datetime.now(UTC).date()  # the months the database opens are those of its own clock
    later = today.replace(day=1, year=today.year + 1)

    opened = months.open_months(today=later)

    assert len(opened) == 12
    for month in opened:
        with pytest.raises(DatabaseError, match="is refused"):
            run(f"truncate ledger_movement_{month}")
    assert months.open_months(today=later) == []


@pytest.mark.django_db
def test_a_month_out_of_reach_is_not_opened() -> None:
    with pytest.raises(DatabaseError, match="out of reach"):
        run("select ledger_open_month('2199-01-01')")


@pytest.fixture
def _application(request: pytest.FixtureRequest) -> Iterator[None]:
    """Act as a role that has what the application's role has, until the transaction ends."""
    request.getfixturevalue("db")
    with connection.cursor() as cursor:
        cursor.execute(f"create role {ROLE}")
        cursor.execute(f"grant all on all tables in schema public to {ROLE}")
        cursor.execute(f"grant all on all sequences in schema public to {ROLE}")
        cursor.execute(f"grant execute on all functions in schema public to {ROLE}")
        grant_to_application(ROLE)
        cursor.execute(f"set local role {ROLE}")
    yield
    with connection.cursor() as cursor:
        cursor.execute("reset role")


@pytest.mark.usefixtures("_application")
def test_the_application_posts_and_reads() -> None:
    post_some_of_everything()

    assert queries.get_quantity(book="erp", account=SHELF, sku="SCARF") == -9
    assert len(queries.list_movements(book="erp", sku="SCARF", limit=10)) == 3
    assert months.open_months(today=datetime.now(UTC).date()) == []


@pytest.mark.usefixtures("_application")
@pytest.mark.parametrize("table", TABLES)
def test_the_application_writes_no_table_itself(table: str) -> None:
    with connection.cursor() as cursor:
        for right in ("insert", "update", "delete", "truncate", "references", "trigger"):
            cursor.execute("select has_table_privilege(%s, %s, %s)", [ROLE, table, right])
            assert cursor.fetchone() == (False,), right
    with pytest.raises(DatabaseError, match="permission denied"):
        run(f"delete from {table}")


@pytest.mark.usefixtures("_application")
def test_the_application_reaches_no_partition_and_no_inner_function() -> None:
    partitions = list_partitions("ledger_movement") + list_partitions("ledger_request")
    with connection.cursor() as cursor:
        for partition in partitions:
            cursor.execute("select has_table_privilege(%s, %s, 'insert')", [ROLE, partition])
            assert cursor.fetchone() == (False,)
        cursor.execute(
            "select proname from pg_proc where proname like 'ledger\\_%%'"
            " and has_function_privilege(%s, oid, 'execute') order by 1",
            [ROLE],
        )
        assert [name for (name,) in cursor.fetchall()] == [
            "ledger_append_values",
            "ledger_close_values",
            "ledger_get_settled_until",
            "ledger_lock_levels",
            "ledger_open_books",
            "ledger_open_month",
            "ledger_open_places",
            "ledger_open_postings",
            "ledger_open_skus",
            "ledger_post_batch",
            "ledger_post_facts",
            "ledger_reopen_values",
            "ledger_take_snapshot",
        ]


@pytest.mark.django_db
def test_a_guarded_line_cannot_overdraw_even_by_our_own_fault() -> None:
    posting.post_fact(
        book="erp", posting=FactPosting(origin="receipt", occurred_at=NOON, moves=[SCARVES])
    )

    with pytest.raises(DatabaseError, match="balance_only_facts_go_below_floor"):
        run("update ledger_balance set quantity = quantity - 6 where floor = 0")
