"""Reads of cash sheets (现金日报): per store, day and till, what should lie in the drawer and did.

Amounts in minor units. What was sold for cash is known when the store has sealed its day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from yipan.erp.models import CashMove, DayClose
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SiteRow

SHEETS_MAX = 500
MOVES_MAX = 10_000
CASH = "cash"


@dataclass(frozen=True, kw_only=True, slots=True)
class CashMoveRow:
    """Cash that went in or out of a drawer and is no sale."""

    number: str
    cash_type: str
    amount_minor: int
    reason: str
    moved_by: str
    occurred_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class CashSheet:
    """
    One till on one day. `expected_minor` and `counted_minor` are None until the day is sealed.

    `moved_minor` is what came in less what went out beside the sales.
    """

    site: SiteRow
    till: str
    business_date: date
    currency: str
    float_minor: int
    paid_in_minor: int
    paid_out_minor: int
    dropped_minor: int
    expected_minor: int | None
    counted_minor: int | None
    result: str
    sealed_by: str
    moves: tuple[CashMoveRow, ...]

    @property
    def moved_minor(self) -> int:
        """Return what came in less what went out beside the sales."""
        came = self.float_minor + self.paid_in_minor
        return came - self.paid_out_minor - self.dropped_minor

    @property
    def difference_minor(self) -> int | None:
        """Return how much more was counted than expected; less is below zero."""
        if self.expected_minor is None or self.counted_minor is None:
            return None
        return self.counted_minor - self.expected_minor


def list_cash_sheets(
    *, first: date, last: date, site: str = "", sites: frozenset[str] | None = None
) -> list[CashSheet]:
    """Return the sheets of some days, the newest first, then by store and till."""
    which: dict[str, object] = {"business_date__gte": first, "business_date__lte": last}
    if site:
        which["site"] = site
    if sites is not None:
        which["site__in"] = sites
    moves = list(CashMove.objects.filter(**which).order_by("occurred_at", "id")[:MOVES_MAX])
    closes = {
        (row.business_date, row.site, row.till): row
        for row in DayClose.objects.filter(**which).order_by("id")[:MOVES_MAX]
    }
    keys = {(it.business_date, it.site, it.till) for it in moves} | closes.keys()
    ordered = sorted(keys, key=lambda key: (-key[0].toordinal(), key[1], key[2]))[:SHEETS_MAX]
    names = masterdata.find_sites({code for _, code, _ in ordered})
    by_key: dict[tuple[date, str, str], list[CashMove]] = {}
    for move in moves:
        by_key.setdefault((move.business_date, move.site, move.till), []).append(move)
    return [
        _make_sheet(key, site=names[key[1]], moves=by_key.get(key, []), close=closes.get(key))
        for key in ordered
    ]


def _make_sheet(
    key: tuple[date, str, str], *, site: SiteRow, moves: list[CashMove], close: DayClose | None
) -> CashSheet:
    sums = dict.fromkeys(("float", "pay_in", "pay_out", "drop"), 0)
    for move in moves:
        sums[move.cash_type] += move.amount_minor
    tender = next((it for it in (close.tenders if close else []) if it["tender"] == CASH), None)
    return CashSheet(
        site=site,
        till=key[2],
        business_date=key[0],
        currency=moves[0].currency if moves else "CNY",
        float_minor=sums["float"],
        paid_in_minor=sums["pay_in"],
        paid_out_minor=sums["pay_out"],
        dropped_minor=sums["drop"],
        expected_minor=tender["expected_minor"] if tender else None,
        counted_minor=tender["counted_minor"] if tender else None,
        result=close.result if close else "",
        sealed_by=close.sealed_by if close else "",
        moves=tuple(
            CashMoveRow(
                number=it.number,
                cash_type=it.cash_type,
                amount_minor=it.amount_minor,
                reason=it.reason,
                moved_by=it.moved_by,
                occurred_at=it.occurred_at,
            )
            for it in moves
        ),
    )
