"""Taking turns (排队): who does the same thing at the same time does it one after the other."""

from __future__ import annotations

from django.db import connection

TAKE_LOCKS = """
select pg_advisory_xact_lock(hashtextextended(subject, 3))
from unnest(%s::text[]) as subject order by subject
"""


def take_turns(*subjects: str) -> None:
    """
    Wait until nobody else has one of these subjects, and keep them to the end of the transaction.

    For what has no row to lock: a number nobody wrote yet, a list that is replaced as a whole.
    Sorted, so that two who take several never wait for each other in a circle.
    """
    assert connection.in_atomic_block, "a lock outside a transaction is none"
    with connection.cursor() as cursor:
        cursor.execute(TAKE_LOCKS, [sorted(subjects)])
