"""Many at once: orders, transfers, allocations, adjustments and steps, a result per line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field, ValidationError

from yipan.access.actors import Actor, get_actor
from yipan.access.doors import endpoint
from yipan.documents import bulk
from yipan.documents.bulk import Batch, Line, Result
from yipan.documents.doors import get_trace
from yipan.erp.api.adjustments import AdjustmentIn
from yipan.erp.api.adjustments import read_wanted as read_adjustment
from yipan.erp.api.allocations import AllocationIn
from yipan.erp.api.allocations import read_wanted as read_allocation
from yipan.erp.api.purchase_orders import read_ordered
from yipan.erp.api.schemas import Code, OrderIn
from yipan.erp.api.transfer_schemas import TransferIn
from yipan.erp.api.transfers import read_wanted as read_transfer
from yipan.erp.documents import steps
from yipan.erp.documents.purchasing import purchase_order
from yipan.erp.documents.steps import Taking
from yipan.erp.documents.stock import adjustment
from yipan.erp.documents.transfers import allocation, transfer_order
from yipan.foundation.ids import make_id
from yipan.foundation.refusals import Refusal
from yipan.ledger.moves import Trace

router = Router()


class LineUnreadable(Refusal):
    """A field of the line is missing, of another type, or out of its range."""

    code = "bulk.line_unreadable"
    status = 422


class StepLineIn(Schema):
    """One step of one document, and why it is taken."""

    document_type: Literal["purchase_order", "transfer_order", "allocation", "adjustment"]
    number: Code
    step: Annotated[str, Field(max_length=24)]
    reason: Annotated[str, Field(max_length=200)] = ""


class BulkIn(Schema):
    """
    Lines of one operation, each with an `id` of the caller's and the fields of one document.

    `reject_everything` keeps nothing when one line is refused.
    """

    error_policy: Literal["reject_failed_rows", "reject_everything"] = "reject_failed_rows"
    lines: Annotated[list[dict[str, Any]], Field(min_length=1)]


class LineResultOut(Schema):
    """What became of a line: `ok`, `duplicate` with the first result, or `refused`."""

    id: str
    status: str
    code: str = ""
    facts: dict[str, Any] = {}
    result: dict[str, Any] = {}

    @classmethod
    def of(cls, result: Result) -> LineResultOut:
        """Return what the API tells of a line."""
        return cls(
            id=result.id,
            status=result.status,
            code=result.code,
            facts=dict(result.facts),
            result=dict(result.result),
        )


class BulkOut(Schema):
    """One result per line, in the order they were sent."""

    data: list[LineResultOut]


@dataclass(frozen=True, kw_only=True, slots=True)
class Caller:
    """Who sends the lines, and on what device."""

    actor: Actor
    device: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Operation:
    """What may be done many times in one call: the action it is, a line, and what is done."""

    action: str
    schema: type[Schema]
    take: Callable[[Any, Caller], Mapping[str, Any]]


def _take_order(payload: OrderIn, caller: Caller) -> Mapping[str, Any]:
    caller.actor.require_site(payload.site)
    by = Trace(actor=caller.actor.name, device=caller.device)
    done = purchase_order.create(ordered=read_ordered(payload), by=by, at=timezone.now())
    return {"number": done.number, "state": str(done.state)}


def _take_transfer(payload: TransferIn, caller: Caller) -> Mapping[str, Any]:
    caller.actor.require_site(payload.from_site)
    caller.actor.require_site(payload.to_site)
    by = Trace(actor=caller.actor.name, device=caller.device)
    done = transfer_order.create(wanted=read_transfer(payload), by=by, at=timezone.now())
    return {"number": done.number, "state": str(done.state)}


def _take_allocation(payload: AllocationIn, caller: Caller) -> Mapping[str, Any]:
    caller.actor.require_site(payload.from_site)
    by = Trace(actor=caller.actor.name, device=caller.device)
    done = allocation.create(wanted=read_allocation(payload), by=by, at=timezone.now())
    return {"number": done.number, "state": str(done.state)}


def _take_adjustment(payload: AdjustmentIn, caller: Caller) -> Mapping[str, Any]:
    caller.actor.require_site(payload.site)
    by = Trace(actor=caller.actor.name, device=caller.device)
    done = adjustment.create(wanted=read_adjustment(payload), by=by, at=timezone.now())
    return {"number": done.number, "state": str(done.state)}


def _take_step(payload: StepLineIn, caller: Caller) -> Mapping[str, Any]:
    taking = Taking(
        number=payload.number,
        by=Trace(actor=caller.actor.name, device=caller.device, reason=payload.reason),
        at=timezone.now(),
        message_id=make_id(),
        roles=caller.actor.roles,
    )
    done = steps.take(payload.document_type, payload.step, taking, actor=caller.actor)
    return {"number": done.number, "state": str(done.state)}


OPERATIONS: Final[Mapping[str, Operation]] = {
    "purchase_orders": Operation(
        action="erp.purchase_order.write", schema=OrderIn, take=_take_order
    ),
    "transfers": Operation(
        action="erp.transfer_order.write", schema=TransferIn, take=_take_transfer
    ),
    "allocations": Operation(
        action="erp.allocation.write", schema=AllocationIn, take=_take_allocation
    ),
    "adjustments": Operation(
        action="erp.adjustment.write", schema=AdjustmentIn, take=_take_adjustment
    ),
    "steps": Operation(action="erp.read", schema=StepLineIn, take=_take_step),
}


@router.post("/purchase-orders/bulk", response=BulkOut)
@endpoint(action="erp.purchase_order.write")
def create_purchase_orders(request: HttpRequest, payload: BulkIn) -> BulkOut:
    """Write up to 1,000 drafts of purchase orders, each line one order."""
    return _answer(request, "purchase_orders", payload)


@router.post("/transfers/bulk", response=BulkOut)
@endpoint(action="erp.transfer_order.write")
def create_transfers(request: HttpRequest, payload: BulkIn) -> BulkOut:
    """Write up to 1,000 drafts of transfers, each line one transfer."""
    return _answer(request, "transfers", payload)


@router.post("/allocations/bulk", response=BulkOut)
@endpoint(action="erp.allocation.write")
def create_allocations(request: HttpRequest, payload: BulkIn) -> BulkOut:
    """Share out up to 1,000 allocations, each line one allocation."""
    return _answer(request, "allocations", payload)


@router.post("/adjustments/bulk", response=BulkOut)
@endpoint(action="erp.adjustment.write")
def create_adjustments(request: HttpRequest, payload: BulkIn) -> BulkOut:
    """Raise up to 1,000 adjustments, each line one document."""
    return _answer(request, "adjustments", payload)


@router.post("/documents/steps", response=BulkOut)
@endpoint(action="erp.read")
def take_steps(request: HttpRequest, payload: BulkIn) -> BulkOut:
    """Approve, send, release, decide or cancel up to 1,000 documents; each step is checked."""
    return _answer(request, "steps", payload)


def run(
    operation: str,
    lines: list[dict[str, Any]],
    *,
    caller: Caller,
    rejects_everything: bool = False,
    first: int = 0,
) -> list[Result]:
    """
    Take lines of an operation for a caller, and return a result for each.

    `first` is the place of the first of them among all that were sent.
    """
    found = OPERATIONS[operation]
    actor = caller.actor

    def take(line: Line) -> Mapping[str, Any]:
        return found.take(found.schema.model_validate(line.content), caller)

    return bulk.take_all(
        Batch(
            scope=f"{actor.kind}|{actor.key_id}|{actor.user_id}|{operation}",
            lines=read_lines(operation, lines, first=first),
            rejects_everything=rejects_everything,
        ),
        take=take,
        at=timezone.now(),
    )


def read_lines(operation: str, lines: list[dict[str, Any]], *, first: int = 0) -> list[Line]:
    """
    Return lines with what is wrong with each that cannot be read.

    One without an `id` is told by its place, and refused: sent again it could not be known.
    """
    schema = OPERATIONS[operation].schema
    read = []
    for place, said in enumerate(lines, start=first):
        content = {name: value for name, value in said.items() if name != "id"}
        line_id = str(said.get("id") or "")
        wrong: Refusal | None = None
        if not 0 < len(line_id) <= bulk.ID_LENGTH_MAX:
            line_id = f"#{place}"
            wrong = LineUnreadable(errors=[{"pointer": "/id", "message": "1 to 96 characters"}])
        try:
            schema.model_validate(content)
        except ValidationError as error:
            wrong = LineUnreadable(
                errors=[
                    {"pointer": "/" + "/".join(map(str, it["loc"])), "message": it["msg"]}
                    for it in error.errors()[:20]
                ]
            )
        read.append(Line(id=line_id, content=content, wrong=wrong))
    return read


def _answer(request: HttpRequest, operation: str, payload: BulkIn) -> BulkOut:
    bulk.check(read_lines(operation, payload.lines[: bulk.LINES_MAX + 1]))
    results = run(
        operation,
        payload.lines,
        caller=Caller(actor=get_actor(request), device=get_trace(request).device),
        rejects_everything=payload.error_policy == "reject_everything",
    )
    return BulkOut(data=[LineResultOut.of(it) for it in results])
