"""Told again (重复提交): under one outside number there is one document, told once or often."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TypeVar

from django.db import models

from yipan.documents.turns import take_turns
from yipan.foundation.refusals import Refusal

D = TypeVar("D", bound=models.Model)


class OutsideNumberReused(Refusal):
    """The outside number stands on another document. Each document needs one of its own."""

    code = "document.outside_number_reused"


def find_repeat(
    model: type[D],
    *,
    external_id: str,
    within: Mapping[str, object] | None = None,
    same: Mapping[str, object] | None = None,
) -> D | None:
    """
    Return the document written under an outside number before; None for the first of it.

    To be asked before anything else is locked: whoever writes under the same number at the same
    moment waits until the transaction is over, and finds the document then. `within` are the
    columns inside which a number is used once, `same` those in which a repeat has to agree:
    the sites, so that nobody is answered with a document of somebody else's.

    :raises OutsideNumberReused: if the number stands on a document that does not agree.
    """
    if not external_id:
        return None
    found = find_repeats(model, external_ids=[external_id], within=within).get(external_id)
    if found is not None and any(
        getattr(found, name) != value for name, value in (same or {}).items()
    ):
        raise OutsideNumberReused(external_id=external_id)
    return found


def find_repeats(
    model: type[D], *, external_ids: Collection[str], within: Mapping[str, object] | None = None
) -> dict[str, D]:
    """Return outside number to document for those of many written under before; see above."""
    wanted = sorted(set(external_ids) - {""})
    if not wanted:
        return {}
    scope = "|".join(str(value) for value in (within or {}).values())
    take_turns(*(f"{model._meta.db_table}|{scope}|{number}" for number in wanted))
    rows = model._default_manager.filter(external_id__in=wanted, **(within or {}))
    return {str(getattr(row, "external_id")): row for row in rows}  # noqa: B009 - of any model
