"""What a shard of the plan is computed from, read out of the books in few statements."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from yipan.ledger.several import list_balances_of
from yipan.ledger.sku_levels import list_site_levels
from yipan.masterdata import queries as masterdata
from yipan.masterdata.queries.groups import list_sku_categories
from yipan.masterdata.rows import SiteRow, SkuRow
from yipan.planning.models import Backtest, Proposal, TransferRoute
from yipan.planning.models.proposal import ProposalState
from yipan.planning.queries.history import list_known_keys, read_history
from yipan.planning.queries.occasions import read_occasions
from yipan.planning.queries.policies import read_layers, read_suppliers, resolve_policy
from yipan.planning.rules.learned import can_ask
from yipan.planning.rules.policies import Layer, Policy
from yipan.planning.rules.scoring import CHANCES
from yipan.planning.rules.shard import (
    DAYS_AHEAD,
    Coming,
    Costs,
    Place,
    Shard,
    get_shard_number,
)
from yipan.planning.rules.tuning import Tuning
from yipan.pool.book import SITE_BOOK
from yipan.pool.queries.channels import list_services
from yipan.pool.queries.supplies import SupplyRow, list_supplies, list_told_documents

Key = tuple[str, str]
SITE_TYPES = ("warehouse", "store")
DAYS_UNTIL_LATE = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class _Stock:
    """What the books say of some SKUs, by SKU and site."""

    on_hand: dict[Key, int]
    available: dict[Key, int]
    coming: dict[Key, list[Coming]]
    outgoing: dict[Key, int]
    promised: dict[Key, int]


def list_shard_skus(*, shards: int) -> list[list[str]]:
    """Return the SKUs of each shard, in order; all sites of a SKU lie in one shard."""
    found: list[list[str]] = [[] for _ in range(shards)]
    for sku in sorted(list_sku_categories()):
        found[get_shard_number(sku, shards=shards)].append(sku)
    return found


def read_shard(skus: Sequence[str], *, number: int, today: date, costs: Costs) -> Shard:
    """Return what is known of some SKUs at all their sites, as of now, ordered by SKU and site."""
    rows = masterdata.find_skus(skus)
    sites = {it.code: it for it in masterdata.list_sites() if it.site_type in SITE_TYPES}
    layers = read_layers()
    stock = _read_stock(skus, today=today)
    known = list_known_keys(skus) | set(stock.on_hand) | set(stock.coming)
    policies = _resolve(_list_keys(rows, sites, layers, known), rows, sites, layers)
    keys = sorted(policies)
    demand, masked, listed = read_history(keys, today=today, available=stock.available)
    coordinates = _read_coordinates(sites)
    places = [
        Place(
            sku=sku,
            site=site,
            site_type=sites[site].site_type,
            segment=get_segment(rows[sku].category),
            policy=policies[sku, site],
            pack=policies[sku, site].case_size or max(1, rows[sku].case_size),
            supplier_pack=policies[sku, site].case_size or max(1, rows[sku].case_size),
            on_hand=stock.on_hand.get((sku, site), 0),
            available=stock.available.get((sku, site), 0),
            promised=stock.promised.get((sku, site), 0),
            outgoing=stock.outgoing.get((sku, site), 0),
            coming=tuple(stock.coming.get((sku, site), ())),
            days_listed=days,
            price=rows[sku].price_minor,
            at=coordinates.get(site),
        )
        for (sku, site), days in zip(keys, listed, strict=True)
    ]
    current = _list_gates({it.segment for it in places})
    return Shard(
        number=number,
        weekday=today.isoweekday(),
        places=places,
        demand=demand,
        masked=masked,
        occasions=read_occasions(rows, today=today),
        models={
            it.segment: it.learned
            for it in current
            if it.adopted == "learned" and can_ask(it.learned)
        },
        gates={it.segment: it.number for it in current},
        asked=_read_asked(current),
        tunings={it.segment: Tuning(**it.tuning) for it in current},
        costs=costs,
    )


def get_segment(category: str) -> str:
    """Return the segment of goods: the trunk of their branch."""
    return category.partition("/")[0] or "all"


def _list_keys(
    rows: dict[str, SkuRow], sites: dict[str, SiteRow], layers: Sequence[Layer], known: set[Key]
) -> list[Key]:
    """Return the places to plan: those with stock or history, and those somebody decided on."""
    keys = {(sku, site) for sku, site in known if sku in rows and site in sites}
    for layer in layers:
        if layer.sku in rows and layer.site in sites:
            keys.add((layer.sku, layer.site))
        lender = layer.terms.get("like_site")
        if lender and layer.site in sites:
            keys |= {(sku, layer.site) for sku, site in known if site == lender and sku in rows}
    return sorted(key for key in keys if sites[key[1]].is_active)


def _resolve(
    keys: Iterable[Key], rows: dict[str, SkuRow], sites: dict[str, SiteRow], layers: list[Layer]
) -> dict[Key, Policy]:
    """
    Return the policy of each place, and of those they are fed from: an empty warehouse buys, too.

    Nothing comes from a site that is closed.
    """
    suppliers = read_suppliers(layers)
    found: dict[Key, Policy] = {}
    waiting = set(keys)
    while waiting:
        sku, site = waiting.pop()
        policy, _ = resolve_policy(layers, sku=rows[sku], site=sites[site], suppliers=suppliers)
        source = sites.get(policy.source)
        if source is not None and not source.is_active:
            policy = replace(policy, source="")
        elif source is not None and (sku, source.code) not in found:
            waiting.add((sku, source.code))
        found[sku, site] = policy
    return found


def _read_stock(skus: Sequence[str], *, today: date) -> _Stock:
    stock = _Stock(on_hand={}, available={}, coming={}, outgoing={}, promised={})
    for sku, site, *quantities in list_site_levels(book=SITE_BOOK, skus=set(skus)):
        stock.on_hand[sku, site] = sum(quantities)
        stock.available[sku, site] = quantities[0]
    supplies = list_supplies(skus=skus)
    for row in supplies:
        late = (row.usable_on - today).days if row.usable_on else DAYS_AHEAD
        stock.coming.setdefault((row.sku, row.site), []).append(
            Coming(days=max(DAYS_UNTIL_LATE, late), quantity=row.quantity, document=row.number)
        )
    _add_outgoing(stock, supplies, skus)
    _add_promised(stock, skus)
    return stock


def _add_outgoing(stock: _Stock, supplies: Sequence[SupplyRow], skus: Sequence[str]) -> None:
    """Add what waits at a sender: what is still to come of a transfer and not in transit yet."""
    moving: dict[Key, int] = {}
    for balance in list_balances_of(book=SITE_BOOK, skus=set(skus), prefix="in_transit/"):
        number = balance.account.split("/")[1]
        key = (balance.sku, number)
        moving[key] = moving.get(key, 0) + balance.quantity
    transfers = [it for it in supplies if it.document_type == "transfer_order"]
    routes = dict(
        TransferRoute.objects.filter(
            document_number__in={it.number for it in transfers}
        ).values_list("document_number", "from_site")
    )
    for row in transfers:
        sender = routes.get(row.number)
        waits = row.quantity - moving.get((row.sku, row.number), 0)
        if sender and waits > 0:
            key = (row.sku, sender)
            stock.outgoing[key] = stock.outgoing.get(key, 0) + waits


def _add_promised(stock: _Stock, skus: Sequence[str]) -> None:
    """Add what was approved and is not on its way by a document the pool knows."""
    waiting = Proposal.objects.filter(
        sku__in=set(skus), state__in=[ProposalState.APPROVED, ProposalState.ORDERED]
    )
    told = list_told_documents({it.document_number for it in waiting if it.document_number})
    for it in waiting:
        if (it.document_number, it.sku) in told:
            continue
        key = (it.sku, it.site)
        stock.promised[key] = stock.promised.get(key, 0) + it.quantity_final
        if it.kind != "purchase":
            sender = (it.sku, it.source)
            stock.outgoing[sender] = stock.outgoing.get(sender, 0) + it.quantity_final


def _read_coordinates(sites: dict[str, SiteRow]) -> dict[str, tuple[float, float]]:
    return {
        row.site: (row.latitude, row.longitude)
        for row in list_services(sites=set(sites))
        if row.latitude is not None and row.longitude is not None
    }


def _list_gates(segments: set[str]) -> list[Backtest]:
    """Return the records of the gates that count for some segments."""
    return list(Backtest.objects.filter(is_current=True, segment__in=segments).order_by("segment"))


def _read_asked(current: Sequence[Backtest]) -> dict[tuple[str, str], dict[float, float]]:
    """Return what to ask of the model of a segment in place of some chances."""
    return {
        (it.segment, str(score["model"])): dict(zip(CHANCES, score["asked"], strict=True))
        for it in current
        for score in it.scores
        # Records from before there were corrections have none.
        if tuple(score.get("asked", CHANCES)) != CHANCES
    }
