"""Somebody else who acts while our own transaction is still open: the same race in every run."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic

from django.db import connection, transaction

SECONDS_MAX = 60.0
IS_BLOCKED = """
select exists (
    select from pg_locks where not granted and pid <> pg_backend_pid()
)
"""


@dataclass
class Other:
    """What the other one got, or what went wrong for them."""

    result: object = None
    fault: BaseException | None = None


@contextmanager
def meanwhile(
    act: Callable[[], object], *, then: Callable[[], object] | None = None
) -> Iterator[Other]:
    """
    Run the block in a transaction, and `act` on another connection before it commits.

    The transaction commits when `act` waits for a lock of ours, or is over; before, it does
    `then`, which would wait in a circle if `act` held what it needs. At the end of the block
    `act` is over too. For tests with `django_db(transaction=True)`.
    """
    other = Other()

    def run() -> None:
        try:
            other.result = act()
        except BaseException as fault:  # noqa: BLE001 - told by the test
            other.fault = fault
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    try:
        with transaction.atomic():
            yield other
            thread.start()
            until = monotonic() + SECONDS_MAX
            while thread.is_alive() and not _is_blocked():
                assert monotonic() < until, "the other one neither waits nor comes to an end"
                thread.join(0.01)
            if then is not None:
                then()
    finally:
        if thread.ident is not None:
            thread.join(SECONDS_MAX)
    assert not thread.is_alive()


def _is_blocked() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(IS_BLOCKED)
        [found] = cursor.fetchone()
    return bool(found)
