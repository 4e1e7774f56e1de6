"""The message log by itself: what one message costs beside the work of its handler.

Tickets of 1.6 lines travel as from a register: read from the wire and received, told again, and
delivered. Handlers do nothing, so what is measured is the exchange alone. CPU is that of this
process and of its PostgreSQL backend together.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from django.db import connection, transaction

from yipan.bench.report import Result, at_most, tell, tell_load
from yipan.exchange import inbox, proof, wire
from yipan.exchange.delivery import deliver_pending
from yipan.exchange.envelopes import Envelope, Outgoing, seal
from yipan.exchange.outbox import publish_many, reserve_numbers
from yipan.exchange.subscriptions import Route, RunSubscription, connect
from yipan.foundation.ids import make_id
from yipan.messages import pos, till
from yipan.messages.base import Message

MESSAGES: Final = 20_000
BACKLOG: Final = 10_000
RUN: Final = 500
BATCH: Final = wire.BATCH_MESSAGES_MAX
NOW: Final = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
TOLD: Final = "pos:S12/stock"
HEARD: Final = "till:S12-1/stock"


def run() -> list[Result]:
    """Measure each leg once over 20,000 messages, then the backlog; takes some ten seconds."""
    connect(
        [
            RunSubscription(receiver="pos", message=till.TicketClosed, handler=lambda _: None),
            RunSubscription(receiver="erp", message=pos.TicketPosted, handler=lambda _: None),
        ],
        routes=[Route(receiver="erp", prefix="pos:"), Route(receiver="pos", prefix="till:")],
    )
    results = tell_load()
    bodies = _make_bodies()
    received = _measure(lambda: _receive(bodies))
    told = _measure(lambda: _tell(_make_tickets(pos.TicketPosted, MESSAGES)))
    delivered = _measure(deliver_pending)
    for name, cost in (("receive", received), ("publish", told), ("deliver", delivered)):
        results.append(at_most(f"{name}_cpu_us_per_message", cost, target=100, unit="us"))
    results.append(tell("till_to_hub_cpu_us_per_ticket", received + told + delivered, unit="us"))
    results.append(
        at_most("backlog_of_10000_seconds", _measure_backlog(), target=60, unit="seconds")
    )
    began = time.perf_counter()
    findings = proof.list_findings()
    results.append(tell("proof_seconds", time.perf_counter() - began, unit="seconds"))
    assert all(finding.ok for finding in findings), findings
    return results


def _make_tickets(kind: type[till.TicketClosed | pos.TicketPosted], count: int) -> list[Message]:
    """Return tickets of 1.6 lines on average."""
    return [
        kind(
            message_id=make_id(),
            occurred_at=NOW,
            ticket_number=f"S12-1-{number:08}",
            site="S12",
            till="S12-1",
            business_date="2026-03-02",
            cashier="chen.clerk",
            total_minor=6_800,
            lines=tuple(
                till.TicketLine(line=line, sku=f"SKU-{(number + line) % 5_000:05}", quantity=1)
                for line in range(1, 3 if number % 5 > 1 else 2)
            ),
        )
        for number in range(count)
    ]


def _make_bodies() -> list[bytes]:
    tickets = _make_tickets(till.TicketClosed, MESSAGES)
    envelopes = [
        seal(ticket, source=HEARD, sequence=number)
        for number, ticket in enumerate(tickets, start=1)
    ]
    return [wire.write_batch(envelopes[at : at + BATCH]) for at in range(0, MESSAGES, BATCH)]


def _receive(bodies: Sequence[bytes]) -> None:
    for body in bodies:
        envelopes = [each for each in wire.read_batch(body) if isinstance(each, Envelope)]
        inbox.receive("pos", envelopes)


def _tell(tickets: Sequence[Message]) -> None:
    for at in range(0, len(tickets), RUN):
        part = tickets[at : at + RUN]
        with transaction.atomic():
            numbers = reserve_numbers(TOLD, len(part))
            publish_many(
                [
                    Outgoing(
                        message=ticket,
                        source=TOLD,
                        sequence=number,
                        business_date=date(2026, 3, 2),
                    )
                    for ticket, number in zip(part, numbers, strict=True)
                ]
            )


def _measure(work: Callable[[], object]) -> float:
    """Return the CPU of both processes per message, in microseconds."""
    before = time.process_time() + _get_backend_seconds()
    work()
    spent = time.process_time() + _get_backend_seconds() - before
    return spent / MESSAGES * 1e6


def _measure_backlog() -> float:
    """Return the seconds until 10,000 messages that piled up are delivered."""
    _tell(_make_tickets(pos.TicketPosted, BACKLOG))
    began = time.perf_counter()
    assert deliver_pending() == BACKLOG
    return time.perf_counter() - began


def _get_backend_seconds() -> float:
    """Return the CPU seconds of our PostgreSQL backend so far; 0 when it runs elsewhere."""
    connection.ensure_connection()
    stat = Path(f"/proc/{connection.connection.info.backend_pid}/stat")
    try:
        fields = stat.read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / 100
