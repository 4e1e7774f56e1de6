"""Until when a cart is kept that nobody said an end for: as long as its channel keeps carts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from yipan.pool.promises.planned import Known
from yipan.pool.promises.values import Ask
from yipan.pool.queries.channels import find_hold_seconds

#: For carts of no channel.
HOLD_SECONDS: Final = 900


def set_ends(
    asks: Mapping[int, Ask], known: Mapping[str, Known], *, at: datetime
) -> dict[int, Ask]:
    """
    Give an end to holds asked for without one, and to extensions: one look for all channels.

    `seconds` stays unsaid: a repeat is the same, whatever the channel says by then.
    """
    endless = {
        place: _get_channel(ask, known)
        for place, ask in asks.items()
        if ask.expires_at is None and ask.step in {"hold", "extend"}
    }
    if not endless:
        return dict(asks)
    seconds = find_hold_seconds(set(endless.values()) - {""})
    return {
        place: replace(
            ask,
            expires_at=at + timedelta(seconds=seconds.get(endless[place], HOLD_SECONDS)),
        )
        if place in endless
        else ask
        for place, ask in asks.items()
    }


def _get_channel(ask: Ask, known: Mapping[str, Known]) -> str:
    if ask.step == "hold":
        return ask.channel
    found = known.get(ask.number)
    return found.promise.channel if found else ""
