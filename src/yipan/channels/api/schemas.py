"""What the API of the channels is asked with, and answers with."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import Field

from yipan.channels.documents.publication import DUE_SECONDS_MAX, STEP_MAX
from yipan.channels.queries.feed import CHANGES_MAX
from yipan.exchange.doorbell import URL_LENGTH_MAX

Code = Annotated[str, Field(min_length=1, max_length=32)]
Number = Annotated[int, Field(ge=0, le=2**53 - 1)]
Method = Literal["ship", "pickup", "ship_to_store"]


class ChangesQuery(Schema):
    """
    Which channel's feed, behind which number; 0 is from the beginning.

    With `wait` the fastlane answers when there is something, or after so many seconds. Here it
    is answered at once.
    """

    channel: Code
    after: Number = 0
    limit: Annotated[int, Field(ge=1, le=CHANGES_MAX)] = 100
    wait: Annotated[int, Field(ge=0, le=30)] = 0


class SnapshotQuery(Schema):
    channel: Code
    cursor: Annotated[str, Field(max_length=80)] = ""
    limit: Annotated[int, Field(ge=1, le=CHANGES_MAX)] = CHANGES_MAX


class ChangeOut(Schema):
    """
    So much may be sold from now on, in the SKU's smallest unit.

    Absolute: of a SKU and method only the line with the highest `sequence` counts. `sellable`
    is null for a channel that is told `level` alone. `sites` maps stores to what may be picked
    up there.
    """

    sequence: int
    sku: str
    method: str
    sellable: int | None
    level: str
    sites: dict[str, Any]
    next_date: date | None
    reason: str
    told_at: datetime


class ChangesOut(Schema):
    """Lines in order, without gaps. Go on with `last_position`; `more` says some wait already."""

    data: list[ChangeOut]
    last_position: int
    more: bool


class SnapshotOut(Schema):
    """All that stands told, and the number of the feed it contains."""

    data: list[ChangeOut]
    last_position: int
    next_cursor: str | None


class PublicationBody(Schema):
    """
    How a channel is told.

    Numbers that differ by less than `step_quantity`, and cross no level, are kept back for
    `due_seconds` at most.
    """

    is_on: bool = True
    form: Literal["quantity", "level"] = "quantity"
    methods: Annotated[list[Method], Field(max_length=3)] = ["ship"]
    step_quantity: Annotated[int, Field(ge=1, le=STEP_MAX)] = 1
    due_seconds: Annotated[int, Field(ge=0, le=DUE_SECONDS_MAX)] = 300
    has_shop: bool = False
    version: int | None = None


class PublicationOut(Schema):
    """How a channel is told, and how far it is."""

    channel: str
    is_on: bool
    form: str
    methods: list[str]
    step_quantity: int
    due_seconds: int
    has_shop: bool
    last_sequence: int
    last_told_at: datetime | None
    skus_count: int
    differing_count: int
    differing_since: datetime | None
    is_sweeping: bool
    followed_at: datetime | None
    version: int


class ToldQuery(Schema):
    sku: Annotated[str, Field(max_length=48)] = ""
    cursor: Annotated[str, Field(max_length=48)] = ""
    limit: Annotated[int, Field(ge=1, le=CHANGES_MAX)] = 100


class ToldOut(Schema):
    """What was told of a SKU by one method, how long ago, and what could be told now."""

    sku: str
    method: str
    quantity: int
    level: str
    sites: dict[str, int]
    next_date: date | None
    sequence: int
    told_at: datetime
    age_seconds: int
    quantity_now: int
    differs_since: datetime | None


class ChannelReaderOut(Schema):
    reader: str
    sequence: int
    read_at: datetime


class PublicationsOut(Schema):
    """Publication state of a channel, and what it was last told."""

    publication: PublicationOut
    readers: list[ChannelReaderOut]
    data: list[ToldOut]
    next_cursor: str | None


class WebhookIn(Schema):
    channel: Code
    url: Annotated[str, Field(min_length=1, max_length=URL_LENGTH_MAX)]


class WebhookOut(Schema):
    """A webhook and how it fares. `acknowledged_sequence` is how far the receiver took it."""

    code: str
    channel: str
    url: str
    state: str
    disabled_reason: str
    disabled_at: datetime | None
    failures_count: int
    pending_count: int
    sent_sequence: int
    acknowledged_sequence: int
    acknowledged_at: datetime | None
    created_at: datetime


class WebhookMade(Schema):
    """The secret is told this once."""

    code: str
    secret: str


class WebhooksOut(Schema):
    data: list[WebhookOut]


class WebhooksQuery(Schema):
    channel: Annotated[str, Field(max_length=32)] = ""


class SendAfterIn(Schema):
    """From behind which number of the feed everything is sent again."""

    after: Number


class AttemptOut(Schema):
    number: int
    at: datetime
    status: int
    error: str
    milliseconds: int


class DeliveryOut(Schema):
    id: int
    message_id: str
    kind: str
    state: str
    first_sequence: int
    last_sequence: int
    attempts_count: int
    next_at: datetime | None
    created_at: datetime
    settled_at: datetime | None
    attempts: list[AttemptOut]


class DeliveriesQuery(Schema):
    cursor: Annotated[int, Field(ge=1, le=2**62)] | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class DeliveriesOut(Schema):
    data: list[DeliveryOut]
    next_cursor: int | None
