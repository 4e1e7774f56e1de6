"""Changes of the audit in words: what was done, and which fields went from what to what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yipan.access.audit import AuditRow
from yipan.access.roles import ROLE_LABELS, Role
from yipan.console import formats

ACTION_LABELS: Mapping[str, str | Promise] = {
    "access.person_created": gettext_lazy("Person added"),
    "access.person_changed": gettext_lazy("Person changed"),
    "access.password_set": gettext_lazy("Password set"),
    "access.password_changed": gettext_lazy("Own password changed"),
    "access.key_created": gettext_lazy("Key made"),
    "access.key_revoked": gettext_lazy("Key revoked"),
}
FIELD_LABELS: Mapping[str, str | Promise] = {
    "display_name": gettext_lazy("Name on screen"),
    "email": gettext_lazy("E-mail"),
    "roles": gettext_lazy("Roles"),
    "sites": gettext_lazy("Sites"),
    "sources": gettext_lazy("Sources"),
    "is_active": gettext_lazy("May log in"),
    "prefix": gettext_lazy("Secret begins with"),
    "expires_at": gettext_lazy("Valid until"),
    "revoked_at": gettext_lazy("Revoked at"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldChange:
    """A field before and after, as text; empty where there was or is nothing."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DescribedEntry:
    """An entry of the audit with its words."""

    entry: AuditRow
    label: str
    changes: list[FieldChange]


def describe(entry: AuditRow) -> DescribedEntry:
    """Return an entry with its words, in the reader's language; empty fields are left out."""
    names = [*entry.before, *(name for name in entry.after if name not in entry.before)]
    changes = [
        FieldChange(
            label=str(FIELD_LABELS.get(name, name)),
            before=_write(name, entry.before.get(name)),
            after=_write(name, entry.after.get(name)),
        )
        for name in names
    ]
    return DescribedEntry(
        entry=entry,
        label=name_action(entry.action),
        changes=[change for change in changes if change.before or change.after],
    )


def name_action(action: str) -> str:
    """Return what an action is called, or its code when it has no name here."""
    return str(ACTION_LABELS.get(action, action))


def _write(name: str, value: object) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return ", ".join(_write_all(name, value))
    if name.endswith("_at"):
        moment = parse_datetime(str(value))
        return formats.write_clock(moment) if moment else str(value)
    return str(value)


def _write_all(name: str, values: Iterable[object]) -> list[str]:
    if name == "roles":
        return [str(ROLE_LABELS[Role(str(value))]) for value in values]
    return [str(value) for value in values]
