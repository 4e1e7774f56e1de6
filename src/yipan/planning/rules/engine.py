"""The plan of a shard: a pure function of what is known of some SKUs at all their sites."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from yipan.planning.rules.balancing import Short, balance
from yipan.planning.rules.forecasting import KEPT, Expected, expect
from yipan.planning.rules.ordering import Sized, Target, set_target, size_order
from yipan.planning.rules.quantiles import find_chance_above
from yipan.planning.rules.shard import DAYS_AHEAD, Draft, Kind, Outlook, Place, Plan, Shard
from yipan.planning.rules.sharing import Asking, share

#: Above so much of its target, in percent, stock is too much.
OVERSTOCK_PERCENT = 120
#: A pushed SKU is sent for so many days at most, where its policy names no other number.
PUSH_DAYS = 28


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """What is known of one place once its demand is expected. `position` counts all below it."""

    place: Place
    target: Target
    position: int
    rate: float
    mean: float
    ratio: float
    wait: int
    horizon: int
    chance_out: float
    borrowed: str
    model: str
    quantile: float
    gate: str


def plan_shard(shard: Shard) -> Plan:
    """Return outlooks and proposals for all places of a shard, ordered by key."""
    if not shard.places:
        return Plan(number=shard.number, outlooks=(), drafts=())
    expected = expect(shard)
    rows = _make_rows(shard, expected)
    by_sku: dict[str, list[Row]] = {}
    for row in rows:
        by_sku.setdefault(row.place.sku, []).append(row)
    drafts = [draft for sku in sorted(by_sku) for draft in _plan_sku(by_sku[sku], shard)]
    outlooks = [_look(row, expected, number) for number, row in enumerate(rows)]
    return Plan(
        number=shard.number,
        outlooks=tuple(sorted(outlooks, key=lambda it: (it.sku, it.site))),
        drafts=tuple(sorted(drafts, key=lambda it: (it.key, it.kind))),
    )


def project(place: Place, *, rate: float, factors: Sequence[float]) -> list[float]:
    """Return the stock expected at the end of each coming day, below zero where it is missing."""
    stock, path = float(place.available), []
    for day, factor in enumerate(factors):
        stock += sum(it.quantity for it in place.coming if it.days == day) - rate * factor
        path.append(stock)
    return path


def _make_rows(shard: Shard, expected: Expected) -> list[Row]:
    horizons = [int(it) for it in expected.horizons]
    positions = _add_positions(shard.places, horizons)
    rows = []
    for number, place in enumerate(shard.places):
        rate, mean = float(expected.levels[number]), float(expected.means[number])
        horizon = int(expected.horizons[number])
        quantile = float(expected.mine[number])
        target = set_target(
            place.policy, quantile=quantile, rate=mean / max(1, horizon), horizon=horizon
        )
        ratio = float(expected.ratios[number])
        rows.append(
            Row(
                place=place,
                target=target,
                position=positions[number],
                rate=rate,
                mean=mean,
                ratio=ratio,
                wait=int(expected.waits[number]),
                horizon=horizon,
                chance_out=find_chance_above(mean, ratio, positions[number]),
                borrowed=expected.borrowed[number],
                model=expected.models[number],
                quantile=quantile,
                gate=shard.gates.get(place.segment, ""),
            )
        )
    return rows


def _add_positions(places: Sequence[Place], horizons: Sequence[int]) -> list[int]:
    """Return the position of each place with those of the places it sends to."""
    rows = {(it.sku, it.site): row for row, it in enumerate(places)}
    mine = [it.get_position(days) for it, days in zip(places, horizons, strict=True)]
    sums = list(mine)
    for row, place in enumerate(places):
        above = rows.get((place.sku, place.policy.source))
        if above is not None and above != row:
            sums[above] += mine[row]
    return sums


def _plan_sku(rows: Sequence[Row], shard: Shard) -> list[Draft]:
    by_site = {row.place.site: row for row in rows}
    drafts: list[Draft] = []
    shorts: list[Short] = []
    for site, above in sorted(by_site.items()):
        fed = [row for row in rows if row.place.policy.source == site and row is not above]
        if fed:
            sent, missing = _send(above, fed)
            drafts += sent
            shorts += missing
    stores = [row for row in rows if row.place.policy.source in by_site]
    drafts += balance(
        [(row.place, _keep(row), row.rate) for row in stores], shorts, costs=shard.costs
    )
    for row in rows:
        source = row.place.policy.source
        if source and source not in by_site:
            drafts += _buy(row)
    return drafts


def _send(above: Row, fed: Sequence[Row]) -> tuple[list[Draft], list[Short]]:
    """Return what a warehouse sends to the stores it feeds, and who stays short of how much."""
    wants = [_want(row) for row in fed]
    supply = max(0, above.place.available - above.place.outgoing)
    is_pushed = any(row.place.policy.is_pushed for row in fed)
    kept = 0
    if is_pushed or sum(it.quantity for it in wants) > supply:
        kept = supply * above.place.policy.reserve_percent // 100
    parts, price = _share(fed, wants, quantity=supply - kept)
    is_short = sum(it.quantity for it in wants) > supply - kept
    drafts, shorts = [], []
    for row, want, part in zip(fed, wants, parts, strict=True):
        opening = row.place.days_listed == 0 and row.place.on_hand == 0
        is_allocation = is_short or row.place.policy.is_pushed or opening
        if part:
            facts = {"share_price_milli": round(price * 1000), "supply": supply, "reserve": kept}
            bounds = (*want.bounds, *(["warehouse_short"] if part < want.quantity else []))
            drafts.append(
                make_draft(
                    row,
                    kind=Kind.ALLOCATION if is_allocation else Kind.REPLENISHMENT,
                    quantity=part,
                    wanted=want.quantity,
                    bounds=bounds,
                    facts=facts if is_allocation else {"supply": supply},
                )
            )
        if want.quantity > part and not row.place.policy.is_pushed:
            shorts.append(
                Short(
                    place=row.place,
                    quantity=want.quantity - part,
                    chance_out=find_chance_above(row.mean, row.ratio, row.position + part),
                    rate=row.rate,
                    received=part,
                )
            )
    return drafts, shorts


def _want(row: Row) -> Sized:
    policy, place = row.place.policy, row.place
    if policy.is_pushed and not (policy.is_not_stocked or policy.is_running_out):
        days = policy.days_max or PUSH_DAYS
        most = max(row.target.up_to, math.ceil(row.rate * days)) - row.position
        packs = max(0, most) // max(1, place.pack) * max(1, place.pack)
        return Sized(quantity=packs, bounds=("pushed",))
    return size_order(policy, row.target, position=row.position, pack=place.pack)


def _share(fed: Sequence[Row], wants: Sequence[Sized], *, quantity: int) -> tuple[list[int], float]:
    if sum(it.quantity for it in wants) <= quantity:
        return [it.quantity for it in wants], 0.0
    askings = [
        Asking(
            position=row.position,
            mean=row.mean,
            ratio=row.ratio,
            most=want.quantity,
            floor=row.place.policy.display_minimum,
        )
        for row, want in zip(fed, wants, strict=True)
    ]
    return share(askings, quantity=quantity, pack=max(1, min(row.place.pack for row in fed)))


def _buy(row: Row) -> list[Draft]:
    sized = size_order(
        row.place.policy, row.target, position=row.position, pack=row.place.supplier_pack
    )
    if not sized.quantity:
        return []
    return [
        make_draft(
            row,
            kind=Kind.PURCHASE,
            quantity=sized.quantity,
            wanted=max(0, row.target.up_to - row.position),
            bounds=sized.bounds,
            facts={"downstream": row.position - row.place.get_position(row.horizon)},
        )
    ]


def make_draft(
    row: Row,
    *,
    kind: Kind,
    quantity: int,
    wanted: int,
    bounds: Sequence[str],
    facts: dict[str, Any],
) -> Draft:
    """Return a proposal for a place, with all it was decided from."""
    place = row.place
    reasons = {
        "on_hand": place.on_hand,
        "available": place.available,
        "coming": place.quantity_coming,
        "coming_late": sum(it.quantity for it in place.coming if it.days >= row.horizon),
        "promised": place.promised,
        "outgoing": place.outgoing,
        "position": row.position,
        "rate_milli": round(row.rate * 1000),
        "ratio_milli": round(row.ratio * 1000),
        "horizon": row.horizon,
        "mean_milli": round(row.mean * 1000),
        "service_permille": place.policy.service_permille,
        "quantile_milli": round(row.quantile * 1000),
        "target": row.target.up_to,
        "order_below": row.target.order_below,
        "method": str(place.policy.method),
        "model": row.model,
        "gate": row.gate,
        "borrowed": row.borrowed,
        "pack": place.supplier_pack if kind == Kind.PURCHASE else place.pack,
        "minimum_order": place.policy.minimum_order,
        "bounds": list(bounds),
        "chance_out_permille": round(row.chance_out * 1000),
        "documents": sorted({it.document for it in place.coming if it.document}),
        **facts,
    }
    return Draft(
        kind=str(kind),
        sku=place.sku,
        site=place.site,
        source=place.policy.source,
        quantity=quantity,
        wanted=wanted,
        urgency_permille=round(row.chance_out * 1000),
        value_minor=quantity * place.price,
        order_in=row.wait,
        arrives_in=row.wait + place.policy.lead_time_days,
        reasons=reasons,
    )


def _keep(row: Row) -> int:
    """Return the position a store keeps when it gives goods away."""
    if row.place.policy.is_not_stocked:
        return 0
    if row.place.policy.is_running_out:
        return math.ceil(row.rate * PUSH_DAYS)
    return math.ceil(row.target.up_to * OVERSTOCK_PERCENT / 100)


def _look(row: Row, expected: Expected, number: int) -> Outlook:
    place = row.place
    path = project(place, rate=row.rate, factors=expected.factors[number].tolist())
    runs_out = next((day for day, stock in enumerate(path) if stock < 0), None)
    too_much = max(0, row.position - _keep(row)) if row.target.up_to or row.position else 0
    cover = DAYS_AHEAD * 10 if row.rate <= 0 else round(row.position / row.rate)
    return Outlook(
        sku=place.sku,
        site=place.site,
        method=str(place.policy.method),
        model=row.model,
        level_milli=round(row.rate * 1000),
        intermittent_milli=round(float(expected.intermittent[number]) * 1000),
        ratio_milli=round(row.ratio * 1000),
        horizon=row.horizon,
        mean_milli=round(row.mean * 1000),
        quantiles=tuple(
            (permille, math.ceil(value))
            for permille, value in zip(KEPT, expected.kept[number].tolist(), strict=True)
        ),
        position=row.position,
        order_below=row.target.order_below,
        up_to=row.target.up_to,
        runs_out_in=runs_out,
        chance_out_permille=round(row.chance_out * 1000),
        overstock=too_much,
        days_of_cover=int(np.clip(cover, 0, DAYS_AHEAD * 10)),
        value_at_risk=round(row.chance_out * row.mean * place.price),
        season=_list_season(expected.seasons[number].tolist()),
    )


def _list_season(days: Sequence[float]) -> tuple[int, ...]:
    """Return a season by coming weeks, in permille of today's; nothing where there is none."""
    if min(days) == max(days):
        return ()
    weeks = [days[it : it + 7] for it in range(0, len(days), 7)]
    return tuple(round(1000 * sum(it) / len(it)) for it in weeks)
