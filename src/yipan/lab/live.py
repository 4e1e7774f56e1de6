"""
Live trade at a demo retailer (实时演示): switched on and off on the tower, kept going by a worker.

There is a switch only where the demo was made: nobody trades for fun where the books are real.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from yipan.foundation.refusals import NotFound
from yipan.lab.models import LiveTrade

#: How much more may happen than in life.
SPEEDS: Final = (10, 60, 300)
SPEED: Final = 60
#: It ends by itself: whoever forgets it does not find a full disk on Monday.
LASTS: Final = timedelta(minutes=30)
#: Whoever keeps it going gives a sign of life more often than this.
SILENT_MAX: Final = timedelta(seconds=20)
TROUBLE_LENGTH_MAX: Final = 300
ROW: Final = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class LiveRow:
    """The switch as pages show it. `counted` maps what happened to how often."""

    is_on: bool
    speed: int
    switched_by: str
    switched_at: datetime | None
    until: datetime | None
    heard_at: datetime | None
    counted: Mapping[str, int]
    trouble: str

    def is_wanted(self, *, at: datetime) -> bool:
        """Return whether it is on and its time is not over."""
        return self.is_on and self.until is not None and at < self.until

    def is_running(self, *, at: datetime) -> bool:
        """Return whether somebody keeps it going at this moment."""
        return (
            self.is_wanted(at=at) and self.heard_at is not None and at - self.heard_at < SILENT_MAX
        )


def allow() -> bool:
    """Give this installation the switch; return whether it had none."""
    _, is_new = LiveTrade.objects.get_or_create(pk=ROW)
    return is_new


def find_switch() -> LiveRow | None:
    """Return how the switch stands, None where there is none."""
    row = LiveTrade.objects.filter(pk=ROW).first()
    return _make_row(row) if row is not None else None


@transaction.atomic
def switch_on(*, speed: int, by: str, at: datetime) -> LiveRow:
    """
    Let people trade, for half an hour from now on; when they do already, at this speed.

    A speed nobody offers is taken as the usual one.

    :raises NotFound: where there is no demo retailer.
    """
    row = _lock()
    if not row.is_on:
        row.counted = {}
        row.heard_at = None
    row.is_on = True
    row.speed = speed if speed in SPEEDS else SPEED
    row.switched_by, row.switched_at, row.until, row.trouble = by, at, at + LASTS, ""
    row.save()
    return _make_row(row)


@transaction.atomic
def switch_off(*, by: str, at: datetime) -> LiveRow:
    """
    Let nobody trade any more. Nothing happens where nobody does.

    :raises NotFound: where there is no demo retailer.
    """
    row = _lock()
    if row.is_on:
        row.is_on = False
        row.switched_by, row.switched_at = by, at
        row.save()
    return _make_row(row)


def hear(*, counted: Mapping[str, int], at: datetime) -> None:
    """Note a sign of life, and what happened since the switch was put on."""
    LiveTrade.objects.filter(pk=ROW).update(heard_at=at, counted=dict(counted), trouble="")


def complain(*, trouble: str, at: datetime) -> None:
    """Note why nobody trades although somebody wants it."""
    LiveTrade.objects.filter(pk=ROW).update(heard_at=at, trouble=trouble[:TROUBLE_LENGTH_MAX])


def _lock() -> LiveTrade:
    row = LiveTrade.objects.select_for_update().filter(pk=ROW).first()
    if row is None:
        raise NotFound(kind="live_trade", id="demo")
    return row


def _make_row(row: LiveTrade) -> LiveRow:
    return LiveRow(
        is_on=row.is_on,
        speed=row.speed,
        switched_by=row.switched_by,
        switched_at=row.switched_at,
        until=row.until,
        heard_at=row.heard_at,
        counted=row.counted,
        trouble=row.trouble,
    )
