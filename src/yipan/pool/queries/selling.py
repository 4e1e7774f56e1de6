"""What may be sold of some SKUs on some terms, and why: stock, rules and supply put together."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db.models import Q
from django.utils import timezone

from yipan.foundation.status import StockStatus
from yipan.ledger.sku_levels import list_account_levels
from yipan.pool.book import SITE_BOOK
from yipan.pool.models import SellingRule, Supply
from yipan.pool.queries.availability import sum_due
from yipan.pool.queries.channels import find_parts, find_sites_of, list_valid_rules
from yipan.pool.queries.pegs import GRACE, filter_at_risk, filter_pegs
from yipan.pool.rules import PromisedLine, get_presale_key, get_quota_key
from yipan.pool.rules.selling import Incoming, Measured, Rule, SiteStock, Step, Terms, measure

PEGS_MAX = 500
PRESALE = get_presale_key(0).removesuffix("0")


@dataclass(frozen=True, kw_only=True, slots=True)
class World:
    """All that decides about some SKUs, as it is in one transaction."""

    stock: Mapping[str, tuple[SiteStock, ...]]
    rules: tuple[Rule, ...]
    left: Mapping[int, int]
    incoming: Mapping[str, tuple[Incoming, ...]]
    parts: Mapping[str, tuple[tuple[str, int], ...]]


@dataclass(frozen=True, kw_only=True, slots=True)
class PegRow:
    """A promise on goods that are still to come, and whether they come in time."""

    promise: str
    external_id: str
    sku: str
    quantity: int
    site: str
    document_type: str
    number: str
    due_on: date | None
    usable_on: date | None
    is_at_risk: bool


def list_sellable(
    *,
    skus: Collection[str],
    terms: Terms,
    at: datetime,
    group: str = "",
    sites: Collection[str] | None = None,
) -> list[Measured]:
    """
    Return what may be sold of each SKU, ordered by SKU, with the steps that lead there.

    The sites are those of the channel or the group; `sites` limits them to a scope.

    :raises NotFound: if there is no such channel or group.
    """
    today = timezone.localdate(at)
    of_channel = find_sites_of(channel=terms.channel, group=group, on=today)
    reach = _meet(of_channel, sites)
    world = read_world(skus, at=at, sites=reach)
    return [measure_in(world, sku, terms=terms) for sku in sorted(set(skus))]


def read_world(
    skus: Collection[str], *, at: datetime, sites: Collection[str] | None, lock: bool = False
) -> World:
    """Return what decides about the SKUs and the parts of those that are bundles."""
    today = timezone.localdate(at)
    parts = find_parts(skus)
    wanted = set(skus) | {part for found in parts.values() for part, _ in found}
    rules = list_valid_rules(wanted, on=today, lock=lock)
    levels = list_account_levels(book=SITE_BOOK, skus=wanted, roots=("on_hand/", "pool/"))
    statuses: dict[tuple[str, str], dict[str, int]] = {}
    pool: dict[tuple[str, str], int] = {}
    for level in levels:
        root, place, status = level.account.split("/", 2)
        if root == "on_hand":
            if sites is None or place in sites:
                statuses.setdefault((level.sku, place), {})[status] = level.quantity
        elif status == StockStatus.AVAILABLE:
            pool[level.sku, place] = level.quantity
    due = sum_due(wanted, at=at)
    stock: dict[str, list[SiteStock]] = {}
    for sku, site in sorted(statuses):
        row = SiteStock(site=site, **statuses[sku, site], due=due.get((sku, site), 0))
        stock.setdefault(sku, []).append(row)
    by_key = {key: quantity for (_, key), quantity in pool.items()}
    return World(
        stock={sku: tuple(rows) for sku, rows in stock.items()},
        rules=tuple(rules),
        left={rule.id: max(0, by_key.get(_get_key(rule), 0)) for rule in rules},
        incoming=_read_incoming(wanted, pool, today=today, sites=sites),
        parts=parts,
    )


def narrow(world: World, sites: Collection[str] | None) -> World:
    """Return what is left of a world where some sites alone may send; None leaves all."""
    if sites is None:
        return world
    return replace(
        world,
        stock={
            sku: tuple(it for it in rows if it.site in sites) for sku, rows in world.stock.items()
        },
        incoming={
            sku: tuple(it for it in rows if it.site in sites)
            for sku, rows in world.incoming.items()
        },
    )


def is_any_to_come(skus: Collection[str]) -> bool:
    """Tell whether goods of one of some SKUs, or of a bundle's parts, are to come."""
    parts = {part for found in find_parts(skus).values() for part, _ in found}
    wanted = {*skus, *parts}
    if Supply.objects.filter(sku__in=wanted, quantity__gt=0).exists():
        return True
    return SellingRule.objects.filter(kind="presale", sku__in=wanted, is_active=True).exists()


