"""What a register says to its store and hears from it. Amounts in minor units."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, TypeVar
from uuid import UUID

from ninja import Schema
from pydantic import AfterValidator, Field

from yipan.documents import told
from yipan.pos.api.schemas import TenderIn, TicketLineIn

Day = TypeVar("Day", bound=date)

BATCH_MAX = 100
IMPORT_MAX = 2_000

Name = Annotated[str, Field(max_length=160)]
Number = Annotated[str, Field(max_length=48)]
Reason = Annotated[str, Field(max_length=200)]
Sequence = Annotated[int, Field(ge=1, le=100_000_000)]
Epoch = Annotated[int, Field(ge=1, le=1_000_000)]
#: A clock may be wrong by years; more than a hundred is no clock.
Offset = Annotated[int, Field(ge=-3_200_000_000_000, le=3_200_000_000_000)]


YEAR_MIN, YEAR_MAX = 1900, 2200


def _require_calendar(at: Day) -> Day:
    if not YEAR_MIN <= at.year <= YEAR_MAX:
        raise ValueError("no clock of a register says such a year")
    return at


#: A clock may be wrong by years, but not by centuries.
DeviceTime = Annotated[datetime, AfterValidator(_require_calendar)]
BusinessDate = Annotated[date, AfterValidator(_require_calendar)]


class DeviceIn(Schema):
    """The id a register made for its storage when it was new."""

    device: UUID


class DeviceOut(Schema):
    """The epoch in which this device numbers its tickets, from 1 and without gaps."""

    till: str
    site: str
    epoch: int
    server_time: datetime


class NumberedTicketIn(Schema):
    """A finished ticket with the number its register gave; without lines it is a void ticket."""

    message_id: UUID
    epoch: Epoch
    sequence: Sequence
    lines: Annotated[list[TicketLineIn], Field(max_length=told.LINES_MAX)] = []
    tenders: Annotated[list[TenderIn], Field(max_length=16)] = []
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] = "CNY"
    device_at: DeviceTime
    clock_offset_ms: Offset = 0
    cashier: Name = ""
    printed_number: Number = ""
    approved_by: Name = ""
    approval_reason: Reason = ""
    return_id: UUID | None = None


class NumberedTicketsIn(Schema):
    """Tickets of one register, the oldest first, and what the hub's clock is ahead of its own."""

    clock_offset_ms: Offset = 0
    tickets: Annotated[list[NumberedTicketIn], Field(min_length=1, max_length=BATCH_MAX)]


class TicketFileIn(Schema):
    """What a register saved to a file: tickets it could not send."""

    till: Annotated[str, Field(max_length=32)] = ""
    clock_offset_ms: Offset = 0
    tickets: Annotated[list[NumberedTicketIn], Field(min_length=1, max_length=IMPORT_MAX)]


class NumberedTicketOut(Schema):
    """What became of a ticket: applied, duplicate, parked, or unknown: send it again."""

    message_id: UUID
    number: str
    state: str
    code: str


class NumberedTicketsOut(Schema):
    """What became of each, in their order."""

    data: list[NumberedTicketOut]


class ReportIn(Schema):
    """What a register says of itself: the last number it gave and what it still holds."""

    device: UUID
    last_sequence: Annotated[int, Field(ge=0, le=100_000_000)]
    unsent: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    oldest_unsent_at: datetime | None = None
    is_persistent: bool = False
    clock_offset_ms: Offset = 0


class ReportOut(Schema):
    """
    What the store knows of the numbers of a device.

    `missing` were given and never came; `open` are kept and not booked yet; up to
    `settled_sequence` all belong to days on which both books agreed.
    """

    epoch: int
    missing: list[int]
    open: list[int]
    settled_sequence: int
    server_time: datetime


class TenderCountedIn(Schema):
    """What lay there of a tender, counted blind."""

    tender: Annotated[str, Field(min_length=1, max_length=16)]
    counted_minor: Annotated[int, Field(ge=0, le=99_999_999)]


class RegisterSealIn(Schema):
    """A day a register sealed by itself, with the last number it had given."""

    seal_id: UUID
    epoch: Epoch
    last_sequence: Annotated[int, Field(ge=0, le=100_000_000)]
    business_date: BusinessDate
    counted: Annotated[list[TenderCountedIn], Field(max_length=16)] = []
    device_at: DeviceTime
    clock_offset_ms: Offset = 0
    sealed_by: Name = ""


class RegisterSealOut(Schema):
    """The day as it stands: sealed until the hub agrees, then closed; or differs."""

    number: str
    state: str
    business_date: date


class TillEventIn(Schema):
    """Something that happened at a register and is no ticket."""

    event_id: UUID
    event_type: Literal["override", "reprint", "drawer"]
    occurred_at: DeviceTime
    actor: Name
    subject: Number = ""
    approved_by: Name = ""
    reason: Reason = ""


class TillEventsIn(Schema):
    """Events of one register, the oldest first."""

    events: Annotated[list[TillEventIn], Field(min_length=1, max_length=BATCH_MAX)]


class TillEventsOut(Schema):
    """How many of them were new."""

    recorded: int
