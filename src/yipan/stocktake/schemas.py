"""What operations on stocktakes hear and tell."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from ninja import Schema
from pydantic import AfterValidator, AwareDatetime, Field

from yipan.foundation.moments import to_utc

Code = Annotated[str, Field(min_length=1, max_length=48)]
Word = Annotated[str, Field(max_length=48)]
Quantity = Annotated[int, Field(ge=0, le=99_999_999)]
Status = Annotated[str, Field(pattern="^(available|damaged|blocked|quarantine)$")]

Moment = Annotated[AwareDatetime, AfterValidator(to_utc)]


class StocktakeOut(Schema):
    """A stocktake, and how far it is. What it found is told with its review, not here."""

    number: str
    kind: str
    state: str
    site: str
    is_blind: bool
    is_double: bool
    due_on: date | None
    created_by: str
    created_at: datetime
    posted_at: datetime | None
    sheets: int
    sheets_closed: int
    lines: int


class StocktakesOut(Schema):
    """Stocktakes, the newest first; `after` is what to ask for to read on."""

    data: list[StocktakeOut]
    after: str


class CountSheetOut(Schema):
    """A sheet: where, in which round, whose, and what stands counted; never what the book says."""

    number: str
    stocktake: str
    state: str
    place: str
    shelf: str
    round: int
    counter: str
    lines: list[dict[str, Any]] = []


class CountSheetsOut(Schema):
    """Sheets the caller may count now."""

    data: list[CountSheetOut]


class CountDifferenceOut(Schema):
    """What a key differs by, as the books say now; documents that put it right."""

    sku: str
    place: str
    lot: str
    status: str
    quantity_counted: int
    quantity_book: int
    difference: int
    difference_then: int
    left: int
    counted_at: datetime
    round: int
    counters: list[str]
    is_uncertain: bool
    corrections: list[str]


class ReviewOut(Schema):
    """The lines of a stocktake that differ, the largest value first."""

    data: list[CountDifferenceOut]


class SheetIn(Schema):
    """A place to be counted: all that lies there, or some SKUs."""

    place: Code
    shelf: Annotated[str, Field(max_length=24)] = ""
    skus: Annotated[list[Code], Field(max_length=1_000)] = []
    assignee: Annotated[str, Field(max_length=160)] = ""


class StocktakeIn(Schema):
    """A plan. Repeating it with the same `external_id` answers with the first."""

    site: Code
    kind: Annotated[str, Field(pattern="^(full|cycle|spot|problem|zero_check|third_party)$")]
    sheets: Annotated[list[SheetIn], Field(min_length=1, max_length=5_000)]
    is_blind: bool = True
    is_double: bool = False
    uncertainty_seconds: Annotated[int, Field(ge=0, le=3_600)] = 0
    due_on: date | None = None
    note: Annotated[str, Field(max_length=200)] = ""
    external_id: Annotated[str, Field(max_length=96)] = ""
    starts: bool = True


class ObservationIn(Schema):
    """One line somebody or something saw, at its own moment; without one, at this one."""

    place: Code
    sku: Code
    quantity: Quantity
    shelf: Annotated[str, Field(max_length=24)] = ""
    lot: Word = ""
    status: Status = "available"
    counted_at: Moment | None = None
    counter: Annotated[str, Field(max_length=160)] = ""


class ObservationsIn(Schema):
    """A list of observations. `is_complete`: what it does not name is not at its places."""

    rows: Annotated[list[ObservationIn], Field(min_length=1, max_length=5_000)]
    is_complete: bool = False


class CountScanIn(Schema):
    """So much of a SKU somebody saw; adds to what was seen on the sheet before."""

    sku: Code
    quantity: Quantity = 1
    lot: Word = ""
    status: Status = "available"
    serial: Word = ""
    counted_at: Moment | None = None


class TagsIn(Schema):
    """Radio tags as a reader heard them: SGTIN-96 in hexadecimal, EPC URNs or Digital Links."""

    tags: Annotated[list[Annotated[str, Field(max_length=400)]], Field(max_length=5_000)]


class TagsOut(Schema):
    """What became of the tags."""

    new: int
    doubled: int
    unknown: list[str]


class CloseIn(Schema):
    """
    What of goods the book knows here and nobody saw: `ask` refuses when there are any,
    `none_there` says there are none, `not_looked` says nothing.
    """

    unseen: Annotated[str, Field(pattern="^(ask|none_there|not_looked)$")] = "ask"


class SheetReleaseIn(Schema):
    """Why a sheet is taken back."""

    reason: Annotated[str, Field(max_length=120)] = ""


class SheetAssignIn(Schema):
    """Who counts a sheet, by log-in name; empty is whoever comes."""

    person: Annotated[str, Field(max_length=160)]
