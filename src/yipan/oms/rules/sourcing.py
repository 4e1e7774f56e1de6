"""
Sourcing with reasons (寻源): candidates, what each costs, who was left out, and why.

Pure: an order, candidates and weights in; a plan and its explanation out. Costs are in minor
units. The same question always gets the same answer, so a stored question proves its decision.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import asin, cos, radians, sin, sqrt
from typing import Final

from yipan.oms.rules.choosing import UNFILLED, Choice, Option, choose_any, count_cost

EARTH_RADIUS_KM: Final = 6_371.0
#: How far a site is taken to be when nobody knows where it or the customer is: its own
#: region, or another one.
KM_SAME_REGION, KM_ELSEWHERE = 100.0, 800.0
#: A site no line can come from.
NOWHERE: Final = "/"


@dataclass(frozen=True, kw_only=True, slots=True)
class Weights:
    """
    What counts how much, in minor units: a parcel, a kilometer, a day, a unit left unfilled.

    `part_value_min` is what a part of a split order must be worth at least.
    """

    name: str = "cheapest"
    parcel: int = 350
    kilometer: float = 0.4
    unit: int = 30
    store_parcel: int = 100
    store_unit: int = 70
    day: int = 100
    unfilled: int = 100_000
    part_value_min: int = 0
    may_split: bool = True


#: Presets: the same choice, with other weights.
PRESETS: Final[Mapping[str, Weights]] = {
    "cheapest": Weights(),
    "nearest": Weights(
        name="nearest", parcel=0, unit=0, store_parcel=0, store_unit=0, day=0, kilometer=1.0
    ),
    "fastest": Weights(name="fastest", day=10_000),
    "fewest_parcels": Weights(name="fewest_parcels", parcel=20_000),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """
    One line to be sent: so much of a SKU; `value` is what it is worth, in minor units.

    A line is of one SKU, a SKU on one line. `limit` is what may be sent of it in all, by quota
    or buffer of the whole pool. Of a line that was cut, each part is for one site
    (`only`), and the rest for any of the others (`without`).
    """

    line: int
    sku: str
    quantity: int
    value: int = 0
    limit: int | None = None
    only: str = ""
    without: frozenset[str] = frozenset()

    def can_come_from(self, candidate: Candidate) -> bool:
        """Tell whether a site could send it whole."""
        if self.only not in {"", candidate.site} or candidate.site in self.without:
            return False
        return candidate.free.get(self.sku, 0) >= self.quantity


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A site that might send, with what it has free of each SKU, and what it costs besides."""

    site: str
    free: Mapping[str, int]
    is_store: bool = False
    kilometers: float = KM_ELSEWHERE
    days: int = 0
    parcel_cost: int = 0
    unit_cost: int = 0
    rejected: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Priced:
    """What a candidate costs for a parcel and for each line it can send whole; why it may not."""

    site: str
    fixed: int
    parts: Mapping[str, int]
    units: tuple[int | None, ...]
    rejected: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """What one site sends of one line."""

    site: str
    line: int
    sku: str
    quantity: int


@dataclass(frozen=True, kw_only=True, slots=True)
class RunnerUp:
    """The next best plan: other sites, how much more it costs, and what would make it win."""

    sites: tuple[str, ...]
    cost: int
    difference: int
    would_win_if: str
    by: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """
    What is sent from where, what is not, and why.

    `constraint` names what bound the choice: `stock`, a rejection of the cheapest site, or "".
    """

    parts: tuple[Part, ...]
    unfilled: tuple[Part, ...]
    cost: int
    candidates: tuple[Priced, ...]
    constraint: str
    constraint_site: str
    runner_up: RunnerUp | None
    weights: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Score:
    """What plans come to: cost in minor units, parcels, days of all parcels, units not sent."""

    cost: int = 0
    parcels: int = 0
    days: int = 0
    unfilled: int = 0

    def __add__(self, other: Score) -> Score:
        """Return both together."""
        return Score(
            cost=self.cost + other.cost,
            parcels=self.parcels + other.parcels,
            days=self.days + other.days,
            unfilled=self.unfilled + other.unfilled,
        )


