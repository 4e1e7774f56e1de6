"""
Goal: who locks balances ahead holds all of them: also those that were opened while it waited.

Method: four transactions in a fixed order. One opens an account; the guard waits for it; a sale
takes from the account just opened, and then from one the guard holds; the guard takes from it,
too. Did the guard not hold the new account, it and the sale would wait for each other.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from yipan.ledger import posting, queries
from yipan.ledger.locking import lock_levels
from yipan.ledger.moves import FactPosting, Move

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
AVAILABLE, RESERVED = "on_hand/W1/available", "on_hand/W1/reserved"
#: In the order of their buckets: the first is locked first.
FIRST, SECOND = "MUG", "SCARF"
WAITING_SECONDS_MAX = 20


def post(origin: str, *moves: tuple[str, str, str]) -> None:
    made = [
        Move(sku=sku, from_account=source, to_account=target, quantity=1)
        for sku, source, target in moves
    ]
    posting.post_fact(book="erp", posting=FactPosting(origin=origin, occurred_at=NOON, moves=made))


class Running(threading.Thread):
    """Does something in a transaction of its own, and keeps what went wrong."""

    def __init__(self, do: Callable[[], None]) -> None:
        super().__init__()
        self._do = do
        self.fault: Exception | None = None

    def run(self) -> None:
        """Do it."""
        try:
            with transaction.atomic():
                self._do()
        except Exception as fault:  # noqa: BLE001 - told by the test
            self.fault = fault
        finally:
            connection.close()


def wait_until_waiting(count: int) -> None:
    """Wait until so many connections wait for the lock of another."""
    give_up_at = time.monotonic() + WAITING_SECONDS_MAX
    with connection.cursor() as cursor:
        while time.monotonic() < give_up_at:
            cursor.execute("select count(distinct pid) from pg_locks where not granted")
            if cursor.fetchone() == (count,):
                return
            time.sleep(0.02)
    pytest.fail(f"never {count} waiting")


@pytest.mark.django_db(transaction=True)
def test_an_account_opened_while_the_guard_waits_is_locked_with_the_others() -> None:
    post("in", (FIRST, "supplier", AVAILABLE), (SECOND, "supplier", AVAILABLE))
    may_go_on = threading.Event()

    def guard() -> None:
        lock_levels(book="erp", skus={FIRST, SECOND})
        assert may_go_on.wait(WAITING_SECONDS_MAX)
        post("give back", (FIRST, RESERVED, AVAILABLE))

    guarding = Running(guard)
    selling = Running(
        lambda: post("sold", (FIRST, RESERVED, "customer"), (SECOND, AVAILABLE, "customer"))
    )
    with transaction.atomic():
        post("reserve", (FIRST, AVAILABLE, RESERVED))
        guarding.start()
        wait_until_waiting(1)
    wait_until_waiting(0)
    selling.start()
    wait_until_waiting(1)
    may_go_on.set()
    guarding.join(WAITING_SECONDS_MAX)
    selling.join(WAITING_SECONDS_MAX)

    assert (guarding.fault, selling.fault) == (None, None)
    assert queries.get_quantity(book="erp", account=RESERVED, sku=FIRST) == -1
    assert queries.get_quantity(book="erp", account=AVAILABLE, sku=FIRST) == 1


@pytest.mark.django_db(transaction=True)
def test_two_open_accounts_of_one_sku_side_by_side() -> None:
    post("in", (FIRST, "supplier", AVAILABLE))
    opening = Running(lambda: post("to S1", (FIRST, AVAILABLE, "on_hand/S1/available")))

    with transaction.atomic():
        post("to S2", (FIRST, "supplier", "on_hand/S2/available"))
        opening.start()
        opening.join(WAITING_SECONDS_MAX)

        assert not opening.is_alive()

    assert opening.fault is None
