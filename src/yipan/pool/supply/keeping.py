"""
Supply (预计到货): what documents say is still to come, in accounts that can be promised from.

Each line of a document has an account `pool/<key>/available`. It is opened and closed against
the outside by facts; promises on it are guarded as everywhere, so that never more is promised
of a delivery than comes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from yipan.foundation.status import StockStatus
from yipan.ledger.moves import FactPosting, Move, Trace
from yipan.masterdata import queries as masterdata
from yipan.pool import book, rules
from yipan.pool.models import Supply
from yipan.pool.supply import pegging

PLAN = "supply_plan"
#: Days from the dock to the shelf, by what comes: a delivery is checked and put away first.
RECEIVING_DAYS = {"purchase_order": 1, "transfer_order": 0}
DAYS_LOOKED_AHEAD_MAX = 30

#: What of a supply changes.
_KEPT = ("quantity", "expected_on", "usable_on", "postings_count", "changed_at")

#: What decides on which day goods can be sold: what brings them, where, and when.
DayKey = tuple[str, str, date | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Coming:
    """
    What is still to come of one SKU under a document, in its smallest unit.

    `expected_on` is the day it should arrive; nobody counts on what has none.
    """

    document_type: str
    number: str
    site: str
    sku: str
    quantity: int
    expected_on: date | None

    @property
    def key(self) -> str:
        """Return the name of its account."""
        return f"{self.document_type}-{self.number}-{self.sku}"

    @property
    def day_key(self) -> DayKey:
        """Return what decides on which day it can be sold."""
        return (self.document_type, self.site, self.expected_on)


@transaction.atomic
def tell(*, coming: Sequence[Coming], by: Trace, at: datetime) -> None:
    """
    Take over what documents say is still to come; what they say again changes nothing.

    Where less comes than is promised, or it comes later than promised, the promises are given
    other goods in the order of their priority, as far as there are any.
    """
    keys = sorted({it.key for it in coming})
    known = {
        row.key: row
        for row in Supply.objects.select_for_update().filter(key__in=keys).order_by("key")
    }
    changed: dict[str, Supply] = {}
    postings: list[FactPosting] = []
    days = _find_usable_days(coming)
    for it in sorted(coming, key=lambda it: it.key):
        usable_on = days[it.day_key]
        row = known.get(it.key)
        if row is None:
            if it.quantity == 0:
                continue
            row = Supply(
                key=it.key,
                document_type=it.document_type,
                number=it.number,
                site=it.site,
                sku=it.sku,
                quantity=0,
            )
            known[it.key] = row
        before = (row.quantity, row.expected_on, row.usable_on)
        if before == (it.quantity, it.expected_on, usable_on):
            continue
        row.expected_on, row.usable_on, row.changed_at = it.expected_on, usable_on, at
        postings += _post(row, quantity=it.quantity - row.quantity, by=by, at=at)
        row.quantity = it.quantity
        changed[it.key] = row
    book.post_facts(postings=postings)
    Supply.objects.bulk_update([row for row in changed.values() if row.pk is not None], _KEPT)
    Supply.objects.bulk_create([row for row in changed.values() if row.pk is None])
    pegging.settle_changes(list(changed.values()), at=at)


def _find_usable_days(coming: Sequence[Coming]) -> dict[DayKey, date | None]:
    """Return the day on which goods can be sold: lines of a document mostly come together."""
    days: dict[DayKey, date | None] = {}
    for it in coming:
        if it.day_key not in days:
            days[it.day_key] = find_usable_day(it)
    return days


def find_usable_day(coming: Coming) -> date | None:
    """Return the first trading day of the site on which what comes can be sold."""
    if coming.expected_on is None:
        return None
    day = coming.expected_on + timedelta(days=RECEIVING_DAYS.get(coming.document_type, 1))
    for _ in range(DAYS_LOOKED_AHEAD_MAX):
        if masterdata.is_trading_day(coming.site, day):
            return day
        day += timedelta(days=1)
    return day


def _post(row: Supply, *, quantity: int, by: Trace, at: datetime) -> list[FactPosting]:
    """Return the posting that makes a supply so much more, none when it stays as it is."""
    if not quantity:
        return []
    row.postings_count += 1
    account = rules.get_pool_account(key=row.key, status=StockStatus.AVAILABLE)
    move = Move(
        sku=row.sku,
        from_account=PLAN if quantity > 0 else account,
        to_account=account if quantity > 0 else PLAN,
        quantity=abs(quantity),
    )
    return [
        FactPosting(
            origin=f"supply/{row.key}/{row.postings_count}",
            occurred_at=at,
            moves=[move],
            trace=Trace(actor=by.actor, device=by.device, reason=row.number),
        )
    ]
