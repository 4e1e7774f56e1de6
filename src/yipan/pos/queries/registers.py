"""Reads for registers: how they are set up, who approves, what each still holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from yipan.access.people import find_actor_by_name
from yipan.pos.models import OverrideCode, RegisterDevice, RegisterSettings, TillEvent
from yipan.pos.rules.weighed import DEFAULT_PATTERNS

ROWS_MAX = 1_000
APPROVE = "pos.override"


@dataclass(frozen=True, kw_only=True, slots=True)
class SetupRow:
    """How the registers of a store are set up; the defaults hold where nobody said anything."""

    quick_keys: tuple[str, ...] = ()
    bridge_url: str = ""
    discount_limit_percent: int = 20
    may_approve_alone: bool = False
    receipt_header: str = ""
    receipt_footer: str = ""
    weighed_patterns: tuple[str, ...] = DEFAULT_PATTERNS


@dataclass(frozen=True, kw_only=True, slots=True)
class SupervisorRow:
    """Somebody who may approve at a store, with the hash of the code; all in hexadecimal."""

    username: str
    salt: str
    digest: str = field(repr=False)
    iterations: int


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviceRow:
    """A device of a till: what it said last, and what it still holds."""

    till: str
    epoch: int
    registered_at: datetime
    reported_at: datetime | None
    last_sequence: int
    unsent: int
    oldest_unsent_at: datetime | None
    is_persistent: bool
    clock_offset_ms: int

    @property
    def clock_offset_seconds(self) -> int:
        """Return what our clock is ahead of the device's, in whole seconds."""
        return round(self.clock_offset_ms / 1000)


@dataclass(frozen=True, kw_only=True, slots=True)
class TillEventRow:
    """Something that happened at a till and is no ticket."""

    till: str
    event_type: str
    label: str
    subject: str
    actor: str
    approved_by: str
    reason: str
    occurred_at: datetime


def get_setup(site: str) -> SetupRow:
    """Return how the registers of a store are set up."""
    row = RegisterSettings.objects.filter(site=site).first()
    if row is None:
        return SetupRow()
    return SetupRow(
        quick_keys=tuple(row.quick_keys),
        bridge_url=row.bridge_url,
        discount_limit_percent=row.discount_limit_percent,
        may_approve_alone=row.may_approve_alone,
        receipt_header=row.receipt_header,
        receipt_footer=row.receipt_footer,
        weighed_patterns=tuple(row.weighed_patterns) or DEFAULT_PATTERNS,
    )


def may_approve(username: str, *, site: str) -> bool:
    """Tell whether a person may approve at a register of a store."""
    actor = find_actor_by_name(username) if username else None
    return actor is not None and actor.may(APPROVE) and actor.sees(site)


def list_supervisors(site: str) -> list[SupervisorRow]:
    """Return who may approve at a store and has a code, by name."""
    return [
        SupervisorRow(
            username=row.username, salt=row.salt, digest=row.digest, iterations=row.iterations
        )
        for row in OverrideCode.objects.order_by("username")[:ROWS_MAX]
        if may_approve(row.username, site=site)
    ]


def has_code(username: str) -> bool:
    """Tell whether a person has set a code to approve with."""
    return OverrideCode.objects.filter(username=username).exists()


def list_devices(site: str) -> list[DeviceRow]:
    """Return the devices of a store's tills, the newest epoch of each till first."""
    rows = RegisterDevice.objects.filter(till__site=site).select_related("till")
    return [
        DeviceRow(
            till=row.till.code,
            epoch=row.epoch,
            registered_at=row.registered_at,
            reported_at=row.reported_at,
            last_sequence=row.last_sequence,
            unsent=row.unsent,
            oldest_unsent_at=row.oldest_unsent_at,
            is_persistent=row.is_persistent,
            clock_offset_ms=row.clock_offset_ms,
        )
        for row in rows.order_by("till__code", "-epoch")[:ROWS_MAX]
    ]


def list_till_events(site: str, *, limit: int = 50) -> list[TillEventRow]:
    """Return what happened at the tills of a store, the latest first."""
    assert 0 < limit <= ROWS_MAX
    rows = TillEvent.objects.filter(site=site).order_by("-occurred_at", "event_id")[:limit]
    return [
        TillEventRow(
            till=row.till,
            event_type=row.event_type,
            label=row.get_event_type_display(),
            subject=row.subject,
            actor=row.actor,
            approved_by=row.approved_by,
            reason=row.reason,
            occurred_at=row.occurred_at,
        )
        for row in rows
    ]
