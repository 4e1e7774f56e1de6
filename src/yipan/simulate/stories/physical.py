"""Where the goods of a story truly are. No system ever sees this."""

from __future__ import annotations

from collections import Counter

from yipan.simulate.stories.values import Carried


class Physical:
    """Pieces at places, and what was carried since somebody last looked."""

    def __init__(self) -> None:
        self._pieces: Counter[tuple[str, str]] = Counter()
        self._carried: list[Carried] = []

    def put(self, place: str, sku: str, quantity: int) -> None:
        """Let goods be there from the beginning."""
        self._pieces[place, sku] += quantity

    def carry(self, sku: str, quantity: int, *, from_place: str, to_place: str) -> None:
        """Carry goods. Outside there are always enough; nowhere else can there be less than 0."""
        assert quantity > 0
        if "/" in from_place or self._pieces[from_place, sku] > 0:
            assert self._pieces[from_place, sku] >= quantity, (from_place, sku, quantity)
            self._pieces[from_place, sku] -= quantity
        self._pieces[to_place, sku] += quantity
        self._carried.append(
            Carried(from_place=from_place, to_place=to_place, sku=sku, quantity=quantity)
        )

    def get(self, place: str, sku: str) -> int:
        """Return how many are there."""
        return self._pieces[place, sku]

    def sum_site(self, site: str, sku: str) -> int:
        """Return how many are at a site, wherever they lie."""
        return sum(
            quantity
            for (place, each), quantity in self._pieces.items()
            if each == sku and place.startswith(f"{site}/")
        )

    def list_places(self) -> dict[str, dict[str, int]]:
        """Return place to SKU to pieces, without what is empty."""
        found: dict[str, dict[str, int]] = {}
        for (place, sku), quantity in sorted(self._pieces.items()):
            if quantity:
                found.setdefault(place, {})[sku] = quantity
        return found

    def take_carried(self) -> list[Carried]:
        """Return what was carried since the last time this was asked."""
        carried, self._carried = self._carried, []
        return carried
