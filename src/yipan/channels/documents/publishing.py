"""
Telling channels what they may sell (库存发布), out of what was posted and which rules changed.

Nobody asks for every SKU again and again: the feed of the site book names the SKUs that moved,
the trail of the pool names the rules that changed, and those alone are measured. How far the
two were read is written in the transaction that writes what it led to.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from yipan.channels.documents.telling import tell
from yipan.channels.models import Follower, Publication, ToldLevel
from yipan.channels.rules.thresholds import DUE, RESENT
from yipan.documents import events
from yipan.documents.events import EventFilter
from yipan.ledger.feed import LAG, FeedRow, Position, get_settled_until, list_recorded
from yipan.masterdata import queries as masterdata
from yipan.pool.book import SITE_BOOK
from yipan.pool.queries.channels import find_bundles_of, find_sku_of_rule

MOVEMENTS_PER_ROUND: Final = 2_000
STEPS_PER_ROUND: Final = 200
SKUS_PER_SWEEP: Final = 250
DUE_PER_ROUND: Final = 500
#: Where nothing of ours was found, the position moves up to here before the end all the same:
#: what other books and systems wrote is not read again each time.
MARGIN: Final = timedelta(minutes=1)

#: Below these roots of the site book lies what may be sold, and what quotas and supplies hold.
ROOTS: Final = ("on_hand/", "pool/")
#: What changes every SKU of a channel, or of all.
_OF_ALL: Final = frozenset({"channel", "site_group", "site_service", "site_hours"})


@dataclass(slots=True)
class _Found:
    """What a round has to look at: SKUs, and channels that are to be told everything."""

    skus: set[str] = field(default_factory=set)
    is_everything: bool = False
    count: int = 0


@transaction.atomic
def follow(*, at: datetime, lag: timedelta = LAG) -> int:
    """
    Look at what was posted and changed since the last time, and tell what is worth telling.

    Return how much there was to look at; 0 when there was nothing. Safe to repeat, and safe
    beside other workers: one waits for the other.
    """
    until = get_settled_until(lag=lag)
    follower, _ = Follower.objects.select_for_update().get_or_create(is_only=True)
    open_ones = list(Publication.objects.select_for_update().filter(is_on=True).order_by("channel"))
    if not open_ones:
        # Nobody listens. Whoever is switched on is told everything first.
        _skip_to(follower, until, at=at)
        return 0
    found = _Found()
    _follow_book(follower, found, until=until)
    _follow_rules(follower, found, until=until)
    follower.followed_at = at
    follower.save()
    found.skus |= find_bundles_of(found.skus)
    today = timezone.localdate(at)
    done = found.count
    for publication in open_ones:
        if found.is_everything or publication.swept_on != today:
            _start_sweep(publication, is_forced=False)
            publication.swept_on = today
        tell(publication, skus=found.skus, at=at)
        done += _tell_due(publication, at=at)
        done += _sweep(publication, at=at)
        publication.save()
    return done


def _skip_to(follower: Follower, until: datetime, *, at: datetime) -> None:
    follower.recorded_at, follower.movement = until, 0
    follower.steps = events.Position(recorded_at=until).write()
    follower.followed_at = at
    follower.save()


def _follow_book(follower: Follower, found: _Found, *, until: datetime) -> None:
    after = None
    if follower.recorded_at is not None:
        after = Position(recorded_at=follower.recorded_at, movement_id=follower.movement)
    rows = list_recorded(book=SITE_BOOK, after=after, until=until, limit=MOVEMENTS_PER_ROUND)
    # None come only when there are none.
    last = rows[-1].position if rows else Position(recorded_at=until - MARGIN, movement_id=0)
    if after is None or last > after:
        follower.recorded_at, follower.movement = last.recorded_at, last.movement_id
    found.skus |= _list_moved(rows)
    found.count += len(rows)


def _list_moved(rows: Iterable[FeedRow]) -> set[str]:
    return {
        row.sku
        for row in rows
        if row.from_account.startswith(ROOTS) or row.to_account.startswith(ROOTS)
    }


def _follow_rules(follower: Follower, found: _Found, *, until: datetime) -> None:
    after = events.read_position(follower.steps)
    steps = events.list_steps(EventFilter(system="pool"), after, until, STEPS_PER_ROUND)
    for step in steps:
        if step.document_type in _OF_ALL:
            found.is_everything = True
        elif step.document_type == "bundle":
            found.skus.add(step.number)
        elif step.document_type == "selling_rule":
            sku = find_sku_of_rule(int(step.number))
            found.skus |= {sku} if sku else set()
            found.is_everything = found.is_everything or not sku
    last = steps[-1].position if steps else events.Position(recorded_at=until - MARGIN)
    follower.steps = max(after, last).write()
    found.count += len(steps)


def _tell_due(publication: Publication, *, at: datetime) -> int:
    """Tell small differences that were kept back for long enough."""
    rows = ToldLevel.objects.filter(
        channel=publication.channel,
        differs_since__lte=at - timedelta(seconds=publication.due_seconds),
    )
    skus = list(rows.order_by("differs_since").values_list("sku", flat=True)[:DUE_PER_ROUND])
    tell(publication, skus=skus, at=at, reason=DUE)
    return len(skus)


def _sweep(publication: Publication, *, at: datetime) -> int:
    """Look at the next SKUs of a telling of everything; the last part ends it."""
    if publication.sweep_after is None:
        return 0
    skus = _list_next(publication.sweep_after)
    reason = RESENT if publication.is_sweep_forced else ""
    tell(publication, skus=skus, at=at, reason=reason)
    if len(skus) < SKUS_PER_SWEEP:
        publication.sweep_after, publication.is_sweep_forced = None, False
        return len(skus)
    publication.sweep_after = skus[-1]
    return len(skus)


def _list_next(after: str) -> Sequence[str]:
    return [row.code for row in masterdata.list_skus(after=after, limit=SKUS_PER_SWEEP)]


def _start_sweep(publication: Publication, *, is_forced: bool) -> None:
    publication.sweep_after = ""
    publication.is_sweep_forced = publication.is_sweep_forced or is_forced
