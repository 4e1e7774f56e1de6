"""Questions about what was sold while the book had none of it: a difference and a count each."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Max

from yipan.foundation.status import StockStatus
from yipan.ledger.moves import Trace
from yipan.ledger.overdrawn import Overdrawn, find_last_out, list_overdrawn
from yipan.pos.documents import difference
from yipan.pos.documents.difference import Doubt
from yipan.pos.models import StoreDifference
from yipan.pos.models.difference import DifferenceState as State
from yipan.pos.models.difference import DifferenceType
from yipan.pos.rules import SHOP_FLOOR

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
    each portion is asked about by itself, and none waits for the others. Repeatable; return how
    many are new.
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
    low: dict[str, set[str]] = {}
    for row in portion:
        site = row.book.removeprefix(_BOOKS)
        if not sites or site in sites:
            low.setdefault(site, set()).add(row.sku)
    doubted = _list_doubted(low)
    return sum(
        _ask(site, new, at=at)
        for site, skus in low.items()
        if (new := skus - doubted.get(site, set()))
    )


@transaction.atomic
def _ask(site: str, skus: Collection[str], *, at: datetime) -> int:
    settled = _list_settled(site, skus)
    last = find_last_out(book=f"{_BOOKS}{site}", path=_PATH, skus=skus)
    doubts = [
        Doubt(
            difference_type=DifferenceType.NEGATIVE_BOOK,
            sku=sku,
            place=SHOP_FLOOR,
            partner_number=out.origin.split("/")[1],
        )
        for sku, out in sorted(last.items())
        if sku not in settled or out.recorded_at > settled[sku]
    ]
    difference.open_many(site=site, doubts=doubts, by=Trace(actor=f"{_BOOKS}{site}"), at=at)
    return len(doubts)


def _list_doubted(low: Mapping[str, Collection[str]]) -> Mapping[str, set[str]]:
    """Return by site those SKUs of it whose book below zero is a question already."""
    rows = StoreDifference.objects.filter(
        site__in=low,
        sku__in={sku for skus in low.values() for sku in skus},
        place=SHOP_FLOOR,
        difference_type=DifferenceType.NEGATIVE_BOOK,
    ).exclude(state=State.CLOSED)
    found: dict[str, set[str]] = {}
    for site, sku in rows.values_list("site", "sku"):
        found.setdefault(site, set()).add(sku)
    return found


def _list_settled(site: str, skus: Collection[str]) -> Mapping[str, datetime]:
    """Return by SKU when a difference of its shop floor was closed last."""
    rows = StoreDifference.objects.filter(
        site=site, sku__in=skus, place=SHOP_FLOOR, state=State.CLOSED
    )
    return dict(rows.values_list("sku").annotate(last=Max("closed_at")))