def score(
    parts: Sequence[Part],
    unfilled: Sequence[Part],
    candidates: Sequence[Candidate],
    *,
    weights: Weights,
) -> Score:
    """Count what a plan costs by some weights, whichever weights it was made by."""
    by_name = {it.site: it for it in candidates}
    cost = days = 0
    for site in sorted({part.site for part in parts}):
        it = by_name[site]
        cost += sum(_list_fixed(it, weights).values())
        cost += _get_unit_cost(it, weights) * sum(p.quantity for p in parts if p.site == site)
        days += it.days
    missing = sum(part.quantity for part in unfilled)
    return Score(
        cost=cost + missing * weights.unfilled,
        parcels=len({part.site for part in parts}),
        days=days,
        unfilled=missing,
    )


def plan(wanted: Sequence[Wanted], candidates: Sequence[Candidate], *, weights: Weights) -> Plan:
    """Return the cheapest plan for an order, with the reasons."""
    lines = _cut(wanted, candidates)
    priced = [_price(it, lines, weights) for it in sorted(candidates, key=lambda it: it.site)]
    open_to = [(place, it) for place, it in enumerate(priced) if not it.rejected]
    options = [Option(place, it.fixed, it.units) for place, it in open_to if any_of(it.units)]
    penalties = [line.quantity * weights.unfilled for line in lines]
    choice = _choose(options, penalties, lines, weights)
    parts, unfilled = _read(choice, lines, priced)
    constraint, site = _find_constraint(choice, priced, lines, penalties, weights)
    return Plan(
        parts=parts,
        unfilled=unfilled,
        cost=choice.cost,
        candidates=tuple(priced),
        constraint=constraint,
        constraint_site=site,
        runner_up=_find_runner_up(choice, options, penalties, lines, priced, weights),
        weights=weights.name,
    )


def any_of(units: Sequence[int | None]) -> bool:
    """Tell whether a site can send any line."""
    return any(unit is not None for unit in units)


def measure_km(
    first: tuple[float, float] | None, second: tuple[float, float] | None
) -> float | None:
    """Return the great-circle distance of two places by latitude and longitude (haversine)."""
    if first is None or second is None:
        return None
    (lat1, lon1), (lat2, lon2) = first, second
    a = sin(radians(lat2 - lat1) / 2) ** 2
    a += cos(radians(lat1)) * cos(radians(lat2)) * sin(radians(lon2 - lon1) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(a))


def _cut(wanted: Sequence[Wanted], candidates: Sequence[Candidate]) -> list[Wanted]:
    """Cut lines that no site can send whole into what the sites with the most have of them."""
    lines: list[Wanted] = []
    able = [it for it in candidates if not it.rejected]
    for line in wanted:
        frees = sorted(((it.free.get(line.sku, 0), it.site) for it in able), reverse=True)
        rest, value = line.quantity, line.value
        over = 0 if line.limit is None else max(0, rest - max(0, line.limit))
        if over:
            # Beyond the limit nobody may send: that part waits, whatever lies at the sites.
            share = value * over // rest
            lines.append(replace(line, quantity=over, value=share, only=NOWHERE))
            rest, value = rest - over, value - share
        used: set[str] = set()
        for free, site in frees:
            if free >= rest or free <= 0:
                break
            share = value * free // rest
            lines.append(replace(line, quantity=free, value=share, only=site))
            rest, value = rest - free, value - share
            used.add(site)
        if rest:
            lines.append(replace(line, quantity=rest, value=value, without=frozenset(used)))
    return lines


def _price(it: Candidate, lines: Sequence[Wanted], weights: Weights) -> Priced:
    parts = _list_fixed(it, weights)
    each = _get_unit_cost(it, weights)
    units = tuple(each * line.quantity if line.can_come_from(it) else None for line in lines)
    return Priced(
        site=it.site,
        fixed=sum(parts.values()),
        parts={**parts, "unit": each},
        units=units,
        rejected=it.rejected or ("" if any_of(units) else "stock"),
    )


