"""
Orders by the thousand over a whole network: stock and costs in memory, exact for each order.

The choice is that of `choosing`. What makes it fast is what is not looked at: for several lines
together, a site is looked at only if it has two of them, and only if what it saves over sending
each line alone is more than its parcel costs. That leaves out no site that could be part of the
cheapest way.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from yipan.oms.rules.choosing import UNFILLED, Choice, Option, choose


class Line(NamedTuple):
    """So much of a SKU, by its place in the network."""

    sku: int
    quantity: int


@dataclass(kw_only=True, slots=True)
class Network:
    """
    Sites, what they cost for each region, and what they have.

    `fixed[region][site]` is a parcel's cost, `unit[region][site]` a unit's. `stock[sku]` maps a
    site to what it has. `capacity[site]` is how many parcels it may still send, None without
    limit. `penalty` is what a unit that is not sent costs.
    """

    fixed: Sequence[Sequence[int]]
    unit: Sequence[Sequence[int]]
    stock: Sequence[MutableMapping[int, int]]
    capacity: list[int | None]
    penalty: int
    _carrying: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._carrying = [
            sum(1 << site for site, quantity in held.items() if quantity > 0) for held in self.stock
        ]

    def decide(self, region: int, lines: Sequence[Line]) -> Choice:
        """Return the cheapest way to send an order to a region now."""
        alone = [self._find_alone(region, line) for line in lines]
        if len(lines) == 1:
            cost, site = alone[0]
            return Choice(cost, (site,))
        together = self._list_together(region, lines, [cost for cost, _ in alone])
        if not together:
            return Choice(sum(cost for cost, _ in alone), tuple(site for _, site in alone))
        return self._choose(region, lines, alone, together)

    def take(self, lines: Sequence[Line], choice: Choice) -> None:
        """Take what was chosen out of the stock, and its parcels off the capacity."""
        for line, site in zip(lines, choice.sites, strict=True):
            if site == UNFILLED:
                continue
            held = self.stock[line.sku]
            held[site] -= line.quantity
            if held[site] <= 0:
                del held[site]
                self._carrying[line.sku] &= ~(1 << site)
        for site in set(choice.sites):
            left = None if site == UNFILLED else self.capacity[site]
            if left is not None:
                self.capacity[site] = left - 1

    def _find_alone(self, region: int, line: Line) -> tuple[int, int]:
        """Return cost and site of the cheapest way to send one line by itself."""
        sku, quantity = line
        capacity, fixed, unit = self.capacity, self.fixed[region], self.unit[region]
        best, chosen = self.penalty * quantity, UNFILLED
        for site, held in self.stock[sku].items():
            if held >= quantity:
                cost = fixed[site] + quantity * unit[site]
                if cost < best and capacity[site] != 0:
                    best, chosen = cost, site
        return best, chosen

    def _list_together(
        self, region: int, lines: Sequence[Line], alone: Sequence[int]
    ) -> list[Option]:
        """Return the sites worth a look for two lines or more, with what each line costs there."""
        several = once = 0
        for line in lines:
            carrying = self._carrying[line.sku]
            several |= once & carrying
            once |= carrying
        fixed, unit = self.fixed[region], self.unit[region]
        found: list[Option] = []
        while several:
            low = several & -several
            several ^= low
            site = low.bit_length() - 1
            saved, parcel, price = 0, fixed[site], unit[site]
            units: list[int | None] = []
            for (sku, quantity), cost in zip(lines, alone, strict=True):
                here = price * quantity
                if here < cost and self.stock[sku].get(site, 0) >= quantity:
                    saved += cost - here
                    units.append(here)
                else:
                    units.append(None)
            if saved > parcel and self.capacity[site] != 0:
                found.append(Option(site, parcel, tuple(units)))
        return found

    def _choose(
        self,
        region: int,
        lines: Sequence[Line],
        alone: Sequence[tuple[int, int]],
        together: Sequence[Option],
    ) -> Choice:
        options = list(together)
        fixed, unit = self.fixed[region], self.unit[region]
        penalties = []
        for place, (line, (_, site)) in enumerate(zip(lines, alone, strict=True)):
            penalties.append(self.penalty * line.quantity)
            if site != UNFILLED:
                units: list[int | None] = [None] * len(lines)
                units[place] = unit[site] * line.quantity
                options.append(Option(site, fixed[site], tuple(units)))
        return choose(options, penalties)


def list_stock(stock: Mapping[tuple[int, int], int], *, skus: int) -> list[dict[int, int]]:
    """Return stock by site and SKU as a network holds it."""
    found: list[dict[int, int]] = [{} for _ in range(skus)]
    for (site, sku), quantity in stock.items():
        found[sku][site] = quantity
    return found
