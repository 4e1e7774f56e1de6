"""Steps of a change of a limit (限额变更单): create -> approve or reject, or cancel."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from yipan.access.roles import ACTIONS
from yipan.documents import numbers, trail
from yipan.documents.states import lock_for, require_second_person
from yipan.erp.models import LimitChange
from yipan.erp.models.limit_change import LimitChangeState as State
from yipan.erp.rules import adjustment as rules
from yipan.exchange import outbox
from yipan.foundation.limits import Limit, Purpose
from yipan.foundation.refusals import Refusal
from yipan.ledger.moves import Trace
from yipan.masterdata import limits
from yipan.masterdata import queries as masterdata
from yipan.messages.limits import AdjustmentLimitChanged

DOCUMENT_TYPE = "limit_change"
TRAIL = trail.Trail[LimitChange]("erp", DOCUMENT_TYPE, lambda it: (it.site,) if it.site else ())
SOURCE = "erp:hub/masterdata"
SITE_TYPES = ("warehouse", "store")
MAXIMUM_MAX = 10**12
PERCENT_MAX = 10_000

#: From which states may each step be taken?
STEPS = {
    "approve": frozenset({State.SUBMITTED}),
    "reject": frozenset({State.SUBMITTED}),
    "cancel": frozenset({State.SUBMITTED}),
}

#: Purpose to the actions whose roles it may name.
_ACTIONS = {
    Purpose.APPROVE: ("erp.adjustment.decide",),
    Purpose.POST: ("wms.adjust", "pos.adjust"),
}


class LimitUnknown(Refusal):
    """There is no such role, type or site for a limit, or a site does not fit its type."""

    code = "adjustment_limit.unknown"
    status = 422


class LimitNotPlausible(Refusal):
    """A limit needs at least one maximum, none below zero and none larger than anybody handles."""

    code = "adjustment_limit.not_plausible"
    status = 422


class LimitUnchanged(Refusal):
    """That is what holds already."""

    code = "adjustment_limit.unchanged"


class LimitWaits(Refusal):
    """A change of this limit waits for a decision. Decide on it first."""

    code = "adjustment_limit.waits"


class LimitReasonMissing(Refusal):
    """A limit is never changed, and no change is rejected, without a reason."""

    code = "adjustment_limit.reason_missing"
    status = 422


class LimitWider(Refusal):
    """The limit holds at sites that are not yours. Somebody who sees all sites has to set it."""

    code = "adjustment_limit.wider"


def list_roles(purpose: Purpose) -> list[str]:
    """Return the roles a limit of this purpose may name, in the order of the table of roles."""
    found = {role for action in _ACTIONS[purpose] for role in ACTIONS[action]}
    return sorted(role.value for role in found)


@transaction.atomic
def create(
    *,
    limit: Limit,
    is_end: bool = False,
    sites: frozenset[str] | None,
    by: Trace,
    at: datetime,
) -> LimitChange:
    """
    Ask for a limit to be as told, or (`is_end`) to hold no more. Another person has to agree.

    `sites` are those of who asks, None for all: nobody sets a limit beyond them.

    :raises LimitWider: if it would hold at other sites too.
    :raises LimitUnknown: if it names a role, type or site there is none of.
    :raises LimitNotPlausible: if it has no maximum, or one that cannot be.
    :raises LimitUnchanged: if it holds as told already.
    :raises LimitWaits: if another change of it is not decided.
    :raises LimitReasonMissing: if it says no reason.
    """
    _check(limit, is_end=is_end)
    _require_reach(limit, sites)
    if not by.reason.strip():
        raise LimitReasonMissing
    key = {
        "purpose": limit.purpose,
        "role": limit.role,
        "adjustment_type": limit.adjustment_type,
        "site_type": limit.site_type,
        "site": limit.site,
    }
    waiting = LimitChange.objects.filter(state=State.SUBMITTED, **key).first()
    if waiting is not None:
        raise LimitWaits(number=waiting.number)
    _require_change(limit, is_end=is_end)
    change = LimitChange.objects.create(
        number=numbers.give_number(prefix="LM", on=masterdata.get_office_date(at)),
        **key,
        quantity_max=None if is_end else limit.quantity_max,
        value_max_minor=None if is_end else limit.value_max_minor,
        percent_max=None if is_end else limit.percent_max,
        is_end=is_end,
        reason=by.reason,
        created_by=by.actor,
        created_at=at,
    )
    TRAIL.note(change, step="create", from_state="", by=by, at=at)
    return change


@transaction.atomic
def approve(
    *, number: str, sites: frozenset[str] | None, by: Trace, at: datetime, message_id: UUID
) -> LimitChange:
    """
    Let a limit hold from now on, under its next version, and tell the sites what is theirs.

    :raises OwnApproval: if it is who asked for it.
    :raises LimitWider: if it holds at other sites than those of who agrees.
    """
    change = lock_for("approve", model=LimitChange, number=number, steps=STEPS)
    require_second_person(change, actor=by.actor)
    _require_reach(_read(change), sites)
    known = limits.find_limit(_read(change))
    change.version = (known.version if known else 0) + 1
    _decide(change, state=State.APPROVED, by=by, at=at)
    limits.apply_limit(_read(change), is_active=not change.is_end)
    told = change.purpose == Purpose.POST
    if told:
        _tell(change, at=at, message_id=message_id)
    TRAIL.note(
        change,
        step="approve",
        from_state=State.SUBMITTED,
        by=by,
        at=at,
        message_id=message_id if told else None,
    )
    return change


@transaction.atomic
def reject(*, number: str, sites: frozenset[str] | None, by: Trace, at: datetime) -> LimitChange:
    """
    Leave a limit as it is.

    :raises OwnApproval: if it is who asked for the change.
    :raises LimitWider: if it holds at other sites than those of who decides.
    :raises LimitReasonMissing: if it says no reason.
    """
    change = lock_for("reject", model=LimitChange, number=number, steps=STEPS)
    require_second_person(change, actor=by.actor)
    _require_reach(_read(change), sites)
    if not by.reason.strip():
        raise LimitReasonMissing(number=number)
    _decide(change, state=State.REJECTED, by=by, at=at)
    TRAIL.note(change, step="reject", from_state=State.SUBMITTED, by=by, at=at)
    return change


@transaction.atomic
def cancel(*, number: str, by: Trace, at: datetime) -> LimitChange:
    """Give up a change nobody has decided on."""
    change = lock_for("cancel", model=LimitChange, number=number, steps=STEPS)
    change.state = State.CANCELED
    change.save(update_fields=["state"])
    TRAIL.note(change, step="cancel", from_state=State.SUBMITTED, by=by, at=at)
    return change


def _check(limit: Limit, *, is_end: bool) -> None:
    is_known = (
        limit.role in ("", *list_roles(limit.purpose))
        and limit.adjustment_type in {"", *rules.TYPES}
        and limit.site_type in ("", *SITE_TYPES)
    )
    if limit.site:
        site = masterdata.find_sites([limit.site]).get(limit.site)
        is_known = is_known and site is not None and limit.site_type in ("", site.site_type)
    if not is_known:
        raise LimitUnknown(
            role=limit.role,
            adjustment_type=limit.adjustment_type,
            site_type=limit.site_type,
            site=limit.site,
        )
    if is_end:
        return
    maxima: Sequence[tuple[int | None, int]] = (
        (limit.quantity_max, MAXIMUM_MAX),
        (limit.value_max_minor, MAXIMUM_MAX),
        (limit.percent_max, PERCENT_MAX),
    )
    if limit.is_none or any(not 0 <= it <= most for it, most in maxima if it is not None):
        raise LimitNotPlausible


def _require_reach(limit: Limit, sites: frozenset[str] | None) -> None:
    if sites is not None and limit.site not in sites:
        raise LimitWider(site=limit.site)


def _require_change(limit: Limit, *, is_end: bool) -> None:
    held = {it.key: it for it in limits.list_limits(limit.purpose)}.get(limit.key)
    if is_end:
        if held is None:
            raise LimitUnchanged
        return
    if held is not None and (held.quantity_max, held.value_max_minor, held.percent_max) == (
        limit.quantity_max,
        limit.value_max_minor,
        limit.percent_max,
    ):
        raise LimitUnchanged(number=held.number)


def _read(change: LimitChange) -> Limit:
    return Limit(
        purpose=Purpose(change.purpose),
        role=change.role,
        adjustment_type=change.adjustment_type,
        site_type=change.site_type,
        site=change.site,
        quantity_max=change.quantity_max,
        value_max_minor=change.value_max_minor,
        percent_max=change.percent_max,
        number=change.number,
        version=change.version or 0,
    )


def _decide(change: LimitChange, *, state: State, by: Trace, at: datetime) -> None:
    change.state = state
    change.decided_by, change.decided_at, change.decision_note = by.actor, at, by.reason
    change.save()


def _tell(change: LimitChange, *, at: datetime, message_id: UUID) -> None:
    [sequence] = outbox.reserve_numbers(SOURCE)
    outbox.publish(
        AdjustmentLimitChanged(
            message_id=message_id,
            occurred_at=at,
            limit_number=change.number,
            version=change.version or 0,
            role=change.role,
            adjustment_type=change.adjustment_type,
            site_type=change.site_type,
            site=change.site,
            quantity_max=change.quantity_max,
            value_max_minor=change.value_max_minor,
            percent_max=change.percent_max,
            is_active=not change.is_end,
        ),
        source=SOURCE,
        sequence=sequence,
        correlation_id=change.number,
    )
