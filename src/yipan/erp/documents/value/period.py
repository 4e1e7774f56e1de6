"""Steps of an accounting period (会计期间): close a month, ask for it again, allow or refuse."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from yipan.documents import trail
from yipan.documents.states import OwnApproval, WrongState, lock_for
from yipan.erp.documents.value import legal_entity
from yipan.erp.documents.value.valuation import lock_mark
from yipan.erp.documents.value.value_telling import make_message_id, tell
from yipan.erp.models import AccountingPeriod, LegalEntity
from yipan.erp.models.period import PeriodState as State
from yipan.erp.queries import checklist
from yipan.erp.rules import periods as rules
from yipan.foundation.refusals import Refusal
from yipan.ledger import values
from yipan.ledger.moves import Trace
from yipan.ledger.values import ValueScope
from yipan.messages.erp import PeriodClosed, PeriodReopened

DOCUMENT_TYPE = "accounting_period"
TRAIL = trail.Trail[AccountingPeriod]("erp", DOCUMENT_TYPE)

#: From which states may each step be taken?
STEPS = {
    "close": frozenset({State.OPEN}),
    "ask_reopen": frozenset({State.CLOSED}),
    "reopen": frozenset({State.REOPENING}),
    "keep_closed": frozenset({State.REOPENING}),
}


class NotOver(Refusal):
    """A month can be closed only when it is over."""

    code = "period.not_over"


class NotInOrder(Refusal):
    """Months are closed one after the other, and reopened the last one first."""

    code = "period.not_in_order"


class NotValued(Refusal):
    """Some movements have not been valued yet: that takes a minute. Try again."""

    code = "period.not_valued"


class ChecklistOpen(Refusal):
    """Something is still open. Settle it, or say why the month is closed all the same."""

    code = "period.checklist_open"


class ReasonMissing(Refusal):
    """Reopening a month needs a reason."""

    code = "period.reason_missing"
    status = 422


class MonthUnreadable(Refusal):
    """A month is not written as year and month, such as 2026-03."""

    code = "period.month_unreadable"
    status = 422


def get_number(*, entity: str, month: str) -> str:
    """Return the number of the period of a month."""
    return f"{entity}-{month}"


@transaction.atomic
def close(*, entity: str, month: str, by: Trace, at: datetime) -> AccountingPeriod:
    """
    Close a month: what is told of it later counts in the next one.

    `by.reason` says why, where the checklist is not clear.

    :raises NotFound: if there is no such legal entity.
    :raises MonthUnreadable: if it is not a month.
    :raises NotOver: if the month is not over.
    :raises WrongState: if it is closed.
    :raises NotInOrder: if the month before is open.
    :raises NotValued: if movements wait to be valued.
    :raises ChecklistOpen: if something is open and no reason is given.
    """
    require_month(month)
    lock_mark()
    row = legal_entity.require(entity)
    period = _find_or_open(entity=entity, month=month, by=by, at=at)
    period = lock_for("close", model=AccountingPeriod, number=period.number, steps=STEPS)
    if at.astimezone(ZoneInfo(row.time_zone)).date() <= period.last_day:
        raise NotOver(month=month, last_day=period.last_day.isoformat())
    if row.closed_through is not None and rules.get_month(row.closed_through) != rules.get_month(
        period.first_day - rules.ONE_DAY
    ):
        raise NotInOrder(month=month, closed_through=row.closed_through.isoformat())
    _require_clear(period, by=by, at=at)
    values.close_values(pool=entity, ends_on=period.last_day)
    period.closed_before = row.closed_through
    LegalEntity.objects.filter(code=entity).update(closed_through=period.last_day)
    period.state = State.CLOSED
    period.closed_by, period.closed_at, period.close_reason = by.actor, at, by.reason
    sums = values.sum_values(ValueScope(as_of=period.last_day, pools=[entity]), by="place")
    period.value_minor = sum(it.amount for it in sums)
    period.save()
    TRAIL.note(period, step="close", from_state=State.OPEN, by=by, at=at)
    closed = PeriodClosed(
        message_id=make_message_id("close", number=period.number, at=at),
        occurred_at=at,
        period_number=period.number,
        entity=entity,
        month=month,
        value_minor=period.value_minor,
        currency=row.currency,
        closed_by=by.actor,
        reason=by.reason,
    )
    tell([closed])
    return period


@transaction.atomic
def ask_reopen(*, number: str, by: Trace, at: datetime) -> AccountingPeriod:
    """
    Ask for a month to be reopened; another person has to allow it.

    :raises ReasonMissing: if no reason is given.
    :raises WrongState: if it is not closed, or somebody asked before.
    :raises NotInOrder: if a later month is closed.
    """
    if not by.reason.strip():
        raise ReasonMissing(number=number)
    period = _lock("ask_reopen", number=number)
    _require_last(period)
    period.state = State.REOPENING
    period.reopen_asked_by, period.reopen_reason = by.actor, by.reason
    period.save(update_fields=["state", "reopen_asked_by", "reopen_reason"])
    TRAIL.note(period, step="ask_reopen", from_state=State.CLOSED, by=by, at=at)
    return period


@transaction.atomic
def reopen(*, number: str, by: Trace, at: datetime) -> AccountingPeriod:
    """
    Allow a month to be reopened: from now on documents may count in it again.

    :raises WrongState: if nobody asked.
    :raises OwnApproval: if it was the same person who asked.
    :raises NotInOrder: if a later month is closed.
    """
    lock_mark()
    period = _lock("reopen", number=number)
    if period.reopen_asked_by == by.actor:
        raise OwnApproval(number=number, created_by=period.reopen_asked_by)
    _require_last(period)
    assert values.reopen_values(pool=period.entity, ends_on=period.last_day)
    LegalEntity.objects.filter(code=period.entity).update(closed_through=period.closed_before)
    period.state = State.OPEN
    period.save(update_fields=["state"])
    TRAIL.note(period, step="reopen", from_state=State.REOPENING, by=by, at=at)
    reopened = PeriodReopened(
        message_id=make_message_id("reopen", number=number, at=at),
        occurred_at=at,
        period_number=number,
        entity=period.entity,
        month=period.month,
        asked_by=period.reopen_asked_by,
        allowed_by=by.actor,
        reason=period.reopen_reason,
    )
    tell([reopened])
    return period


@transaction.atomic
def keep_closed(*, number: str, by: Trace, at: datetime) -> AccountingPeriod:
    """
    Refuse to reopen a month.

    :raises WrongState: if nobody asked.
    """
    period = _lock("keep_closed", number=number)
    period.state = State.CLOSED
    period.save(update_fields=["state"])
    TRAIL.note(period, step="keep_closed", from_state=State.REOPENING, by=by, at=at)
    return period


def require_month(month: str) -> None:
    """
    Return quietly when a text is a month.

    :raises MonthUnreadable: if it is not.
    """
    if not rules.is_month(month):
        raise MonthUnreadable(month=month[:16])


def _lock(step: str, *, number: str) -> AccountingPeriod:
    """Lock a month; one that nothing was ever done with is open."""
    if not AccountingPeriod.objects.filter(number=number).exists():
        raise WrongState(number=number, step=step, state=str(State.OPEN))
    return lock_for(step, model=AccountingPeriod, number=number, steps=STEPS)


def _find_or_open(*, entity: str, month: str, by: Trace, at: datetime) -> AccountingPeriod:
    period, _ = AccountingPeriod.objects.get_or_create(
        entity=entity,
        month=month,
        defaults={
            "number": get_number(entity=entity, month=month),
            "created_by": by.actor,
            "created_at": at,
            "first_day": rules.get_first_day(month),
            "last_day": rules.get_last_day(month),
        },
    )
    return period


def _require_clear(period: AccountingPeriod, *, by: Trace, at: datetime) -> None:
    items = checklist.list_items(
        entity=period.entity, first_day=period.first_day, last_day=period.last_day, at=at
    )
    if any(item.code == checklist.NOT_VALUED and item.count for item in items):
        raise NotValued(month=period.month)
    still_open = [item for item in items if item.count]
    if still_open and not by.reason.strip():
        raise ChecklistOpen(month=period.month, items=[item.code for item in still_open])
    period.checklist = [{"code": item.code, "count": item.count} for item in items]


def _require_last(period: AccountingPeriod) -> None:
    entity = LegalEntity.objects.get(code=period.entity)
    if entity.closed_through != period.last_day:
        assert entity.closed_through is not None
        raise NotInOrder(month=period.month, closed_through=entity.closed_through.isoformat())
