"""
Steps of a proposal (建议单): the plan opens, changes and withdraws; people choose, approve, refuse.

What is approved is told to the hub, a message for each document it should make. Its number comes
back by message, and so does its end.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from django.db import transaction

from yipan.documents import trail
from yipan.documents.states import lock_for
from yipan.exchange import outbox
from yipan.foundation.refusals import Refusal
from yipan.ledger.moves import Trace
from yipan.messages.base import Message
from yipan.messages.planning import PlannedLine, PurchaseApproved, TransferApproved
from yipan.planning.models import Proposal
from yipan.planning.models.proposal import ProposalKind
from yipan.planning.models.proposal import ProposalState as State
from yipan.pool.queries.supplies import list_open_documents, list_told_documents

DOCUMENT_TYPE: Final = "proposal"
TRAIL = trail.Trail[Proposal]("planning", DOCUMENT_TYPE, lambda it: (it.site,))
PREFIX: Final = "PP"
#: The stream in which planning tells the hub what was approved.
SOURCE: Final = "planning:hub/approvals"
SYSTEM: Final = Trace(actor="planning")
PROPOSALS_AT_ONCE_MAX: Final = 1_000
QUANTITY_MAX: Final = 9_999_999

#: From which states may each step be taken?
STEPS: Final = {
    "choose": frozenset({State.OPEN}),
    "approve": frozenset({State.OPEN}),
    "refuse": frozenset({State.OPEN}),
    "withdraw": frozenset({State.OPEN}),
    "order": frozenset({State.APPROVED}),
    "close": frozenset({State.APPROVED, State.ORDERED}),
}


class NothingChosen(Refusal):
    """Choose at least one proposal, and not more than are decided at once."""

    code = "planning.nothing_chosen"
    status = 422


class QuantityUnusable(Refusal):
    """A proposal orders at least one, and not more than anybody handles."""

    code = "planning.quantity_unusable"
    status = 422


class ReasonMissing(Refusal):
    """Say in a few words why a proposal is refused, so that the plan can be made better."""

    code = "planning.reason_missing"
    status = 422


class ProposalChanged(Refusal):
    """The plan changed this proposal since you looked at it; look at it again."""

    code = "planning.proposal_changed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Approved:
    """How many proposals were approved, and how many documents the hub was asked for."""

    proposals: int
    documents: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Settled:
    """How many quantities of a grid were changed, and how many stores were left out."""

    changed: int
    left_out: int


@transaction.atomic
def choose(
    *, number: str, quantity: int | None, by: Trace, at: datetime, version: int | None = None
) -> Proposal:
    """
    Choose another quantity than the plan's; None takes the plan's again.

    :raises QuantityUnusable: if it is not between 1 and the maximum.
    :raises ProposalChanged: if the plan changed it since `version`.
    :raises WrongState: if it was decided before.
    """
    if quantity is not None and not 0 < quantity <= QUANTITY_MAX:
        raise QuantityUnusable(quantity=quantity, maximum=QUANTITY_MAX)
    proposal = lock_for("choose", model=Proposal, number=number, steps=STEPS)
    if version is not None and proposal.version != version:
        raise ProposalChanged(number=number, current_version=proposal.version)
    proposal.quantity_chosen = None if quantity == proposal.quantity else quantity
    proposal.version += 1
    proposal.changed_at = at
    proposal.save(update_fields=["quantity_chosen", "version", "changed_at"])
    _note(proposal, "choose", before=State.OPEN, by=by, at=at)
    return proposal


@transaction.atomic
def approve(*, numbers: Collection[str], by: Trace, at: datetime, message_id: UUID) -> Approved:
    """
    Approve proposals, all or none, and ask the hub for their documents.

    One purchase order per supplier and site, one transfer per way and kind. What they become goes
    its usual way: a purchase order waits for its own approval, a transfer is released at once.

    :raises NothingChosen: if there are none, or too many.
    :raises WrongState: if one was decided before.
    """
    proposals = _lock(numbers, step="approve")
    groups: dict[tuple[str, str, str], list[Proposal]] = {}
    for proposal in proposals:
        groups.setdefault((proposal.kind, proposal.source, proposal.site), []).append(proposal)
    for key in sorted(groups):
        group = groups[key]
        approval = group[0].number
        for proposal in group:
            proposal.state = State.APPROVED
            proposal.approval_number = approval
            _decide(proposal, step="approve", by=by, at=at)
        _tell(_write_message(group, by=by, at=at, message_id=uuid5(message_id, approval)))
    return Approved(proposals=len(proposals), documents=len(groups))


@transaction.atomic
def refuse(*, numbers: Collection[str], by: Trace, at: datetime) -> int:
    """
    Refuse proposals, with a reason (`by.reason`); the plan asks again at the next review.

    :raises NothingChosen: if there are none, or too many.
    :raises ReasonMissing: if it is not said why.
    :raises WrongState: if one was decided before.
    """
    if len(by.reason.strip()) < 3:
        raise ReasonMissing
    proposals = _lock(numbers, step="refuse")
    for proposal in proposals:
        proposal.state = State.REFUSED
        _decide(proposal, step="refuse", by=by, at=at)
    return len(proposals)


@transaction.atomic
def settle(
    *,
    quantities: Mapping[str, int],
    is_approved: bool,
    by: Trace,
    at: datetime,
    message_id: UUID,
) -> Settled:
    """
    Take over the quantities of a grid, all or none; approve them when that was asked for.

    `quantities` maps numbers to what is ordered of each. One of nothing is refused: its store is
    left out, with `by.reason` as the reason. Those left as they are change nothing.

    :raises NothingChosen: if there are none, or too many.
    :raises QuantityUnusable: if one is negative or beyond the maximum.
    :raises ReasonMissing: if one is left out and it is not said why.
    :raises WrongState: if one was decided before.
    """
    standing = {it.number: it for it in _lock(quantities, step="choose")}
    left_out = [number for number in standing if not quantities[number]]
    kept = [number for number in standing if quantities[number]]
    changed = [number for number in kept if quantities[number] != standing[number].quantity_final]
    for number in changed:
        choose(number=number, quantity=quantities[number], by=replace(by, reason=""), at=at)
    if left_out:
        refuse(numbers=left_out, by=by, at=at)
    if is_approved and kept:
        approve(numbers=kept, by=replace(by, reason=""), at=at, message_id=message_id)
    return Settled(changed=len(changed), left_out=len(left_out))


@transaction.atomic
def note_document(
    *, numbers: Sequence[str], document_type: str, document_number: str, at: datetime
) -> None:
    """Note which document the hub made of proposals. Safe to repeat."""
    rows = Proposal.objects.select_for_update().filter(number__in=numbers, state=State.APPROVED)
    for proposal in rows.order_by("id"):
        proposal.state = State.ORDERED
        proposal.document_type = document_type
        proposal.document_number = document_number
        proposal.save(update_fields=["state", "document_type", "document_number"])
        _note(proposal, "order", before=State.APPROVED, by=SYSTEM, at=at)


@transaction.atomic
def end_document(*, document_number: str, at: datetime) -> None:
    """Close the proposals whose document came to its end. Safe to repeat."""
    rows = Proposal.objects.select_for_update().filter(
        document_number=document_number, state=State.ORDERED
    )
    for proposal in rows.order_by("id"):
        proposal.state = State.CLOSED
        proposal.save(update_fields=["state"])
        _note(proposal, "close", before=State.ORDERED, by=SYSTEM, at=at)


def settle_transfers(*, at: datetime) -> int:
    """
    Close the proposals whose transfer has nothing more to come; return how many documents ended.

    The hub tells of purchase orders; of transfers the pool knows what is still to come. Safe to
    repeat.
    """
    waiting = Proposal.objects.filter(state=State.ORDERED, document_type="transfer_order")
    numbers = set(waiting.values_list("document_number", flat=True))
    told = {number for number, _ in list_told_documents(numbers)}
    ended = sorted(told - list_open_documents(numbers))
    for number in ended:
        end_document(document_number=number, at=at)
    return len(ended)


def _lock(numbers: Collection[str], *, step: str) -> list[Proposal]:
    wanted = sorted(set(numbers))
    if not 0 < len(wanted) <= PROPOSALS_AT_ONCE_MAX:
        raise NothingChosen(proposals=len(wanted), maximum=PROPOSALS_AT_ONCE_MAX)
    return [lock_for(step, model=Proposal, number=it, steps=STEPS) for it in wanted]


def _decide(proposal: Proposal, *, step: str, by: Trace, at: datetime) -> None:
    proposal.decided_by = by.actor
    proposal.decided_at = at
    proposal.decision_note = by.reason[:200]
    proposal.version += 1
    proposal.save()
    _note(proposal, step, before=State.OPEN, by=by, at=at)


def _write_message(
    group: Sequence[Proposal], *, by: Trace, at: datetime, message_id: UUID
) -> Message:
    first = group[0]
    lines = tuple(
        PlannedLine(proposal=it.number, sku=it.sku, quantity=it.quantity_final)
        for it in sorted(group, key=lambda it: it.sku)
    )
    arrives = max(it.arrives_on for it in group).isoformat()
    shared: Mapping[str, str] = {
        "approval_number": first.approval_number,
        "approved_by": by.actor,
        "note": by.reason,
    }
    if first.kind == ProposalKind.PURCHASE:
        return PurchaseApproved(
            message_id=message_id,
            occurred_at=at,
            supplier=first.source,
            site=first.site,
            lines=lines,
            expected_on=arrives,
            **shared,
        )
    return TransferApproved(
        message_id=message_id,
        occurred_at=at,
        from_site=first.source,
        to_site=first.site,
        reason=first.kind,
        lines=lines,
        due_on=arrives,
        **shared,
    )


def _tell(message: Message) -> None:
    [sequence] = outbox.reserve_numbers(SOURCE)
    outbox.publish(message, source=SOURCE, sequence=sequence, correlation_id=message.get_subject())


def _note(proposal: Proposal, step: str, *, before: str, by: Trace, at: datetime) -> None:
    TRAIL.note(proposal, step=step, from_state=before, by=by, at=at)
