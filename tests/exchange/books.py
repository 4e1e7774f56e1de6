"""A small receiver for the tests: a table of effects, and a list of SKUs it knows."""

from __future__ import annotations

from django.db import connection

from tests.exchange.builders import Asked, Moved, Stepped
from yipan.exchange.subscriptions import Heard, Run, RunSubscription, Subscription
from yipan.foundation.refusals import Refusal

TABLE = """
create temporary table if not exists test_effect (
    place serial, source text not null, sequence bigint not null, sku text not null,
    quantity integer not null check (quantity <> 1313)
)
"""


class SkuUnknown(Refusal):
    """Nobody has told us of this SKU yet."""

    code = "test.sku_unknown"


class TooLate(Refusal):
    """What is asked for cannot be done any more."""

    code = "test.too_late"
    is_final = True


class Book:
    """
    What a receiver has booked.

    `unknown` SKUs are refused, `late` papers are refused for good, `broken` ones meet a fault.
    """

    def __init__(self) -> None:
        self.late: set[str] = set()
        self.unknown: set[str] = set()
        self.broken: set[str] = set()
        self.runs: list[int] = []
        with connection.cursor() as cursor:
            cursor.execute(TABLE)
            cursor.execute("truncate test_effect")

    def take_run(self, run: Run) -> None:
        self.runs.append(len(run))
        for message, heard in run:
            self.take(message, heard)

    def take(self, message: Moved, heard: Heard) -> None:
        self._write(heard, message.sku, message.quantity)

    def take_step(self, message: Stepped | Asked, heard: Heard) -> None:
        self._write(heard, message.paper, message.step)

    def _write(self, heard: Heard, name: str, quantity: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "insert into test_effect (source, sequence, sku, quantity) values (%s, %s, %s, %s)",
                [heard.source, heard.sequence, name, quantity],
            )
        if name in self.unknown:
            raise SkuUnknown(sku=name)
        if name in self.late:
            raise TooLate(paper=name)
        assert name not in self.broken, "a planted fault"

    def subscriptions(self, receiver: str = "erp") -> list[RunSubscription | Subscription]:
        return [
            RunSubscription(receiver=receiver, message=Moved, handler=self.take_run),
            Subscription(receiver=receiver, message=Stepped, handler=self.take_step),
            Subscription(receiver=receiver, message=Asked, handler=self.take_step),
        ]

    def list_effects(self) -> list[tuple[int, str, int]]:
        """Return (sequence, name, quantity) in the order they were booked."""
        with connection.cursor() as cursor:
            cursor.execute("select sequence, sku, quantity from test_effect order by place")
            return [(sequence, name, number) for sequence, name, number in cursor.fetchall()]

    def list_numbers(self) -> list[int]:
        """Return the numbers of the messages in the order they were booked."""
        return [sequence for sequence, _, _ in self.list_effects()]
