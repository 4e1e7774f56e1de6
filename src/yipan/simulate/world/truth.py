"""The goods themselves: which units lie where. The systems never see this."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

FLOOR = "shop_floor"
OUTSIDE = ""


class Spot(NamedTuple):
    """Where units of a SKU lie: site, bin or area, and lot where it has one."""

    site: str
    place: str
    sku: str
    lot: str = ""

    def at(self, place: str) -> Spot:
        """Return where the same goods are when they lie at another place of the site."""
        return Spot(self.site, place, self.sku, self.lot)


@dataclass(frozen=True, slots=True)
class Happening:
    """Units that moved: out of `origin` (or from outside), to `goal` (or away)."""

    at: datetime
    what: str
    sku: str
    quantity: int
    origin: Spot | None
    goal: Spot | None


class Truth:
    """
    Units at places, whole and never below zero, and all that ever moved.

    Quantities are in the SKU's smallest unit.
    """

    def __init__(self) -> None:
        self._units: dict[Spot, int] = {}
        self._by_goods: dict[tuple[str, str], set[Spot]] = {}
        self.log: list[Happening] = []

    def bring(self, spot: Spot, quantity: int, *, what: str, at: datetime) -> None:
        """Let units come from outside: a supplier, a customer."""
        assert quantity >= 0
        if quantity:
            self._add(spot, quantity)
            self.log.append(Happening(at, what, spot.sku, quantity, None, spot))

    def take(self, spot: Spot, quantity: int, *, what: str, at: datetime) -> int:
        """Let units leave; return how many there were to leave, at most `quantity`."""
        assert quantity >= 0
        taken = min(quantity, self._units.get(spot, 0))
        if taken:
            self._add(spot, -taken)
            self.log.append(Happening(at, what, spot.sku, taken, spot, None))
        return taken

    def shift(self, origin: Spot, goal: Spot, quantity: int, *, what: str, at: datetime) -> int:
        """Carry units from one place to another; return how many there were to carry."""
        assert origin.sku == goal.sku
        moved = min(quantity, self._units.get(origin, 0))
        if moved:
            self._add(origin, -moved)
            self._add(goal, moved)
            self.log.append(Happening(at, what, origin.sku, moved, origin, goal))
        return moved

    def count(self, spot: Spot) -> int:
        """Return how many units lie there."""
        return self._units.get(spot, 0)

    def count_site(self, site: str, sku: str) -> int:
        """Return how many units of a SKU a site has, wherever they lie."""
        return sum(self._units.get(spot, 0) for spot in self._by_goods.get((site, sku), ()))

    def list_spots(self, site: str, sku: str) -> list[Spot]:
        """Return where a site has units of a SKU, in the order of places and lots."""
        spots = self._by_goods.get((site, sku), ())
        return sorted(spot for spot in spots if self._units.get(spot, 0))

    def sum_site(self, site: str) -> Counter[str]:
        """Return how many units of each SKU a site has."""
        found: Counter[str] = Counter()
        for (where, sku), spots in self._by_goods.items():
            if where == site:
                found[sku] = sum(self._units.get(spot, 0) for spot in spots)
        return found

    def sum_all(self) -> int:
        """Return how many units there are at all places."""
        return sum(self._units.values())

    def iterate(self) -> Iterator[tuple[Spot, int]]:
        """Yield all places with what lies there."""
        yield from self._units.items()

    def _add(self, spot: Spot, quantity: int) -> None:
        total = self._units.get(spot, 0) + quantity
        assert total >= 0, f"fewer than no units at {spot}"
        self._units[spot] = total
        self._by_goods.setdefault((spot.site, spot.sku), set()).add(spot)
