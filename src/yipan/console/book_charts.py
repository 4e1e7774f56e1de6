"""What each kind of book said of a SKU over time, as step lines."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext

from yipan.access.actors import Actor
from yipan.console import books, charts
from yipan.ledger.queries import list_movements
from yipan.ledger.totals import AccountRow

MOVEMENTS_MAX = 500
#: Site books drawn as one line; those that hold most come first.
BOOKS_MAX = 12

TONES = {"erp": "book-erp", "wms": "book-wms", "pos": "book-pos"}


def draw_levels(*, sku: str, actor: Actor, by_record: bool) -> dict[str, Any]:
    """
    Return the chart of what the hub, the warehouses and the stores had on hand.

    Time is when things happened, or `by_record` when each book wrote them down: then the
    hub is seen to follow the sites.
    """
    accounts = books.list_visible_accounts(sku=sku, actor=actor)
    labels = {
        "erp": gettext("ERP hub"),
        "wms": gettext("Warehouses"),
        "pos": gettext("Stores"),
    }
    points: list[charts.Point] = []
    for kind in TONES:
        mine = [row for row in accounts if row.book.partition(":")[0] == kind]
        points += _trace(mine, sku=sku, label=labels[kind], actor=actor, by_record=by_record)
    shown = {point.series for point in points}
    tones = {labels[kind]: tone for kind, tone in TONES.items() if labels[kind] in shown}
    return charts.draw_steps(points, tones=tones, unit=gettext("On hand"))


def _trace(
    accounts: list[AccountRow], *, sku: str, label: str, actor: Actor, by_record: bool
) -> list[charts.Point]:
    """Return the levels of several books as one line: their steps merged in time."""
    held: dict[str, int] = {}
    for row in accounts:
        held[row.book] = held.get(row.book, 0) + row.quantity
    largest = sorted(held, key=lambda book: -abs(held[book]))[:BOOKS_MAX]
    changes = []
    for book in largest:
        movements = [
            row
            for row in list_movements(book=book, sku=sku, limit=MOVEMENTS_MAX)
            if _is_seen(book, row.to_account, actor) and _is_seen(book, row.from_account, actor)
        ]
        levels = books.trace_levels(
            movements, now=held[book], prefix="on_hand", by_record=by_record
        )
        before = 0 if len(movements) < MOVEMENTS_MAX or not levels else levels[0].quantity
        for level in levels:
            changes.append((level.at, level.quantity - before))
            before = level.quantity
    changes.sort()
    total = sum(held[book] for book in largest) - sum(change for _at, change in changes)
    points = []
    for at, change in changes:
        total += change
        points.append(charts.Point(at=at, value=total, series=label))
    if points:
        now = timezone.now()
        points.append(charts.Point(at=now, value=total, series=label, is_event=False))
    return points


def _is_seen(book: str, account: str, actor: Actor) -> bool:
    site = books.get_site_of(book, account)
    return site == "" or actor.sees(site)
