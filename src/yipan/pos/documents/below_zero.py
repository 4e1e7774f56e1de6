"""Questions about what was sold while the book had none of it: a difference and a count each."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from operator import itemgetter
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Max, QuerySet

from yipan.foundation.status import StockStatus
from yipan.ledger.moves import Trace
from yipan.ledger.overdrawn import Overdrawn, find_last_outs, list_overdrawn
from yipan.pos.documents import difference
from yipan.pos.documents.difference import Doubt
from yipan.pos.models import StoreDifference
from yipan.pos.models.difference import DifferenceState as State
from yipan.pos.models.difference import DifferenceType
from yipan.pos.rules import SHOP_FLOOR

#: A site and a SKU.
Key = tuple[str, str]

#: So many SKUs are asked about in one go.
PORTION: Final = 1_000
_BOOKS = "pos:"
_PATH = f"on_hand/{SHOP_FLOOR}"


def open_below_zero(*, sites: Collection[str], at: datetime) -> int:
    """
    Open a difference for each SKU with which a shop floor's book is below zero.

    The sale stands: the customer has the goods, so the book was wrong before, and somebody has
    to look. A key is asked about once while the question is open; after it was settled, only
    when more was taken since: what was counted may still wait for the hub's approval.
    `sites` are those served, none meaning all. A store that opened without stock has thousands:
    each portion is asked about by itself, and none waits for the others; of however many stores
    it is, it costs a handful of statements. Repeatable; return how many are new.
    """
    opened, after = 0, None
    while True:
        portion = list_overdrawn(
            books=_BOOKS, path=_PATH, status=StockStatus.AVAILABLE, after=after, limit=PORTION
        )
        opened += _open_portion(portion, sites=sites, at=at)
        if len(portion) < PORTION:
            return opened
        after = portion[-1]


def _open_portion(portion: Collection[Overdrawn], *, sites: Collection[str], at: datetime) -> int:
    low: dict[Key, int] = {}
    for row in portion:
        site = row.book.removeprefix(_BOOKS)
        if not sites or site in sites:
            low[site, row.sku] = row.quantity
    new = low.keys() - _list_doubted(low)
    if not new:
        return 0
    try:
        return _ask({key: low[key] for key in new}, at=at)
    except IntegrityError:
        # Work of a store doubted one of them in this moment. Now that can be seen: the others
        # of its store are asked about with it, and no other store waits.
        return sum(
            _ask({key: low[key] for key in new if key[0] == site}, at=at)
            for site in sorted({site for site, _ in new})
        )


@transaction.atomic
def _ask(low: Mapping[Key, int], *, at: datetime) -> int:
    """Ask about SKUs of any number of sites, by what their books say, in a few statements."""
    settled = _list_settled(low)
    last = find_last_outs(path=_PATH, wanted=[(f"{_BOOKS}{site}", sku) for site, sku in low])
    doubts: dict[str, list[Doubt]] = {}
    for (book, sku), out in sorted(last.items(), key=itemgetter(0)):
        site = book.removeprefix(_BOOKS)
        if (site, sku) not in settled or out.recorded_at > settled[site, sku]:
            doubts.setdefault(site, []).append(
                Doubt(
                    difference_type=DifferenceType.NEGATIVE_BOOK,
                    sku=sku,
                    place=SHOP_FLOOR,
                    partner_number=out.origin.split("/")[1],
                    quantity_book=low[site, sku],
                )
            )
    by = {site: Trace(actor=f"{_BOOKS}{site}") for site in doubts}
    difference.open_everywhere(doubts=doubts, by=by, at=at)
    return sum(len(of_site) for of_site in doubts.values())


def _list_doubted(low: Collection[Key]) -> set[Key]:
    """Return those of which it is a question already that the book is below zero."""
    rows = _list_rows(low).exclude(state=State.CLOSED)
    return set(rows.filter(difference_type=DifferenceType.NEGATIVE_BOOK).values_list("site", "sku"))


def _list_settled(low: Collection[Key]) -> Mapping[Key, datetime]:
    """Return when a difference of a shop floor was closed last, by site and SKU."""
    rows = _list_rows(low).filter(state=State.CLOSED)
    closed = rows.values_list("site", "sku").annotate(last=Max("closed_at"))
    return {(site, sku): last for site, sku, last in closed}


def _list_rows(low: Collection[Key]) -> QuerySet[StoreDifference]:
    """Return the differences of these sites and SKUs, and of the one at the other of them."""
    return StoreDifference.objects.filter(
        site__in={site for site, _ in low}, sku__in={sku for _, sku in low}, place=SHOP_FLOOR
    )
