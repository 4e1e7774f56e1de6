"""Kits (组合商品) that goods under a count are parts of, and what was sold of them there."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from yipan.pool.queries.channels import find_bundles_of, find_parts
from yipan.recon.rules import Difference, Key

#: Kits of one count, and their books at its sites, are looked at up to so many.
KITS_MAX: Final = 100
BOOKS_MAX: Final = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Kits:
    """
    What the hub sells as one and stores keep as parts: `parts` maps a kit to its parts.

    `asked` are the kits as if they were counted beside their parts, over the time since the last
    of these agreed: what was sold before has been looked at.
    """

    parts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    asked: Sequence[Difference] = ()

    def get_parts(self, sku: str) -> Mapping[str, int]:
        """Return of what a SKU is made; nothing, when it is no kit."""
        return self.parts.get(sku, {})


def find_kits(differences: Sequence[Difference]) -> Kits:
    """Return the kits that have one of the differing SKUs as a part; hardly any SKU is one."""
    kits = sorted(find_bundles_of({each.key.sku for each in differences}))[:KITS_MAX]
    if not kits:
        return Kits()
    parts = {kit: dict(made_of) for kit, made_of in find_parts(kits).items()}
    counted = {each.key for each in differences}
    asked: dict[Key, Difference] = {}
    for each in differences:
        for kit in _list_kits(each.key.sku, parts):
            key = Key(site=each.key.site, sku=kit)
            if not {key, replace(key, place=each.key.place)} & counted:
                asked[key] = _narrow(asked.get(key), replace(each, key=key, quantity=0))
    return Kits(parts=parts, asked=list(asked.values())[:BOOKS_MAX])


def _list_kits(part: str, parts: Mapping[str, Collection[str]]) -> list[str]:
    return [kit for kit, made_of in parts.items() if part in made_of]


def _narrow(one: Difference | None, other: Difference) -> Difference:
    """Return a difference over the time that both speak of."""
    if one is None:
        return other
    return replace(
        one,
        since=max(one.since, other.since),
        counted_at=min(one.counted_at, other.counted_at),
    )
