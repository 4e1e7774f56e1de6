"""What the API of a store's days takes and tells: tills, tenders, cash. Minor units."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field

from yipan.documents import told
from yipan.pos.api.schemas import Limit, Text
from yipan.pos.queries import (
    StoreDayRow,
)

Note = Annotated[str, Field(max_length=200)]
Some = Annotated[int, Field(ge=0, le=told.QUANTITY_MAX)]
Cash = Annotated[int, Field(ge=0, le=99_999_999)]
Place = Literal["shop_floor", "backroom"]
Status = Literal["available", "quarantine", "damaged", "blocked"]


class TenderOut(Schema):
    tender: str
    expected_minor: int
    counted_minor: int


class StoreDayOut(Schema):
    """A business day of a till."""

    number: str
    state: str
    site: str
    till: str
    business_date: date
    currency: str
    ticket_count: int
    amount_minor: int
    first_sequence: int
    last_sequence: int
    digest: str
    tenders: list[TenderOut]
    sealed_at: datetime | None
    closed_at: datetime | None
    need: list[int]
    facts: str

    @classmethod
    def of(cls, row: StoreDayRow) -> StoreDayOut:
        """Return what the API tells of a day."""
        return cls(
            number=row.number,
            state=row.state,
            site=row.site.code,
            till=row.till,
            business_date=row.business_date,
            currency=row.currency,
            ticket_count=row.ticket_count,
            amount_minor=row.amount_minor,
            first_sequence=row.first_sequence,
            last_sequence=row.last_sequence,
            digest=row.digest,
            tenders=[
                TenderOut(
                    tender=paid.tender,
                    expected_minor=paid.expected_minor,
                    counted_minor=paid.counted_minor,
                )
                for paid in row.tenders
            ],
            sealed_at=row.sealed_at,
            closed_at=row.closed_at,
            need=list(row.need),
            facts=row.facts,
        )


class StoreDayList(Schema):
    data: list[StoreDayOut]


class StoreDaysQuery(Schema):
    site: Text = ""
    limit: Limit = 100


class CountedTenderIn(Schema):
    tender: Literal["cash", "card", "mobile"]
    counted_minor: Cash


class SealIn(Schema):
    """Seal a day of a till with what was counted, blind."""

    till: Annotated[str, Field(min_length=1, max_length=32)]
    business_date: date
    counted: Annotated[list[CountedTenderIn], Field(max_length=16)]


class CashIn(Schema):
    """Cash that goes in or out of a drawer and is no sale."""

    till: Annotated[str, Field(min_length=1, max_length=32)]
    cash_type: Literal["float", "pay_in", "pay_out", "drop"]
    amount_minor: Annotated[int, Field(ge=1, le=99_999_999)]
    reason: Note = ""


class CashOut(Schema):
    number: str
    till: str
    business_date: date
    cash_type: str
    amount_minor: int
