"""Operation on cash sheets (现金日报)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from yipan.access.actors import get_actor
from yipan.access.doors import endpoint
from yipan.erp.api.schemas import Text
from yipan.erp.queries.cash_sheets import CashSheet, list_cash_sheets

router = Router()


class CashSheetsQuery(Schema):
    """So many days up to one, the last of them today when none is named; of one site or all."""

    site: Text = ""
    on: date | None = None
    days: Annotated[int, Field(ge=1, le=62)] = 14


class CashMoveOut(Schema):
    number: str
    cash_type: str
    amount_minor: int
    reason: str
    moved_by: str
    occurred_at: datetime


class CashSheetOut(Schema):
    """One till on one day; null is not known before the day is sealed."""

    site: str
    till: str
    business_date: date
    currency: str
    float_minor: int
    paid_in_minor: int
    paid_out_minor: int
    dropped_minor: int
    expected_minor: int | None
    counted_minor: int | None
    difference_minor: int | None
    result: str
    moves: list[CashMoveOut]

    @classmethod
    def of(cls, sheet: CashSheet) -> CashSheetOut:
        """Return what the API tells of a sheet."""
        return cls(
            site=sheet.site.code,
            till=sheet.till,
            business_date=sheet.business_date,
            currency=sheet.currency,
            float_minor=sheet.float_minor,
            paid_in_minor=sheet.paid_in_minor,
            paid_out_minor=sheet.paid_out_minor,
            dropped_minor=sheet.dropped_minor,
            expected_minor=sheet.expected_minor,
            counted_minor=sheet.counted_minor,
            difference_minor=sheet.difference_minor,
            result=sheet.result,
            moves=[
                CashMoveOut(
                    number=it.number,
                    cash_type=it.cash_type,
                    amount_minor=it.amount_minor,
                    reason=it.reason,
                    moved_by=it.moved_by,
                    occurred_at=it.occurred_at,
                )
                for it in sheet.moves
            ],
        )


class CashSheetsOut(Schema):
    """The newest day first, then by store and till; at most 500."""

    data: list[CashSheetOut]


@router.get("/cash-sheets", response=CashSheetsOut)
@endpoint(action="erp.read_cash")
def list_sheets(request: HttpRequest, which: Query[CashSheetsQuery]) -> CashSheetsOut:
    """Tell what should lie in the drawers of the asker's stores, and did."""
    last = which.on or timezone.localdate()
    sheets = list_cash_sheets(
        first=last - timedelta(days=which.days - 1),
        last=last,
        site=which.site,
        sites=get_actor(request).sites,
    )
    return CashSheetsOut(data=[CashSheetOut.of(sheet) for sheet in sheets])
