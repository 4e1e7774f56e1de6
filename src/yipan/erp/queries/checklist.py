"""The checklist of a period close (关账检查): what is still open before a month is closed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from yipan.erp.models import TransferDifference, ValuationMark, ValueState
from yipan.erp.models.transfer_difference import TransferDifferenceState
from yipan.erp.queries import value_sources
from yipan.exchange.queries import list_sources
from yipan.exchange.queries.sources import SourceRow
from yipan.ledger import feed, levels
from yipan.ledger.feed import Position
from yipan.ledger.levels import LevelAge
from yipan.ledger.queries import list_shortfalls
from yipan.ledger.value_checks import count_guessed_receipts
from yipan.pool.book import SITE_BOOK

NOT_VALUED: Final = "not_valued"
UNSYNCED: Final = "unsynced_sources"
PARKED: Final = "parked_messages"
SHORTFALLS: Final = "open_shortfalls"
DIFFERENCES: Final = "open_differences"
OWED: Final = "provisional_values"
UNPRICED: Final = "receipts_without_price"
AGED: Final = "aged_in_transit"

#: Goods that are between sites for longer are lost, or somebody forgot to receive them.
DAYS_IN_TRANSIT_MAX: Final = 14
HUB: Final = "erp"
NO_LAG: Final = timedelta(0)


@dataclass(frozen=True, kw_only=True, slots=True)
class ChecklistItem:
    """One thing to look at: how many are open, and the first of them in words of the system."""

    code: str
    count: int
    examples: tuple[str, ...] = ()


def list_items(
    *, entity: str, first_day: date, last_day: date, at: datetime
) -> list[ChecklistItem]:
    """Return all items of the checklist, clear ones included, in the order to work on them."""
    is_ours = _make_scope(entity)
    sources = [row for row in list_sources() if row.receiver == HUB and is_ours(row.site)]
    unsynced = [row for row in sources if row.is_behind and not _is_only_parked(row)]
    parked = [row for row in sources if row.parked]
    low = [row for row in list_shortfalls(book=SITE_BOOK) if is_ours(row.account.split("/")[1])]
    owed = ValueState.objects.filter(entity=entity, quantity__lt=0).order_by("sku")
    old = _list_aged(entity, before=at - timedelta(days=DAYS_IN_TRANSIT_MAX))
    return [
        ChecklistItem(code=NOT_VALUED, count=_count_unvalued()),
        _make(UNSYNCED, [row.source for row in unsynced]),
        ChecklistItem(
            code=PARKED,
            count=sum(row.parked for row in parked),
            examples=tuple(row.source for row in parked[:3]),
        ),
        _make(SHORTFALLS, [f"{row.sku} · {row.account.split('/')[1]}" for row in low]),
        _make(DIFFERENCES, [number for number, site in _list_differences() if is_ours(site)]),
        _make(AGED, [f"{row.place} · {row.sku}" for row in old]),
        _make(OWED, list(owed.values_list("sku", flat=True))),
        ChecklistItem(
            code=UNPRICED,
            count=count_guessed_receipts(pool=entity, first=first_day, last=last_day),
        ),
    ]


def _make(code: str, found: list[str]) -> ChecklistItem:
    return ChecklistItem(code=code, count=len(found), examples=tuple(found[:3]))


def _make_scope(entity: str) -> Callable[[str], bool]:
    """Return which sites belong to a legal entity; the default has all that nobody assigned."""
    rows = value_sources.list_entities()
    mine = next((set(row.sites) for row in rows if row.code == entity), set())
    if any(row.is_default for row in rows if row.code == entity):
        others = {site for row in rows for site in row.sites} - mine
        return lambda site: site not in others
    return lambda site: site in mine


def _list_differences() -> list[tuple[str, str]]:
    """Return transfer differences nobody has settled, with the site that sent the goods."""
    query = TransferDifference.objects.filter(state=TransferDifferenceState.OPEN)
    return list(query.order_by("number").values_list("number", "order__from_site"))


def _list_aged(entity: str, *, before: datetime) -> list[LevelAge]:
    owners = value_sources.list_place_entities()
    return [
        row
        for row in levels.list_ages(book=SITE_BOOK, root="in_transit")
        if row.since < before and owners.get(f"in_transit/{row.place}", entity) == entity
    ]


def _is_only_parked(row: SourceRow) -> bool:
    return row.parked > 0 and row.gaps + row.waiting == 0


def _count_unvalued() -> int:
    """Return how many movements wait to be valued, counted up to 1,000."""
    mark = ValuationMark.objects.filter(book=SITE_BOOK).first()
    position = None
    if mark is not None and mark.recorded_at is not None:
        position = Position(recorded_at=mark.recorded_at, movement_id=mark.movement_id)
    until = feed.get_settled_until(lag=NO_LAG)
    return len(feed.list_recorded(book=SITE_BOOK, after=position, until=until, limit=1_000))
