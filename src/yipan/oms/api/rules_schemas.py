"""What the API is asked about sourcing rules, and answers."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field

from yipan.oms.api.schemas import Money, Reason
from yipan.oms.queries.sourcing_rules import RulesRow


class SourcingRulesIn(Schema):
    """
    Rules of a channel: a preset, and what differs from it, in minor units.

    `version` is the one they were compared with, 0 for those of the house.
    """

    channel: Annotated[str, Field(min_length=1, max_length=32)]
    version: Annotated[int, Field(ge=0, le=10**8)]
    preset: Literal["cheapest", "nearest", "fastest", "fewest_parcels"] = "cheapest"
    parcel: Money | None = None
    store_parcel: Money | None = None
    day: Money | None = None
    part_value_min: Money | None = None
    may_split: bool = True
    with_stores: bool = True
    reason: Reason = ""


class SourcingRulesQuery(Schema):
    channel: Annotated[str, Field(min_length=1, max_length=32)]


class SourcingRulesOut(Schema):
    """A version of a channel's rules; 0 is that of the house, which nobody wrote."""

    channel: str
    version: int
    preset: str
    parcel: int | None
    store_parcel: int | None
    day: int | None
    part_value_min: int | None
    may_split: bool
    with_stores: bool
    reason: str
    written_by: str
    written_at: datetime | None

    @classmethod
    def of(cls, row: RulesRow) -> SourcingRulesOut:
        """Return what the API tells of rules."""
        return cls(
            channel=row.channel,
            version=row.version,
            reason=row.reason,
            written_by=row.written_by,
            written_at=row.written_at,
            **asdict(row.ruled),
        )
