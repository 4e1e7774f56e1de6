"""Goal: ids kept in memory are those of committed rows. Method: roll back, post again, look."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from yipan.ledger import accounts, posting, queries
from yipan.ledger.moves import FactPosting, Move

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SHELF = "on_hand/W1/available"


def a_receipt(*, number: int, sku: str = "SCARF") -> FactPosting:
    move = Move(sku=sku, from_account="supplier", to_account=SHELF, quantity=number)
    return FactPosting(origin=f"goods_receipt/GR-{number}/post", occurred_at=NOON, moves=[move])


def roll_back_a_receipt() -> None:
    with transaction.atomic():
        posting.post_fact(book="erp", posting=a_receipt(number=1))
        transaction.set_rollback(True)


@pytest.mark.django_db(transaction=True)
def test_ids_of_a_rolled_back_posting_are_not_remembered() -> None:
    roll_back_a_receipt()

    posting.post_fact(book="erp", posting=a_receipt(number=2))

    assert queries.get_quantity(book="erp", account=SHELF, sku="SCARF") == 2
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from ledger_movement m join ledger_sku using (sku_id)"
            " join ledger_place p on p.place_id = m.to_place join ledger_book using (book_id)"
        )
        assert cursor.fetchone() == (1,)


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_savepoint_takes_its_ids_along() -> None:
    with transaction.atomic():
        roll_back_a_receipt()
        posting.post_fact(book="erp", posting=a_receipt(number=3))
    posting.post_fact(book="erp", posting=a_receipt(number=4))

    assert queries.get_quantity(book="erp", account=SHELF, sku="SCARF") == 7


@pytest.mark.django_db(transaction=True)
def test_ids_are_remembered_after_the_commit_only() -> None:
    move = a_receipt(number=1).moves[0]

    with transaction.atomic():
        first = accounts.open_directory(book="erp", moves=[move])
        assert accounts.open_directory(book="erp", moves=[move]) is not first
    known = accounts.open_directory(book="erp", moves=[move])

    assert known == first
    assert accounts.open_directory(book="erp", moves=[move]) is known


@pytest.mark.django_db(transaction=True)
def test_two_books_share_skus_and_nothing_else() -> None:
    posting.post_fact(book="erp", posting=a_receipt(number=1))
    posting.post_fact(book="wms:W1", posting=a_receipt(number=1))
    posting.post_fact(book="wms:W1", posting=a_receipt(number=2, sku="HAT"))
    posting.post_fact(book="erp", posting=a_receipt(number=2, sku="HAT"))

    for book in ("erp", "wms:W1"):
        assert queries.get_quantity(book=book, account=SHELF, sku="SCARF") == 1
        assert queries.get_quantity(book=book, account=SHELF, sku="HAT") == 2


@pytest.mark.parametrize(
    ("account", "expected"),
    [
        ("on_hand/W1/available", ("on_hand/W1", 1, 0)),
        ("on_hand/A-01-01/quarantine", ("on_hand/A-01-01", 4, 0)),
        ("in_transit/TO-1/available", ("in_transit/TO-1", 1, 0)),
        ("supplier", ("supplier", 0, None)),
        ("customer/available", ("customer/available", 0, None)),
    ],
)
def test_an_account_is_a_place_and_a_status(
    account: str, expected: tuple[str, int, int | None]
) -> None:
    path, status, floor = accounts.split_account(account)

    assert (path, status, floor) == expected
    assert accounts.join_account(path=path, status=status) == account


@pytest.mark.parametrize(
    "account", ["", "on_hand", "on_hand/W1", "on_hand/W1/broken", "on_hand/", "on_hand/available"]
)
def test_a_misspelled_account_is_our_own_fault(account: str) -> None:
    with pytest.raises(AssertionError):
        accounts.split_account(account)
