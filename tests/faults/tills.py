"""Tills that sell over HTTP whatever happens, and write down what was acknowledged to them."""

from __future__ import annotations

import http.client
import json
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from uuid import UUID

from yipan.exchange.envelopes import seal
from yipan.exchange.wire import write_batch
from yipan.messages.till import TicketClosed, TicketLine

BATCH = "application/cloudevents-batch+json"
#: Replies that promise the message is kept, whatever happens to us afterwards.
KEPT = {"applied", "duplicate", "parked", "waiting"}
PAUSE_SECONDS = 0.05
ANSWER_SECONDS_MAX = 15
TICKETS_PER_BATCH_MAX = 8


@dataclass(kw_only=True)
class Till:
    """One till: its numbers are gapless, and a batch is sent until it is acknowledged."""

    name: str
    site: str
    sku: str
    key: str
    ports: tuple[int, ...]
    chance: Random
    acknowledged: int = 0
    sent: int = 0
    answers: list[tuple[float, int]] = field(default_factory=list)

    def sell_until(self, stop: threading.Event) -> None:
        """Sell batch after batch; the last one is sent until somebody keeps it."""
        while not stop.is_set():
            count = self.chance.randint(1, TICKETS_PER_BATCH_MAX)
            body = write_batch(
                [
                    seal(self.make_ticket(number), source=self.source, sequence=number)
                    for number in range(self.sent + 1, self.sent + count + 1)
                ]
            )
            self.sent += count
            while not self._push(body):
                if stop.is_set():
                    return
                time.sleep(PAUSE_SECONDS)
            self.acknowledged = self.sent

    @property
    def source(self) -> str:
        """Return the name its messages come under."""
        return f"till:{self.site}-{self.name}/stock"

    def make_ticket(self, number: int) -> TicketClosed:
        """Return the ticket of a number, which is the same each time: one piece of one SKU."""
        return TicketClosed(
            message_id=UUID(int=(hash_name(self.name) << 64) | number),
            occurred_at=datetime.now(UTC).replace(microsecond=0, second=0),
            ticket_number=f"{self.name}-{number:06}",
            site=self.site,
            till=f"{self.site}-{self.name}",
            business_date=datetime.now(UTC).date().isoformat(),
            lines=(TicketLine(line=1, sku=self.sku, quantity=1, amount_minor=100),),
            total_minor=100,
        )

    def _push(self, body: bytes) -> bool:
        """Send a batch to one of the doors; return whether all of it is kept."""
        port = self.chance.choice(self.ports)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS_MAX)
        status = 0
        try:
            connection.request(
                "POST",
                "/api/v1/events",
                body,
                {"Authorization": f"Bearer {self.key}", "Content-Type": BATCH},
            )
            answer = connection.getresponse()
            status = answer.status
            rows = json.loads(answer.read())["data"] if status == http.HTTPStatus.OK else []
        except (OSError, http.client.HTTPException, ValueError):
            status = 0
            return False
        finally:
            connection.close()
            self.answers.append((time.monotonic(), status))
        return bool(rows) and all(row["state"] in KEPT for row in rows)


def hash_name(name: str) -> int:
    """Return a number that is the same for a name in every process."""
    return int.from_bytes(name.encode(), "big")
