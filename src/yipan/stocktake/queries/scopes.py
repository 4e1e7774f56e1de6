"""What a plan takes in: all of some zones, what is due, what is named, what is doubtful."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from yipan.masterdata import queries as masterdata
from yipan.stocktake.queries.books import list_on_hand
from yipan.stocktake.queries.coverage import list_due

POSITIONS_MAX = 5_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """Places with the SKUs to be counted there; none means all that lies there."""

    places: dict[str, tuple[str, ...]]
    unknown: tuple[str, ...] = ()


def take_due(
    *, system: str, site: str, now: datetime, limit: int, classes: Collection[str]
) -> Scope:
    """Return what a cycle count takes next, at most `limit` positions."""
    due = list_due(
        system=system,
        site=site,
        now=now,
        limit=max(1, min(limit, POSITIONS_MAX)),
        classes=classes,
    )
    return _group((each.place, each.sku) for each in due)


def take_doubtful(*, system: str, site: str, problems: Iterable[tuple[str, str]]) -> Scope:
    """Return what work has raised a doubt about, and where the book is below zero."""
    below = [
        (key.place, key.sku)
        for key, quantity in list_on_hand(book=f"{system}:{site}").items()
        if quantity < 0
    ]
    return _group([*problems, *below])


def take_empty(*, system: str, site: str, places: Sequence[str]) -> Scope:
    """Return the places the book says are empty: somebody looks whether they are."""
    full = {key.place for key in list_on_hand(book=f"{system}:{site}")}
    return Scope(places={place: () for place in places if place not in full})


def take_named(*, system: str, site: str, text: str, places: Collection[str]) -> Scope:
    """
    Return what a list names: a place, a SKU wherever it lies, or a place and a SKU of it.

    One entry a line, parted by a comma or a blank. What is neither is told as unknown.
    """
    by_code = {place.upper(): place for place in places}
    held: dict[str, set[str]] = {}
    for key in list_on_hand(book=f"{system}:{site}"):
        held.setdefault(key.sku, set()).add(key.place)
    pairs: list[tuple[str, str]] = []
    whole: set[str] = set()
    unknown = []
    lines = [line.strip() for line in text.replace("，", ",").splitlines() if line.strip()]
    for line in lines[:POSITIONS_MAX]:
        first, _, second = line.replace("\t", ",").replace(" ", ",").partition(",")
        place, sku = by_code.get(first.upper(), ""), second.strip(" ,").upper()
        if place and not sku:
            whole.add(place)
        elif place and masterdata.find_skus([sku]):
            pairs.append((place, sku))
        elif not place and masterdata.find_skus([first.upper()]):
            pairs += [(where, first.upper()) for where in held.get(first.upper(), ())]
        else:
            unknown.append(line[:60])
    grouped = _group(pairs).places
    grouped.update(dict.fromkeys(sorted(whole), ()))
    return Scope(places=grouped, unknown=tuple(unknown))


def _group(pairs: Iterable[tuple[str, str]]) -> Scope:
    places: dict[str, set[str]] = {}
    for place, sku in pairs:
        places.setdefault(place, set()).add(sku)
    return Scope(places={place: tuple(sorted(skus)) for place, skus in sorted(places.items())})
