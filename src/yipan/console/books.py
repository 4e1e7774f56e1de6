"""One SKU in several books: what each says, how far the hub has heard, where they differ.

Books are compared at the same watermark: what the hub has not heard yet is on its way and
no difference. Quantities are in the SKU's smallest unit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from yipan.access.actors import Actor
from yipan.exchange.queries import SourceRow, list_inbox, list_sources
from yipan.foundation.refusals import NotFound
from yipan.ledger.queries import list_movements
from yipan.ledger.rows import MovementRow
from yipan.ledger.totals import AccountRow, list_accounts
from yipan.masterdata.queries import find_sites, find_skus
from yipan.masterdata.rows import SiteRow, SkuRow

HUB = "erp"
#: Type of a site to the system that keeps the site's own book.
SYSTEMS = {"warehouse": "wms", "store": "pos"}
#: Statuses another system may know as one pile (the hub promises, a site only holds).
SOUND = frozenset({"available", "held", "reserved"})
GROUPS = ("sound", "quarantine", "damaged", "blocked")
LATE_MOVEMENTS_MAX = 500
ACCOUNTS_SHOWN_MAX = 8

Levels = Mapping[str, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupComparison:
    """One group of statuses at one site: now in both books, and at the common watermark."""

    group: str
    hub: int
    own: int
    under_way: int
    difference: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteComparison:
    """One site in the hub's book and in its own. `mark` is None when the hub never heard it."""

    site: SiteRow
    own_book: str
    source: str
    mark: SourceRow | None
    groups: list[GroupComparison]

    @property
    def hub(self) -> int:
        """Return what the hub has on hand at the site."""
        return sum(row.hub for row in self.groups)

    @property
    def own(self) -> int:
        """Return what the site's own book has on hand."""
        return sum(row.own for row in self.groups)

    @property
    def under_way(self) -> int:
        """Return by how much messages the hub has not heard yet will change its book."""
        return sum(row.under_way for row in self.groups)

    @property
    def difference(self) -> int:
        """Return the hub's book minus the site's own at the common watermark, both ways added."""
        return sum(abs(row.difference) for row in self.groups)

    @property
    def state(self) -> str:
        """Return whether the books are level, behind each other, or differ."""
        if any(row.difference for row in self.groups):
            return "differs"
        return "behind" if any(row.under_way for row in self.groups) else "level"

    @property
    def waiting(self) -> int:
        """Return how many messages of the site the hub has not booked."""
        if self.mark is None:
            return 0
        told = max(self.mark.last_issued or 0, self.mark.highest_seen)
        return max(0, told - self.mark.watermark)


@dataclass(frozen=True, kw_only=True, slots=True)
class BookColumn:
    """One kind of book: all its accounts that hold the SKU, and how far it has heard."""

    kind: str
    accounts: list[AccountRow]
    marks: list[SourceRow] = field(default_factory=list)

    @property
    def largest(self) -> list[AccountRow]:
        """Return the accounts that are shown: when there are too many, those that hold most."""
        if len(self.accounts) <= ACCOUNTS_SHOWN_MAX:
            return self.accounts
        return sorted(self.accounts, key=lambda row: -abs(row.quantity))[:ACCOUNTS_SHOWN_MAX]

    @property
    def hidden(self) -> int:
        """Return how many accounts are not shown."""
        return max(0, len(self.accounts) - ACCOUNTS_SHOWN_MAX)

    @property
    def total(self) -> int:
        """Return what the books of this kind have on hand together."""
        return sum(row.quantity for row in self.accounts)


def get_goods(sku: str) -> SkuRow:
    """
    Return the SKU an address names.

    :raises NotFound: if there is none; another code than for a SKU named in a request.
    """
    found = find_skus([sku]).get(sku)
    if found is None:
        raise NotFound(kind="sku", id=sku)
    return found


def list_visible_accounts(*, sku: str, actor: Actor) -> list[AccountRow]:
    """Return the accounts that hold a SKU at sites the actor may see."""
    return [
        row
        for row in list_accounts(sku=sku)
        if (site := get_site_of(row.book, row.account)) == "" or actor.sees(site)
    ]


def get_site_of(book: str, account: str) -> str:
    """Return the site an account of a book belongs to; nothing for goods between sites."""
    kind, _colon, place = book.partition(":")
    if kind != HUB:
        return place
    parts = account.split("/")
    return parts[1] if parts[0] == "on_hand" else ""


def compare_sites(accounts: Iterable[AccountRow], *, sku: str) -> list[SiteComparison]:
    """Return, per site that holds the SKU in either book, how the two compare."""
    hub: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    own: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in accounts:
        site = get_site_of(row.book, row.account)
        if site:
            levels = hub if row.book == HUB else own
            levels[site][get_group(row.account)] += row.quantity
    sites = find_sites(hub.keys() | own.keys())
    marks = find_hub_marks(sites.values())
    return [
        _compare_site(sites[code], sku=sku, hub=hub[code], own=own[code], mark=marks.get(code))
        for code in sorted(sites)
        if sites[code].site_type in SYSTEMS
    ]


