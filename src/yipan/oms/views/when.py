"""How a promised day came about, in words: from the moment asked to the day and the hour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

#: What moved a promise, in the order it can happen.
ENTRIES: Mapping[str, str | Promise] = {
    "arrives": gettext_lazy("goods arrive"),
    "cutoff": gettext_lazy("past the cut-off, so"),
    "after_hours": gettext_lazy("closed for the day, so"),
    "closed": gettext_lazy("does not trade until"),
    "opens": gettext_lazy("opens"),
    "handling": gettext_lazy("handled"),
    "ready": gettext_lazy("ready"),
    "transit": gettext_lazy("there"),
    "presale": gettext_lazy("pre-sale, due"),
}


def describe_when(found: Mapping[str, Any] | None) -> list[str]:
    """Return a promise as it is kept with a decision, each entry as a text."""
    if not found:
        return []
    entries = [
        (it["code"], date.fromisoformat(it["day"]), _read(it.get("at")), it.get("number", ""))
        for it in found["entries"]
    ]
    return describe_entries(entries)


def describe_entries(
    entries: Sequence[tuple[str, date, datetime | None, str]],
) -> list[str]:
    """Return entries (code, day, hour in the site's own time, number) as texts."""
    texts = []
    for code, day, at, number in entries:
        if code not in ENTRIES:
            continue
        when = date_format(day, _("D j M"))
        if at is not None:
            when = f"{when} {at:%H:%M}"
        texts.append(" ".join(filter(None, [str(ENTRIES[code]), when, number])))
    return texts


def _read(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
