"""
Case (差异案件): opened by a comparison or a count, ended by a document or a reason.

Nothing here moves stock: what puts a difference right is a document of the site or the hub, and
the case names it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from yipan.documents import trail
from yipan.documents.numbers import give_number
from yipan.documents.states import lock_for
from yipan.documents.trail import Step
from yipan.foundation.refusals import Refusal
from yipan.ledger.moves import Trace
from yipan.masterdata import queries as masterdata
from yipan.recon.models import Case, CaseCorrection, CaseKind, CaseState, Observation
from yipan.recon.queries.corrections import find_moved

DOCUMENT_TYPE: Final = "case"
PREFIX: Final = "DC"
#: Who acts when nobody does.
SYSTEM: Final = Trace(actor="reconciliation")
DUE_AFTER: Final = timedelta(days=7)
REASON_LENGTH_MIN: Final = 3
#: Closing reason of a case whose two figures agree again.
AGREED: Final = "agreed"

_UNSETTLED = frozenset(
    {CaseState.OPEN, CaseState.EXPLAINED, CaseState.SUBMITTED, CaseState.CORRECTED}
)
STEPS: Final = {
    "assign": _UNSETTLED,
    "explain": _UNSETTLED,
    "choose": _UNSETTLED - {CaseState.SUBMITTED},
    "correct": _UNSETTLED,
    "propose": _UNSETTLED - {CaseState.SUBMITTED},
    "close": _UNSETTLED,
    "reopen": frozenset({CaseState.CLOSED}),
}


class NoReason(Refusal):
    """A case is closed with a document that corrects it, or with a reason in words."""

    code = "recon.case_without_reason"


class AnotherOpen(Refusal):
    """The same SKU at the same place has another open case."""

    code = "recon.another_case_open"


class CorrectionKnown(Refusal):
    """This document already corrects this cause of this case: it is not counted twice."""

    code = "recon.correction_known"


class CorrectionUnknown(Refusal):
    """No posted document of this number moved these goods here. A case may end with a reason."""

    code = "recon.correction_unknown"
    status = 422


class CorrectionTooLarge(Refusal):
    """The document moved less of these goods than it is to put right, or the other way."""

    code = "recon.correction_too_large"
    status = 422


class RestOpen(Refusal):
    """The documents noted put a part right. Say in words why the rest stays as it is."""

    code = "recon.case_rest_open"


def begin(case: Case, *, by: Trace, at: datetime) -> None:
    """Give a new case its number and its first step. Inside the transaction that found it."""
    case.number = give_number(prefix=PREFIX, on=masterdata.get_office_date(at))
    case.created_by = by.actor
    case.created_at = at
    case.due_on = case.due_on or masterdata.get_office_date(at) + DUE_AFTER
    case.save()
    note(case, "create", before="", by=by, at=at)


@transaction.atomic
def assign(*, number: str, owner: str, by: Trace, at: datetime, due_on: date | None = None) -> Case:
    """
    Say who looks into it, and by when.

    :raises NotFound: if there is no such case.
    :raises WrongState: if it is closed.
    """
    case = lock_for("assign", model=Case, number=number, steps=STEPS)
    case.owner = owner
    if due_on is not None:
        case.due_on = due_on
    case.save(update_fields=["owner", "due_on"])
    note(case, "assign", before=case.state, by=by, at=at)
    return case


@transaction.atomic
def assign_all(*, numbers: Collection[str], owner: str, by: Trace, at: datetime) -> None:
    """
    Say who looks into some cases: all of them, or none.

    :raises NotFound: if one of them is none.
    :raises WrongState: if one is closed.
    """
    for number in sorted(set(numbers)):
        assign(number=number, owner=owner, by=by, at=at)


@transaction.atomic
def correct(
    *,
    number: str,
    document: str,
    cause: str,
    by: Trace,
    at: datetime,
    quantity: int | None = None,
) -> Case:
    """
    Note the posted document that puts a case right, or a part of it.

    `quantity` is how much of what it moved counts for this case, signed as the case's; by
    default all of it, at most the rest of the case.

    :raises CorrectionKnown: if it is noted for this cause already.
    :raises CorrectionTooLarge: if the document moved less than that.
    :raises CorrectionUnknown: if it moved none of these goods at this site.
    :raises NotFound: if there is no such case.
    :raises WrongState: if it is closed.
    """
    case = lock_for("correct", model=Case, number=number, steps=STEPS)
    quantity = _measure(case, document=document, quantity=quantity)
    _, is_new = CaseCorrection.objects.get_or_create(
        case=case,
        cause=cause or case.cause or "unknown",
        document=document,
        defaults={"quantity": quantity, "noted_by": by.actor, "noted_at": at},
    )
    if not is_new:
        raise CorrectionKnown(number=number, document=document)
    before, case.state = case.state, CaseState.CORRECTED
    case.save(update_fields=["state"])
    note(case, "correct", before=before, by=by, at=at)
    return case


def _measure(case: Case, *, document: str, quantity: int | None) -> int:
    """Return how much of a document counts for a case."""
    moved = find_moved(case, document=document)
    if moved is None:
        raise CorrectionUnknown(number=case.number, document=document)
    if case.kind != CaseKind.BOOK_VS_COUNT:
        # Between two books either is brought to the other: only how much was moved tells.
        moved = abs(moved) if case.quantity > 0 else -abs(moved)
    rest = case.quantity - _sum_corrected(case)
    if quantity is None:
        quantity = max(-abs(moved), min(abs(moved), rest)) if moved else rest
    # What only changed a status or a place, or was undone, corrects by what it is not any more.
    if moved and not 0 <= quantity * (1 if moved > 0 else -1) <= abs(moved):
        raise CorrectionTooLarge(
            number=case.number, document=document, quantity=quantity, moved=moved
        )
    return quantity


def _sum_corrected(case: Case) -> int:
    return sum(case.corrections.values_list("quantity", flat=True))


@transaction.atomic
def close(*, number: str, by: Trace, at: datetime) -> Case:
    """
    End a case: with documents that correct all of it, or with a reason (`by.reason`).

    :raises NoReason: if there is neither.
    :raises NotFound: if there is no such case.
    :raises RestOpen: if documents correct a part, and nobody says why the rest stays.
    :raises WrongState: if it is closed.
    """
    case = lock_for("close", model=Case, number=number, steps=STEPS)
    reason = by.reason.strip()
    if len(reason) < REASON_LENGTH_MIN:
        documents = list(case.corrections.order_by("id").values_list("document", flat=True)[:3])
        if not documents:
            raise NoReason(number=number)
        if (rest := case.quantity - _sum_corrected(case)) != 0:
            raise RestOpen(number=number, rest=rest)
        reason = ", ".join(documents)
    finish(case, reason=reason, by=by, at=at)
    return case


def step(case: Case, name: str, *, to_state: CaseState, by: Trace, at: datetime) -> None:
    """Take a step of a locked case that leads to a state; nothing, when it is there already."""
    if case.state == to_state:
        return
    before, case.state = case.state, to_state
    case.save(update_fields=["state"])
    note(case, name, before=before, by=by, at=at)


def mark(case: Case, name: str, *, by: Trace, at: datetime) -> None:
    """Write into the trail what happened to a case that stays where it is."""
    note(case, name, before=case.state, by=by, at=at)


def finish(case: Case, *, reason: str, by: Trace, at: datetime) -> None:
    """End a locked case."""
    before, case.state = case.state, CaseState.CLOSED
    case.closing_reason = reason[:200]
    case.waiting_document = ""
    case.closed_at = at
    case.closed_by = by.actor
    case.save()
    note(case, "close", before=before, by=by, at=at)
    _take_up_undone(case, at=at)


@transaction.atomic
def reopen(*, number: str, by: Trace, at: datetime) -> Case:
    """
    Take a closed case up again, with a reason (`by.reason`).

    :raises AnotherOpen: if the same goods have another open case.
    :raises NoReason: if it is not said why.
    :raises NotFound: if there is no such case.
    :raises WrongState: if it is not closed.
    """
    case = lock_for("reopen", model=Case, number=number, steps=STEPS)
    if len(by.reason.strip()) < REASON_LENGTH_MIN:
        raise NoReason(number=number)
    other = _find_open(case)
    if other is not None:
        raise AnotherOpen(number=number, other=other)
    _take_up(case, by=by, at=at)
    return case


def take_up_undone(case: Case, *, document: str, by: Trace, at: datetime) -> None:
    """
    Take a locked closed case up again, for a document that put it right was reversed at `at`.

    Not where somebody looked at the same goods since: what they saw stands, with a case of its
    own where it differs. While another case of the same goods is open, this one waits for its end:
    that one's count was made before the reversal, and knows nothing of it.
    """
    by = replace(by, reason=document)
    if _was_seen_since(case, at=at):
        mark(case, "undo", by=by, at=at)
    elif _find_open(case) is not None:
        case.undone_at = at
        case.save(update_fields=["undone_at"])
        mark(case, "undo", by=by, at=at)
    else:
        _take_up(case, by=by, at=at)


def _take_up(case: Case, *, by: Trace, at: datetime) -> None:
    case.state = CaseState.EXPLAINED if case.cause not in ("", "unknown") else CaseState.OPEN
    case.closed_at, case.closed_by, case.closing_reason = None, "", ""
    case.undone_at = None
    case.save()
    note(case, "reopen", before=CaseState.CLOSED, by=by, at=at)


def _take_up_undone(ended: Case, *, at: datetime) -> None:
    """Take up the case that waited for this one to end, unless its goods were seen since."""
    case = (
        _list_same(ended)
        .select_for_update()
        .filter(undone_at__isnull=False)
        .exclude(pk=ended.pk)
        .order_by("-id")
        .first()
    )
    if case is None:
        return
    assert case.undone_at is not None
    if _was_seen_since(case, at=case.undone_at):
        case.undone_at = None
        case.save(update_fields=["undone_at"])
    else:
        _take_up(case, by=replace(SYSTEM, reason=ended.number), at=at)


def _was_seen_since(case: Case, *, at: datetime) -> bool:
    return Observation.objects.filter(
        site=case.site, sku=case.sku, place=case.place, status=case.group, counted_at__gte=at
    ).exists()


def _find_open(case: Case) -> str | None:
    """Return the number of the open case of the same goods, None when there is none."""
    found: str | None = (
        _list_same(case)
        .exclude(state=CaseState.CLOSED)
        .exclude(pk=case.pk)
        .values_list("number", flat=True)
        .first()
    )
    return found


def _list_same(case: Case) -> QuerySet[Case]:
    return Case.objects.filter(
        kind=case.kind, site=case.site, sku=case.sku, place=case.place, group=case.group
    )


def note(case: Case, step: str, *, before: str, by: Trace, at: datetime) -> None:
    """Write a step into the history of a case."""
    trail.record(
        Step(
            document_type=DOCUMENT_TYPE,
            system="recon",
            sites=(case.site,),
            number=case.number,
            step=step,
            from_state=before,
            to_state=case.state,
            at=at,
            actor=by.actor,
            device=by.device,
            reason=by.reason,
        )
    )
