"""Asking a source to say something again (请求重发), and doing so when asked."""

from __future__ import annotations

from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from django.db import transaction

from yipan.exchange import database
from yipan.exchange.outbox import publish, reserve_numbers
from yipan.exchange.sources import SourceUnknown, get_site
from yipan.exchange.subscriptions import Heard
from yipan.foundation.refusals import Refusal
from yipan.messages.erp import ResendRequested

NUMBERS_MAX: Final = 10_000

_STEP_BACK = """
update exchange_forwarding f set acknowledged = least(acknowledged, %(first)s - 1)
from exchange_stream s
where s.id = f.stream_id and s.source = %(source)s and f.epoch = %(epoch)s
"""


class RangeWrong(Refusal):
    """The numbers to send again begin at 1, end after they begin, and are 10,000 at most."""

    code = "exchange.range_wrong"
    status = 422


class Asked(NamedTuple):
    """The message that carries the request."""

    source: str
    sequence: int


@transaction.atomic
def request(*, source: str, numbers: range, message_id: UUID, at: datetime) -> Asked:
    """
    Ask the site of a source to send these numbers again; it hears of it like of an order.

    Sending again is harmless: what is known already is answered `duplicate`.

    :raises RangeWrong: if the numbers are no range a source may have.
    :raises SourceUnknown: if the source was never heard, or belongs to no site.
    """
    if not 1 <= numbers.start < numbers.stop <= numbers.start + NUMBERS_MAX:
        raise RangeWrong(first=numbers.start, last=numbers.stop - 1, numbers_max=NUMBERS_MAX)
    site = get_site(source)
    rows = database.fetch(
        "select epoch from exchange_stream where source = %(source)s", {"source": source}
    )
    if not rows or not site or source.startswith("erp:"):
        raise SourceUnknown(source=source)
    stream = f"erp:hub/orders:{site}"
    (sequence,) = reserve_numbers(stream)
    message = ResendRequested(
        message_id=message_id,
        occurred_at=at,
        source=source,
        epoch=rows[0][0],
        first_sequence=numbers.start,
        last_sequence=numbers.stop - 1,
    )
    publish(message, source=stream, sequence=sequence)
    return Asked(stream, sequence)


def take_request(message: ResendRequested, heard: Heard) -> None:  # noqa: ARG001  every handler is told where a message came from
    """Send again from the first number asked for; within one database nothing needs asking."""
    database.fetch(
        _STEP_BACK,
        {"source": message.source, "epoch": message.epoch, "first": message.first_sequence},
    )
