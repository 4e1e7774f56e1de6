"""Proposing a correction of a case to the site whose book it is (更正建议), and what follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from yipan.documents.states import lock_for
from yipan.exchange import outbox
from yipan.foundation.refusals import Refusal
from yipan.ledger.moves import Trace
from yipan.messages.counts import CorrectionProposed
from yipan.recon.documents import case as cases
from yipan.recon.models import Case, CaseCorrection, CaseKind, CaseState
from yipan.recon.rules.proposing import get_quantity_to_post

#: What a site says of its document, to the state the case is in by it.
_AGAIN = frozenset({"rejected", "recount", "reversed"})


class NothingToPost(Refusal):
    """Nothing of this difference is to be posted as a gain or loss: another document cures it."""

    code = "recon.nothing_to_post"


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    """What a site tells of one line of a document that puts counts right."""

    sku: str
    place: str
    status: str
    quantity: int
    counted_at: datetime
    case_number: str = ""
    is_offset: bool = False


@transaction.atomic
def propose(*, number: str, by: Trace, at: datetime, message_id: UUID) -> Case:
    """
    Ask the site to post what the finding proposes as a gain or loss; its limits decide how.

    :raises NothingToPost: if it is no count, or other documents put it right.
    :raises NotFound: if there is no such case.
    :raises WrongState: if it is closed, or was proposed already.
    """
    case = lock_for("propose", model=Case, number=number, steps=cases.STEPS)
    quantity = get_quantity_to_post(case.finding, quantity=case.quantity)
    quantity -= sum(case.corrections.values_list("quantity", flat=True))
    if case.kind != CaseKind.BOOK_VS_COUNT or quantity == 0:
        raise NothingToPost(number=number)
    source = f"erp:hub/orders:{case.site}"
    [sequence] = outbox.reserve_numbers(source)
    outbox.publish(
        CorrectionProposed(
            message_id=message_id,
            occurred_at=at,
            case_number=case.number,
            site=case.site,
            sku=case.sku,
            place=case.place,
            status=case.group,
            quantity=quantity,
            quantity_counted=case.quantity_other,
            quantity_book=case.quantity_book,
            counted_at=case.compared_at.isoformat(),
            cause=case.cause,
            count_number=case.count_number,
            proposed_by=by.actor,
            note=by.reason,
        ),
        source=source,
        sequence=sequence,
        correlation_id=case.number,
    )
    cases.step(case, "propose", to_state=CaseState.SUBMITTED, by=by, at=at)
    return case


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What a site tells of a document that puts counts right: what became of it, and `at` when."""

    document: str
    outcome: str
    lines: Sequence[Heard]
    at: datetime


@transaction.atomic
def take_correction(*, site: str, said: Said, by: Trace, at: datetime) -> list[Case]:
    """
    Follow what a site said of a document that puts counts right; return the cases it concerns.

    Posted, it corrects the case of the same goods, counted at the same moment or asked for by
    the case, and closes it when nothing is left. So it does where the goods were counted once
    more before it was posted: that count was held against the same wrong book. Until it is
    approved the case names it; refused, the case is open as before. An offset is noted with the
    case of its count even when that is closed: its explanation is another now. Reversed, a closed
    case is taken up again: what is not put right any more is a difference.
    """
    document, outcome = said.document, said.outcome
    touched = []
    for line in said.lines:
        if outcome in _AGAIN:
            case = _find_named(site, line, document=document) or _find(site, line)
        else:
            case = _find(site, line, posted_at=said.at)
        if case is None:
            continue
        if case.state == CaseState.CLOSED and outcome in _AGAIN:
            _undo(case, document=document, is_offset=line.is_offset, by=by, at=said.at)
            touched.append(case)
            continue
        _keep_waiting(case, document=document, is_waiting=outcome == "submitted")
        if outcome == "posted":
            _book(case, document=document, line=line, by=by, at=at)
        elif outcome == "submitted":
            cases.step(case, "submit", to_state=CaseState.SUBMITTED, by=by, at=at)
        elif outcome in _AGAIN:
            case.corrections.filter(document=document).delete()
            is_named = case.cause not in ("", "unknown")
            state = CaseState.EXPLAINED if is_named else CaseState.OPEN
            cases.step(case, "refuse", to_state=state, by=by, at=at)
        touched.append(case)
    return touched


def _find(site: str, line: Heard, *, posted_at: datetime | None = None) -> Case | None:
    """Return the case of a line: the one that asked, else the one of the same count or a later."""
    query = Case.objects.select_for_update().order_by("-id")
    if not line.is_offset:
        query = query.exclude(state=CaseState.CLOSED)
    if line.case_number:
        return query.filter(number=line.case_number, site=site).first()
    same = query.filter(
        kind=CaseKind.BOOK_VS_COUNT,
        site=site,
        sku=line.sku,
        place=line.place,
        group=line.status,
    )
    found = same.filter(compared_at=line.counted_at).first()
    if found is not None or line.is_offset or posted_at is None:
        return found
    return same.filter(compared_at__gt=line.counted_at, compared_at__lte=posted_at).first()


def _find_named(site: str, line: Heard, *, document: str) -> Case | None:
    """Return the case that a document put right, or was to; be it closed."""
    noted = CaseCorrection.objects.filter(document=document).values("case")
    return (
        Case.objects.select_for_update()
        .filter(site=site, sku=line.sku, place=line.place, group=line.status)
        .filter(Q(pk__in=noted) | Q(waiting_document=document))
        .order_by("-id")
        .first()
    )


def _undo(case: Case, *, document: str, is_offset: bool, by: Trace, at: datetime) -> None:
    """Take a document away from the closed case it put right, or a part of it."""
    gone, _ = case.corrections.filter(document=document).delete()
    if not gone:
        return
    if is_offset:
        # Its count still explains itself by what came late: the site offsets it anew.
        cases.mark(case, "undo", by=by, at=at)
        return
    cases.take_up_undone(case, document=document, by=by, at=at)


def _keep_waiting(case: Case, *, document: str, is_waiting: bool) -> None:
    """Name the document that somebody has to approve, until it was decided."""
    if is_waiting:
        case.waiting_document = document
    elif case.waiting_document == document:
        case.waiting_document = ""
    case.save(update_fields=["waiting_document"])


def _book(case: Case, *, document: str, line: Heard, by: Trace, at: datetime) -> None:
    _, is_new = CaseCorrection.objects.get_or_create(
        case=case,
        cause="late_document" if line.is_offset else case.cause or "unknown",
        document=document,
        defaults={"quantity": line.quantity, "noted_by": by.actor, "noted_at": at},
    )
    if not is_new:
        return
    if line.is_offset:
        case.cause = "late_document"
        case.save(update_fields=["cause"])
    if case.state == CaseState.CLOSED:
        cases.mark(case, "offset", by=by, at=at)
        return
    cases.step(case, "correct", to_state=CaseState.CORRECTED, by=by, at=at)
    if sum(case.corrections.values_list("quantity", flat=True)) == case.quantity:
        cases.finish(case, reason=document, by=by, at=at)
