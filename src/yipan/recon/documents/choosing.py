"""Another cause, chosen by a person: it stands beside what the engine found, and teaches it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from yipan.documents.states import lock_for
from yipan.foundation.refusals import Refusal
from yipan.ledger.moves import Trace
from yipan.recon.documents import case as cases
from yipan.recon.models import Case, CaseKind, CaseState
from yipan.recon.rules import Cause


class CauseUnknown(Refusal):
    """There is no such cause of a difference between book and shelf."""

    code = "recon.cause_unknown"
    status = 422


class CauseProved(Refusal):
    """Why two books differ is proved by numbers and content, and not chosen."""

    code = "recon.cause_proved"


@transaction.atomic
def choose(*, number: str, cause: str, by: Trace, at: datetime) -> Case:
    """
    Say what caused a difference of a count, whatever was held for probable.

    The finding of the engine stays; the choice stands beside it, weighing again does not change
    it, and the corrections of the case are noted under it: from them priors are learned.

    :raises CauseUnknown: if there is no such cause.
    :raises CauseProved: if two books differ.
    :raises NotFound: if there is no such case.
    :raises WrongState: if it is closed, or a correction is with the site.
    """
    case = lock_for("choose", model=Case, number=number, steps=cases.STEPS)
    if cause not in set(Cause):
        raise CauseUnknown(cause=cause[:32])
    if case.kind != CaseKind.BOOK_VS_COUNT:
        raise CauseProved(number=number)
    case.finding = {
        **case.finding,
        "chosen": {"cause": cause, "by": by.actor, "at": at.isoformat()},
    }
    case.cause = cause
    before = case.state
    if case.state in (CaseState.OPEN, CaseState.EXPLAINED):
        case.state = CaseState.OPEN if cause == Cause.UNKNOWN else CaseState.EXPLAINED
    case.save(update_fields=["finding", "cause", "state"])
    told = Trace(actor=by.actor, device=by.device, reason=cause)
    cases.note(case, "choose", before=before, by=told, at=at)
    return case
