"""What a run of the valuation has to know of its movements: whose, where, which day, what price."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from yipan.erp.documents.value import legal_entity
from yipan.erp.queries import value_sources
from yipan.erp.queries.value_sources import EntityRow
from yipan.erp.rules import valuation as rules
from yipan.erp.rules.costing import FREE, Rate
from yipan.erp.rules.periods import get_accounting_date
from yipan.erp.rules.valuation import Pool
from yipan.ledger import feed, values
from yipan.ledger.feed import FeedRow
from yipan.ledger.value_rows import ValueEntry
from yipan.masterdata.queries import compute_business_date, find_sites
from yipan.masterdata.rows import SiteRow
from yipan.pool.book import SITE_BOOK

#: Goods that were there when the book began are worth their standard cost.
OPENING = "opening"

Place = tuple[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class World:
    """
    What was read for a run.

    `owners` maps the path of a place to its legal entity; `new_places` are those of this run.
    `undone` maps the movement of a reversal to the one it undoes, `undone_entries` that one
    and its side to its value entry, where it was valued in an earlier run.
    """

    entities: Mapping[str, EntityRow]
    default: EntityRow
    owners: dict[str, str]
    site_owners: Mapping[str, str]
    sites: Mapping[str, SiteRow]
    prices: Mapping[tuple[str, str], tuple[int, str]]
    standard: Mapping[str, tuple[Rate, str]]
    undone: Mapping[int, int]
    undone_entries: Mapping[tuple[int, int], ValueEntry]
    new_places: dict[str, str] = field(default_factory=dict)

    def find_pools(
        self, sku: str, *, source: Place | None, target: Place | None
    ) -> tuple[Pool | None, Pool | None]:
        """Return the pools at both ends of a movement, None for the outside."""
        from_owner = self._find_owner(source, other=target)
        to_owner = self._find_owner(target, other=source)
        return self._make_pool(from_owner, sku), self._make_pool(to_owner, sku)

    def find_amount_paid(self, row: FeedRow, pool: Pool | None) -> int | None:
        """Return what goods that come in cost altogether, None when nobody knows."""
        if pool is None:
            return None
        if row.from_account == OPENING:
            return row.quantity * pool.fallback.amount if pool.fallback is not FREE else None
        unit_cost, currency = self.prices.get((row.origin, row.sku), (0, ""))
        if currency != self.entities[pool.code].currency:
            return None
        return row.quantity * unit_cost

    def get_business_date(self, row: FeedRow) -> date:
        """Return the day a movement belongs to, by the site where it happened."""
        if row.business_date is not None:
            return row.business_date
        for account in (row.to_account, row.from_account):
            place = rules.find_place(account)
            if place is not None and place[1] in self.sites:
                return compute_business_date(self.sites[place[1]], row.occurred_at)
        return row.occurred_at.astimezone(ZoneInfo(self.default.time_zone)).date()

    def get_accounting_date(self, pool: str, business_date: date, *, at: datetime) -> date:
        """Return the day something counts in a legal entity, written down now."""
        entity = self.entities[pool]
        return get_accounting_date(
            business_date,
            closed_through=entity.closed_through,
            today=at.astimezone(ZoneInfo(entity.time_zone)).date(),
        )

    def _find_owner(self, place: Place | None, *, other: Place | None) -> str | None:
        if place is None:
            return None
        path, site = place
        owner = self.owners.get(path)
        if owner is None:
            if site:
                owner = self.site_owners.get(site, self.default.code)
            else:
                # In transit for the first time: they belong to whoever sends them.
                owner = self._find_owner(other, other=None) if other and other[1] else None
                owner = owner or self.default.code
            self.owners[path] = self.new_places[path] = owner
        return owner

    def _make_pool(self, code: str | None, sku: str) -> Pool | None:
        if code is None:
            return None
        entity = self.entities[code]
        rate, currency = self.standard.get(sku, (FREE, entity.currency))
        return Pool(
            code=code,
            method=entity.method,
            fallback=rate if currency == entity.currency else FREE,
        )


def read_world(rows: Sequence[FeedRow]) -> World:
    """Read what is needed to value these movements, a statement or two for each kind of thing."""
    entities = {row.code: row for row in legal_entity.list_or_begin()}
    default = next(row for row in entities.values() if row.is_default)
    places = [
        place
        for row in rows
        for account in (row.from_account, row.to_account)
        if (place := rules.find_place(account)) is not None
    ]
    sites = {site for _, site in places if site}
    undone = _match_reversals(rows)
    return World(
        entities=entities,
        default=default,
        owners=value_sources.find_place_entities({path for path, _ in places}),
        site_owners=value_sources.find_site_entities(sites),
        sites=find_sites(sites),
        prices=value_sources.find_prices({row.origin for row in rows}),
        standard=value_sources.find_standard_costs({row.sku for row in rows}),
        undone=undone,
        undone_entries=_find_entries(rows, undone),
    )


def _match_reversals(rows: Sequence[FeedRow]) -> dict[int, int]:
    """Return which movement undoes which: the opposite way, the same goods, each used once."""
    reversals = [row for row in rows if row.reverses is not None]
    originals = feed.list_of_postings(
        book=SITE_BOOK, event_ids={row.reverses for row in reversals if row.reverses}
    )
    waiting: dict[tuple[object, ...], list[int]] = {}
    for it in originals:
        key = (it.event_id, it.sku, it.to_account, it.from_account, it.quantity)
        waiting.setdefault(key, []).append(it.movement_id)
    found: dict[int, int] = {}
    for row in reversals:
        wanted = (row.reverses, row.sku, row.from_account, row.to_account, row.quantity)
        if waiting.get(wanted):
            found[row.movement_id] = waiting[wanted].pop(0)
    return found


def _find_entries(
    rows: Sequence[FeedRow], undone: Mapping[int, int]
) -> dict[tuple[int, int], ValueEntry]:
    keys = {(row.sku, undone[row.movement_id]) for row in rows if row.movement_id in undone}
    return {
        (row.entry.movement_id, row.entry.side): row.entry
        for row in values.list_entries_of_movements(keys)
        if row.entry.movement_id is not None and row.entry.side is not None
    }