def _list_fixed(it: Candidate, weights: Weights) -> dict[str, int]:
    """Return what one parcel from a site costs, by what it is for."""
    return {
        "parcel": weights.parcel + it.parcel_cost + (weights.store_parcel if it.is_store else 0),
        "distance": round(weights.kilometer * it.kilometers),
        "days": weights.day * it.days,
    }


def _get_unit_cost(it: Candidate, weights: Weights) -> int:
    return weights.unit + it.unit_cost + (weights.store_unit if it.is_store else 0)


def _choose(
    options: Sequence[Option], penalties: Sequence[int], lines: Sequence[Wanted], weights: Weights
) -> Choice:
    whole = [it for it in options if all(unit is not None for unit in it.units)]
    if not weights.may_split:
        return choose_any(whole, penalties)
    choice = choose_any(options, penalties)
    if _is_worth_it(choice, lines, weights) or not whole:
        return choice
    return choose_any(whole, penalties)


def _is_worth_it(choice: Choice, lines: Sequence[Wanted], weights: Weights) -> bool:
    """Tell whether each part of a split order is worth what a part must be."""
    value: dict[int, int] = {}
    for line, site in zip(lines, choice.sites, strict=True):
        if site != UNFILLED:
            value[site] = value.get(site, 0) + line.value
    return len(value) < 2 or min(value.values()) >= weights.part_value_min


def _read(
    choice: Choice, lines: Sequence[Wanted], priced: Sequence[Priced]
) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    sums: dict[tuple[str, int, str], int] = {}
    for line, site in zip(lines, choice.sites, strict=True):
        name = "" if site == UNFILLED else priced[site].site
        key = (name, line.line, line.sku)
        sums[key] = sums.get(key, 0) + line.quantity
    found = [
        Part(site=site, line=line, sku=sku, quantity=quantity)
        for (site, line, sku), quantity in sorted(sums.items())
    ]
    return tuple(it for it in found if it.site), tuple(it for it in found if not it.site)


def _find_constraint(
    choice: Choice,
    priced: Sequence[Priced],
    lines: Sequence[Wanted],
    penalties: Sequence[int],
    weights: Weights,
) -> tuple[str, str]:
    """Return what kept a cheaper plan away: the rejection whose absence saves the most."""
    best, reason, site = choice.cost, "", ""
    for place, it in enumerate(priced):
        if not it.rejected or it.rejected == "stock" or not any_of(it.units):
            continue
        options = [
            Option(at, each.fixed, each.units)
            for at, each in enumerate(priced)
            if any_of(each.units) and (at == place or not each.rejected)
        ]
        cost = _choose(options, penalties, lines, weights).cost
        if cost < best:
            best, reason, site = cost, it.rejected, it.site
    if not reason and UNFILLED in choice.sites:
        return "stock", ""
    return reason, site


def _find_runner_up(
    choice: Choice,
    options: Sequence[Option],
    penalties: Sequence[int],
    lines: Sequence[Wanted],
    priced: Sequence[Priced],
    weights: Weights,
) -> RunnerUp | None:
    """Return the best plan without one of the chosen sites, and by what it would win."""
    best: Choice | None = None
    for gone in sorted(set(choice.sites) - {UNFILLED}):
        others = [it for it in options if it.site != gone]
        if not others:
            continue
        found = _choose(others, penalties, lines, weights)
        if best is None or found.cost < best.cost:
            best = found
    if best is None or best.sites == choice.sites:
        return None
    new = sorted(set(best.sites) - set(choice.sites) - {UNFILLED})
    assert best.cost == count_cost(best.sites, options, penalties) or len(lines) > 8
    return RunnerUp(
        sites=tuple(sorted({priced[site].site for site in best.sites if site != UNFILLED})),
        cost=best.cost,
        difference=best.cost - choice.cost,
        would_win_if=f"parcel:{priced[new[0]].site}" if new else "stock",
        by=best.cost - choice.cost + 1,
    )