def find_hub_marks(sites: Iterable[SiteRow]) -> dict[str, SourceRow]:
    """Return, by site, how far the hub has heard the site's stock messages."""
    wanted = {get_source(site): site.code for site in sites if site.site_type in SYSTEMS}
    return {
        wanted[row.source]: row
        for row in list_sources(sites=set(wanted.values()))
        if row.receiver == HUB and row.source in wanted
    }


def get_source(site: SiteRow) -> str:
    """Return the stream in which a site tells what happened to its stock."""
    return f"{SYSTEMS[site.site_type]}:{site.code}/stock"


def get_group(account: str) -> str:
    """Return the group of statuses an account counts to."""
    status = account.rpartition("/")[2]
    return "sound" if status in SOUND else status


def _compare_site(
    site: SiteRow, *, sku: str, hub: Levels, own: Levels, mark: SourceRow | None
) -> SiteComparison:
    own_book = f"{SYSTEMS[site.site_type]}:{site.code}"
    source = get_source(site)
    cut = find_cut(mark)
    late_own: Levels = {}
    if mark is None or mark.last_issued is None or mark.last_issued > cut:
        late_own = _sum_late(own_book, sku, source=source, cut=cut, prefix="on_hand/")
    late_hub: Levels = {}
    if mark is not None and mark.highest_seen > cut:
        late_hub = _sum_late(HUB, sku, source=source, cut=cut, prefix=f"on_hand/{site.code}/")
    names = [name for name in GROUPS if name in hub or name in own or name in late_own]
    groups = [
        GroupComparison(
            group=name,
            hub=hub.get(name, 0),
            own=own.get(name, 0),
            under_way=late_own.get(name, 0) - late_hub.get(name, 0),
            difference=(hub.get(name, 0) - late_hub.get(name, 0))
            - (own.get(name, 0) - late_own.get(name, 0)),
        )
        for name in names
    ]
    return SiteComparison(site=site, own_book=own_book, source=source, mark=mark, groups=groups)


def find_cut(mark: SourceRow | None) -> int:
    """Return up to which number the hub has booked all of a source: below what is open."""
    if mark is None:
        return 0
    if not mark.parked + mark.waiting:
        return mark.watermark
    still_open = [
        row.sequence for row in list_inbox(source=mark.source, receiver=mark.receiver)
        if row.epoch == mark.epoch
    ]  # fmt: skip
    return min([mark.watermark, *(sequence - 1 for sequence in still_open)])


def _sum_late(book: str, sku: str, *, source: str, cut: int, prefix: str) -> dict[str, int]:
    """Return, by group, what postings of messages beyond the cut changed below `prefix`."""
    changes: dict[str, int] = defaultdict(int)
    for row in list_movements(book=book, sku=sku, limit=LATE_MOVEMENTS_MAX):
        header = row.header
        if header is None or header.source != source or (header.sequence or 0) <= cut:
            continue
        for account, sign in ((row.from_account, -1), (row.to_account, 1)):
            if account.startswith(prefix):
                changes[get_group(account)] += sign * row.quantity
    return {group: change for group, change in changes.items() if change}


def make_columns(
    accounts: Sequence[AccountRow], *, sites: Collection[str] | None
) -> list[BookColumn]:
    """Return the three kinds of book, each with its accounts and what it has heard."""
    marks = list_sources(sites=sites)
    places = {get_site_of(row.book, row.account) for row in accounts}
    columns = []
    for kind in ("erp", "wms", "pos"):
        mine = [row for row in accounts if row.book.partition(":")[0] == kind]
        heard = [row for row in marks if row.receiver == kind and row.site in places]
        columns.append(BookColumn(kind=kind, accounts=mine, marks=heard))
    return columns


@dataclass(frozen=True, kw_only=True, slots=True)
class Level:
    """What a book had on hand from a moment on."""

    at: datetime
    quantity: int


def trace_levels(
    movements: Sequence[MovementRow], *, now: int, prefix: str, by_record: bool = False
) -> list[Level]:
    """
    Return the levels below `prefix` over time, oldest first.

    Time is when things happened, or `by_record` when the book wrote them down. `now` is the
    level after the last movement. Movements of one instant are one step.
    """
    timed = [(row.recorded_at if by_record else row.occurred_at, row) for row in movements]
    levels: list[Level] = []
    quantity = now
    for at, row in sorted(timed, key=lambda pair: pair[0], reverse=True):
        if not levels or levels[-1].at != at:
            levels.append(Level(at=at, quantity=quantity))
        quantity -= get_effect(row, prefix=prefix)
    return list(reversed(levels))


def get_effect(row: MovementRow, *, prefix: str) -> int:
    """Return by how much a movement changes what lies at or below `prefix`."""
    gains = is_below(row.to_account, prefix)
    loses = is_below(row.from_account, prefix)
    return row.quantity * (gains - loses)


def is_below(account: str, prefix: str) -> bool:
    """Tell whether an account is `prefix` or lies below it."""
    return account == prefix or account.startswith(prefix.rstrip("/") + "/")
