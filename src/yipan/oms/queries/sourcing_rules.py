"""Reads of the sourcing rules of channels (寻源规则), and what an order weighs by them."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, Final

from yipan.foundation.kept import kept
from yipan.oms.models import SourcingRules
from yipan.oms.rules.sourcing import PRESETS, Weights

ROWS_MAX = 1_000
#: What an order says that names no rules of its own.
PRESET_USUAL: Final = "cheapest"
#: What may differ from the preset, in minor units.
CHANGES: Final = ("parcel", "store_parcel", "day", "part_value_min")


@dataclass(frozen=True, kw_only=True, slots=True)
class Ruled:
    """What rules say: a preset, what differs from it in minor units, and two limits."""

    preset: str = PRESET_USUAL
    parcel: int | None = None
    store_parcel: int | None = None
    day: int | None = None
    part_value_min: int | None = None
    may_split: bool = True
    with_stores: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class RulesRow:
    """A version of a channel's rules; 0 is that of the house, which nobody wrote."""

    channel: str
    version: int = 0
    ruled: Ruled = Ruled()
    reason: str = ""
    written_by: str = ""
    written_at: datetime | None = None


@kept
def find_rules(channel: str) -> RulesRow:
    """Return the rules of a channel: the newest version, else those of the house."""
    found = list_versions(channel, limit=1)
    return found[0] if found else RulesRow(channel=channel)


def list_versions(channel: str, *, limit: int = 20) -> list[RulesRow]:
    """Return the versions of a channel's rules, the newest first."""
    assert 0 < limit <= ROWS_MAX
    rows = SourcingRules.objects.filter(channel=channel).order_by("-version")
    return [_read(it) for it in rows[:limit]]


def weigh(ruled: Ruled, *, preset: str = PRESET_USUAL) -> Weights:
    """Return the weights of rules. An order that names another preset is weighed by that alone."""
    if preset != PRESET_USUAL and preset in PRESETS:
        return PRESETS[preset]
    said: dict[str, Any] = {name: getattr(ruled, name) for name in CHANGES}
    said = {name: value for name, value in said.items() if value is not None}
    return replace(PRESETS[ruled.preset], **said)


def _read(it: SourcingRules) -> RulesRow:
    return RulesRow(
        channel=it.channel,
        version=it.version,
        ruled=Ruled(**{each.name: getattr(it, each.name) for each in fields(Ruled)}),
        reason=it.reason,
        written_by=it.written_by,
        written_at=it.written_at,
    )
