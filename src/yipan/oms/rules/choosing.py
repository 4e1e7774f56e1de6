"""
The exact choice of sites for one order (寻源): which site sends which lines, at the least cost.

A dynamic program over subsets of lines: `b[S]` is the cheapest single site that can send all of
S, or leaving a line unfilled at its penalty; `f[M] = min over S containing the lowest line of M
of b[S] + f[M without S]`. Exact, n 2^q + 3^q steps for n sites and q lines, no solver.
Costs are integers, in whatever unit the caller counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

#: More lines than this are chosen in blocks of so many.
LINES_EXACT_MAX: Final = 8
UNFILLED: Final = -1

_FAR: Final = 1 << 60


class Option(NamedTuple):
    """
    What one site could send: `fixed` for a parcel, and for each line what it adds.

    None where the site cannot send the line whole.
    """

    site: int
    fixed: int
    units: tuple[int | None, ...]


class Choice(NamedTuple):
    """What is chosen: the whole cost, and for each line the site, or `UNFILLED`."""

    cost: int
    sites: tuple[int, ...]


def choose(options: Sequence[Option], penalties: Sequence[int]) -> Choice:
    """
    Return the cheapest way to send an order of up to `LINES_EXACT_MAX` lines.

    Of equal ways the first found wins: options in their order, so that a repeat says the same.
    """
    count = len(penalties)
    assert 0 < count <= LINES_EXACT_MAX
    full = (1 << count) - 1
    best = [_FAR] * (full + 1)
    who = [UNFILLED] * (full + 1)
    for place, penalty in enumerate(penalties):
        best[1 << place] = penalty
    for site, fixed, units in options:
        masks, costs = [0], [fixed]
        for place, unit in enumerate(units):
            if unit is not None:
                bit = 1 << place
                masks += [mask | bit for mask in masks]
                costs += [cost + unit for cost in costs]
        for mask, cost in zip(masks, costs, strict=True):
            if mask and cost < best[mask]:
                best[mask], who[mask] = cost, site
    return _combine(best, who, full=full, count=count)


def _combine(best: list[int], who: list[int], *, full: int, count: int) -> Choice:
    """Return the cheapest partition of all lines into subsets that have a price."""
    by_lowest: list[list[tuple[int, int]]] = [[] for _ in range(count)]
    for mask in range(1, full + 1):
        if best[mask] < _FAR:
            by_lowest[(mask & -mask).bit_length() - 1].append((mask, best[mask]))
    total = [0] * (full + 1)
    first = [0] * (full + 1)
    for mask in range(1, full + 1):
        least, chosen = _FAR, 0
        for part, price in by_lowest[(mask & -mask).bit_length() - 1]:
            if part & ~mask == 0 and price + total[mask ^ part] < least:
                least, chosen = price + total[mask ^ part], part
        total[mask], first[mask] = least, chosen
    return Choice(total[full], _read_sites(first, who, full=full, count=count))


def _read_sites(
    first: Sequence[int], who: Sequence[int], *, full: int, count: int
) -> tuple[int, ...]:
    """Follow the chosen subsets down from all lines; return the site of each line."""
    sites = [UNFILLED] * count
    mask = full
    while mask:
        part = first[mask]
        for place in range(count):
            if part >> place & 1:
                sites[place] = who[part]
        mask ^= part
    return tuple(sites)


def choose_any(options: Sequence[Option], penalties: Sequence[int]) -> Choice:
    """
    Return a way to send an order of any number of lines.

    Up to `LINES_EXACT_MAX` lines it is the cheapest; longer orders are chosen block by block,
    where a site that is used already costs no second parcel.
    """
    if len(penalties) <= LINES_EXACT_MAX:
        return choose(options, penalties)
    used: set[int] = set()
    cost = 0
    sites: list[int] = []
    for start in range(0, len(penalties), LINES_EXACT_MAX):
        block = slice(start, start + LINES_EXACT_MAX)
        found = choose(
            [
                Option(it.site, 0 if it.site in used else it.fixed, it.units[block])
                for it in options
            ],
            penalties[block],
        )
        cost += found.cost
        sites += found.sites
        used |= set(found.sites) - {UNFILLED}
    return Choice(cost, tuple(sites))


def count_cost(sites: Sequence[int], options: Sequence[Option], penalties: Sequence[int]) -> int:
    """Return what a given choice costs: parcels, lines, and what is left unfilled."""
    by_site = {it.site: it for it in options}
    cost = sum(by_site[site].fixed for site in set(sites) - {UNFILLED})
    for place, site in enumerate(sites):
        unit = penalties[place] if site == UNFILLED else by_site[site].units[place]
        assert unit is not None, "a site sends what it has"
        cost += unit
    return cost