def measure_in(world: World, sku: str, *, terms: Terms) -> Measured:
    """Return what may be sold of one SKU; of a bundle, what its parts allow."""
    parts = world.parts.get(sku)
    if not parts:
        return measure(
            sku=sku,
            stock=world.stock.get(sku, ()),
            rules=world.rules,
            left=world.left,
            incoming=world.incoming.get(sku, ()),
            terms=terms,
        )
    found = [(measure_in(world, part, terms=terms), needed) for part, needed in parts]
    sites = set.intersection(*(set(it.by_site) for it, _ in found))
    sellable = min(it.sellable // needed for it, needed in found)
    steps = [
        Step(code="part", amount=it.sellable // needed, is_total=True, number=it.sku)
        for it, needed in found
    ]
    return Measured(
        sku=sku,
        sellable=sellable,
        now=min(it.now // needed for it, needed in found),
        by_site={site: min(it.by_site[site] // n for it, n in found) for site in sorted(sites)},
        incoming=(),
        late=tuple(late for it, _ in found for late in it.late),
        presales=(),
        own_quota=None,
        own_quota_left=0,
        next_date=max((it.next_date for it, _ in found if it.next_date), default=None),
        steps=(*steps, Step(code="sellable", amount=sellable, is_total=True)),
    )


def take_line(world: World, line: PromisedLine) -> World:
    """Return the world after a line was set aside."""
    left = dict(world.left)
    stock, incoming = dict(world.stock), dict(world.incoming)
    if line.quota_quantity:
        left[line.quota] = left.get(line.quota, 0) - line.quota_quantity
    if not line.supply:
        stock[line.sku] = tuple(
            replace(
                it, available=it.available - line.quantity, reserved=it.reserved + line.quantity
            )
            if it.site == line.site
            else it
            for it in stock.get(line.sku, ())
        )
    elif line.supply.startswith(PRESALE):
        rule = int(line.supply.removeprefix(PRESALE))
        left[rule] = left.get(rule, 0) - line.quantity
    else:
        incoming[line.sku] = tuple(
            replace(it, quantity=it.quantity - line.quantity) if it.key == line.supply else it
            for it in incoming.get(line.sku, ())
        )
    return replace(world, stock=stock, incoming=incoming, left=left)


def list_pegs(
    *,
    today: date,
    number: str = "",
    promises: Collection[str] | None = None,
    sku: str = "",
    sites: Collection[str] | None = None,
    only_at_risk: bool = False,
) -> list[PegRow]:
    """
    Return promises on goods that are still to come: of one document, SKU or promises, or at risk.

    At risk is what is due before the goods can be used, or whose goods are late. `sites` is a
    scope; what is sold before its goods have a site is in every one. The first in line first,
    at most 500 of those asked for.
    """
    lines = filter_at_risk(today=today) if only_at_risk else filter_pegs()
    if promises is not None:
        lines = lines.filter(promise__number__in=promises)
    if sku:
        lines = lines.filter(sku=sku)
    if number:
        lines = lines.filter(supply__in=Supply.objects.filter(number=number).values("key"))
    if sites is not None:
        lines = lines.filter(Q(site="") | Q(site__in=sites))
    lines = lines.select_related("promise").order_by("-promise__priority", "promise_id", "pk")
    pegged = list(lines[:PEGS_MAX])
    keys = {line.supply for line in pegged}
    supplies = {it.key: it for it in Supply.objects.filter(key__in=keys)}
    rows = []
    for line in pegged:
        supply = supplies.get(line.supply)
        usable_on = supply.usable_on if supply else line.due_on
        at_risk = supply is not None and (
            is_late(supply.expected_on, today=today)
            or (line.due_on is not None and usable_on is not None and usable_on > line.due_on)
        )
        rows.append(
            PegRow(
                promise=line.promise.number,
                external_id=line.promise.external_id,
                sku=line.sku,
                quantity=line.quantity_open,
                site=line.site,
                document_type=supply.document_type if supply else "presale",
                number=supply.number if supply else line.supply,
                due_on=line.due_on,
                usable_on=usable_on,
                is_at_risk=at_risk,
            )
        )
    return rows


def is_late(expected_on: date | None, *, today: date) -> bool:
    """Tell whether goods are so late, or so uncertain, that nobody counts on them."""
    return expected_on is None or expected_on + GRACE < today


def _read_incoming(
    skus: Collection[str],
    pool: Mapping[tuple[str, str], int],
    *,
    today: date,
    sites: Collection[str] | None,
) -> dict[str, tuple[Incoming, ...]]:
    rows: dict[str, list[Incoming]] = {}
    query = Supply.objects.filter(sku__in=set(skus), quantity__gt=0).order_by("usable_on", "key")
    for it in query:
        if sites is not None and it.site not in sites:
            continue
        free = max(0, pool.get((it.sku, it.key), 0))
        rows.setdefault(it.sku, []).append(
            Incoming(
                key=it.key,
                document_type=it.document_type,
                number=it.number,
                site=it.site,
                quantity=free,
                quantity_promised=it.quantity - free,
                expected_on=it.expected_on,
                usable_on=it.usable_on,
                is_late=is_late(it.expected_on, today=today),
            )
        )
    return {sku: tuple(found) for sku, found in rows.items()}


def _get_key(rule: Rule) -> str:
    return get_presale_key(rule.id) if rule.kind == "presale" else get_quota_key(rule.id)


def _meet(first: Collection[str] | None, second: Collection[str] | None) -> frozenset[str] | None:
    if first is None:
        return None if second is None else frozenset(second)
    return frozenset(first) if second is None else frozenset(first) & frozenset(second)
