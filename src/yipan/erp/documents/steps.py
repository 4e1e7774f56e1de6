"""Steps of documents as one table, for who takes many of them at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from yipan.access.actors import Actor
from yipan.documents.base import Document
from yipan.erp.documents.purchasing import purchase_order
from yipan.erp.documents.stock import adjustment
from yipan.erp.documents.transfers import allocation, transfer_order
from yipan.erp.models import Adjustment, Allocation, PurchaseOrder, TransferOrder
from yipan.foundation.ids import make_id
from yipan.foundation.refusals import NotFound, Refusal
from yipan.ledger.moves import Trace


class StepUnknown(Refusal):
    """There is no such step of such a document that can be taken of many at once."""

    code = "document.step_unknown"
    status = 422


@dataclass(frozen=True, kw_only=True, slots=True)
class Taking:
    """A step of one document, by whom and when."""

    number: str
    by: Trace
    at: datetime
    message_id: UUID
    roles: Collection[str] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ManyStep:
    """A step that can be taken of many documents: the action it is, and how it is taken."""

    action: str
    take: Callable[[Taking], Document]


def _decide(step: str) -> Callable[[Taking], Document]:
    def take(it: Taking) -> Document:
        return adjustment.decide(
            number=it.number,
            step=step,
            roles=sorted(it.roles),
            by=it.by,
            at=it.at,
            message_id=it.message_id,
        )

    return take


@dataclass(frozen=True, kw_only=True, slots=True)
class Many:
    """One step of many documents of one type."""

    document_type: str
    step: str
    numbers: Sequence[str]
    by: Trace
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What became of one of many: the state it has then, or why it was refused."""

    number: str
    state: str = ""
    refusal: Refusal | None = None


#: Type of document and step to what it needs and does.
STEPS: Final[Mapping[tuple[str, str], ManyStep]] = {
    ("purchase_order", "approve"): ManyStep(
        action="erp.purchase_order.approve",
        take=lambda it: purchase_order.approve(
            number=it.number, by=it.by, at=it.at, roles=it.roles
        ),
    ),
    ("purchase_order", "send"): ManyStep(
        action="erp.purchase_order.send",
        take=lambda it: purchase_order.send(
            number=it.number, by=it.by, at=it.at, message_id=it.message_id
        ),
    ),
    ("purchase_order", "cancel"): ManyStep(
        action="erp.purchase_order.cancel",
        take=lambda it: purchase_order.cancel(
            number=it.number, by=it.by, at=it.at, message_id=it.message_id
        ),
    ),
    ("transfer_order", "approve"): ManyStep(
        action="erp.transfer_order.approve",
        take=lambda it: transfer_order.approve(number=it.number, by=it.by, at=it.at),
    ),
    ("transfer_order", "release"): ManyStep(
        action="erp.transfer_order.release",
        take=lambda it: transfer_order.release(
            number=it.number, by=it.by, at=it.at, message_id=it.message_id
        ),
    ),
    ("transfer_order", "cancel"): ManyStep(
        action="erp.transfer_order.cancel",
        take=lambda it: transfer_order.cancel(
            number=it.number, by=it.by, at=it.at, message_id=it.message_id
        ),
    ),
    ("allocation", "release"): ManyStep(
        action="erp.allocation.release",
        take=lambda it: allocation.release(
            number=it.number, by=it.by, at=it.at, message_id=it.message_id
        ),
    ),
    ("allocation", "cancel"): ManyStep(
        action="erp.allocation.write",
        take=lambda it: allocation.cancel(number=it.number, by=it.by, at=it.at),
    ),
    ("adjustment", "approve"): ManyStep(action="erp.adjustment.decide", take=_decide("approve")),
    ("adjustment", "reject"): ManyStep(action="erp.adjustment.decide", take=_decide("reject")),
    ("adjustment", "recount"): ManyStep(action="erp.adjustment.decide", take=_decide("recount")),
    ("adjustment", "cancel"): ManyStep(
        action="erp.adjustment.write",
        take=lambda it: adjustment.cancel(number=it.number, by=it.by, at=it.at),
    ),
}

#: Type of document to its table and the fields that name its sites.
_SITES: Final[Mapping[str, tuple[Any, tuple[str, ...]]]] = {
    "purchase_order": (PurchaseOrder, ("site",)),
    "transfer_order": (TransferOrder, ("from_site", "to_site")),
    "allocation": (Allocation, ("from_site",)),
    "adjustment": (Adjustment, ("site",)),
}


def take(document_type: str, step: str, taking: Taking, *, actor: Actor) -> Document:
    """
    Take one step of one document for an actor.

    :raises StepUnknown: if there is no such step.
    :raises Forbidden: if no role of the actor allows it.
    :raises NotFound: if there is no such document at one of the actor's sites.
    """
    found = STEPS.get((document_type, step))
    if found is None:
        raise StepUnknown(document_type=document_type[:32], step=step[:24])
    actor.require(found.action)
    actor.require_any_site(*_list_sites(document_type, taking.number))
    return found.take(taking)


def list_steps(document_type: str, actor: Actor) -> list[str]:
    """Return the steps an actor may take of many documents of a type, in their order."""
    return [
        step
        for (of_type, step), found in STEPS.items()
        if of_type == document_type and actor.may(found.action)
    ]


def take_many(many: Many, *, actor: Actor, is_trial: bool) -> list[Outcome]:
    """
    Take one step of each document, alone, and return what became of each, in order.

    A trial takes them all the same, and keeps nothing: it refuses what the steps would.
    """
    return [_try(many, number, actor=actor, is_trial=is_trial) for number in many.numbers]


def _try(many: Many, number: str, *, actor: Actor, is_trial: bool) -> Outcome:
    taking = Taking(number=number, by=many.by, at=many.at, message_id=make_id(), roles=actor.roles)
    try:
        with transaction.atomic():
            done = take(many.document_type, many.step, taking, actor=actor)
            transaction.set_rollback(is_trial)
    except Refusal as refusal:
        return Outcome(number=number, refusal=refusal)
    return Outcome(number=number, state=str(done.state))


def _list_sites(document_type: str, number: str) -> list[str]:
    model, fields = _SITES[document_type]
    row = model.objects.filter(number=number).values_list(*fields).first()
    if row is None:
        raise NotFound(kind=document_type, id=number)
    return [site for site in row if site]
