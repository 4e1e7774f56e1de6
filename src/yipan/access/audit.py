"""The audit (审计): every administrative change, by person, device and moment."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from yipan.access.actors import Actor
from yipan.access.models import AuditEntry

ENTRIES_LISTED_MAX = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """What was done to what. `before` and `after` hold the fields that changed."""

    action: str
    subject: str
    before: dict[str, object] = field(default_factory=dict)
    after: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditFilter:
    """
    Which entries to list; empty is: all. `before_id` continues a list.

    `subject` is a part of what a change was about, `about` all of it.
    """

    actor: str = ""
    action: str = ""
    subject: str = ""
    about: str = ""
    from_at: datetime | None = None
    until_at: datetime | None = None
    before_id: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditRow:
    """An entry as a list shows it."""

    entry_id: int
    at: datetime
    actor: str
    device: str
    action: str
    subject: str
    before: dict[str, object]
    after: dict[str, object]


def record(change: Change, *, by: Actor, at: datetime, device: str = "") -> None:
    """Write a change down, in the transaction that makes it."""
    AuditEntry.objects.create(
        at=at,
        actor=by.name,
        device=device,
        action=change.action,
        subject=change.subject,
        before=change.before,
        after=change.after,
    )


def list_entries(which: AuditFilter, *, limit: int = ENTRIES_LISTED_MAX) -> list[AuditRow]:
    """Return entries, the newest first, at most `limit`."""
    entries = AuditEntry.objects.order_by("-id")
    if which.actor:
        entries = entries.filter(actor=which.actor)
    if which.action:
        entries = entries.filter(action=which.action)
    if which.subject:
        entries = entries.filter(subject__icontains=which.subject)
    if which.about:
        entries = entries.filter(subject=which.about)
    if which.from_at is not None:
        entries = entries.filter(at__gte=which.from_at)
    if which.until_at is not None:
        entries = entries.filter(at__lt=which.until_at)
    if which.before_id is not None:
        entries = entries.filter(id__lt=which.before_id)
    return [
        AuditRow(
            entry_id=entry.pk,
            at=entry.at,
            actor=entry.actor,
            device=entry.device,
            action=entry.action,
            subject=entry.subject,
            before=entry.before,
            after=entry.after,
        )
        for entry in entries[: min(limit, ENTRIES_LISTED_MAX)]
    ]


def list_actions() -> list[str]:
    """Return the actions that occur, sorted, at most 200."""
    actions = AuditEntry.objects.order_by("action").values_list("action", flat=True).distinct()
    return list(actions[:ENTRIES_LISTED_MAX])
