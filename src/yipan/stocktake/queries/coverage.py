"""Count coverage (盘点覆盖率): how much of a site was looked at, and what is due next."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from yipan.ledger import moments
from yipan.masterdata import queries as masterdata
from yipan.stocktake.queries.books import list_on_hand
from yipan.stocktake.queries.stocktakes import get_counted_at, get_errors
from yipan.stocktake.rules import Candidate, Chosen, choose

#: Movement is looked at over so long, past errors over so long.
MOVED_WITHIN = timedelta(days=90)
ERRORS_WITHIN = timedelta(days=365)
COVERED_WITHIN = timedelta(days=90)
CHOSEN_MAX = 20_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Coverage:
    """Positions of a site, and how many of them were counted of late, by class."""

    positions: int
    counted: int
    due: int
    by_class: dict[str, tuple[int, int]]

    @property
    def percent(self) -> int:
        """Return the share that was counted, in whole percent."""
        return 100 * self.counted // self.positions if self.positions else 0


def list_candidates(*, system: str, site: str, now: datetime) -> list[Candidate]:
    """Return all positions of a site with what speaks for counting them."""
    book = f"{system}:{site}"
    held: dict[tuple[str, str], int] = {}
    for key, quantity in list_on_hand(book=book).items():
        held[(key.place, key.sku)] = held.get((key.place, key.sku), 0) + quantity
    skus = masterdata.find_skus({sku for _, sku in held})
    moved = moments.sum_leaving(book=book, root="on_hand/", since=now - MOVED_WITHIN)
    counted = get_counted_at(system=system, site=site)
    errors = get_errors(system=system, site=site, since=now - ERRORS_WITHIN)
    return [
        Candidate(
            place=place,
            sku=sku,
            quantity=quantity,
            price_minor=skus[sku].price_minor if sku in skus else 0,
            moved=moved.get(sku, 0),
            errors=errors.get((place, sku), 0),
            counted_at=counted.get((place, sku)),
        )
        for (place, sku), quantity in sorted(held.items())
    ]


def list_due(
    *,
    system: str,
    site: str,
    now: datetime,
    limit: int,
    classes: Collection[str] = (),
) -> list[Chosen]:
    """Return what is due to be counted at a site, the most promising first."""
    assert 0 < limit <= CHOSEN_MAX
    candidates = list_candidates(system=system, site=site, now=now)
    chosen = choose(candidates, now=now, limit=CHOSEN_MAX)
    return [each for each in chosen if not classes or each.abc in classes][:limit]


def get_coverage(*, system: str, site: str, now: datetime) -> Coverage:
    """Return how much of a site was counted within the last quarter, and how much is due."""
    candidates = list_candidates(system=system, site=site, now=now)
    # Everything is due to whoever looks from far ahead: so each position tells its class.
    far = now + timedelta(days=3_650)
    classes = {
        (each.place, each.sku): each.abc for each in choose(candidates, now=far, limit=CHOSEN_MAX)
    }
    by_class = {name: [0, 0] for name in "ABC"}
    counted = 0
    for each in candidates:
        is_counted = each.counted_at is not None and each.counted_at >= now - COVERED_WITHIN
        counted += is_counted
        pair = by_class[classes.get((each.place, each.sku), "C")]
        pair[0] += 1
        pair[1] += is_counted
    return Coverage(
        positions=len(candidates),
        counted=counted,
        due=len(choose(candidates, now=now, limit=CHOSEN_MAX)),
        by_class={name: (pair[0], pair[1]) for name, pair in by_class.items()},
    )
