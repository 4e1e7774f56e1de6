"""The trail (单据轨迹) of a document: every step it took, by whom, on what, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, NamedTuple, Protocol, TypeVar
from uuid import UUID

from yipan.documents.models import TrailStep
from yipan.ledger.moves import Trace

STEPS_LISTED_MAX = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """
    A step of a document. `from_state` is empty for the first one.

    `message_id` is the message that brought the step, or told of it. `system` is whose document
    it is (`erp`, `wms`, `pos`), `sites` are those it is about: who sees one of them may hear of
    the step. Without a site it is the company's, and only who sees all sites hears of it.
    """

    document_type: str
    number: str
    step: str
    to_state: str
    at: datetime
    from_state: str = ""
    actor: str = ""
    device: str = ""
    reason: str = ""
    message_id: UUID | None = None
    system: str = ""
    sites: tuple[str, ...] = ()


class Paper(Protocol):
    """A document, as far as its trail goes."""

    @property
    def number(self) -> str:
        """Return its number."""

    @property
    def state(self) -> str:
        """Return where it stands."""


P = TypeVar("P", bound=Paper)


def _list_no_sites(document: Paper) -> tuple[str, ...]:  # noqa: ARG001  the company's, as all are
    return ()


@dataclass(frozen=True)
class Trail(Generic[P]):
    """
    The trail of all documents of one type. A module of verbs makes one, and notes each step.

    `list_sites` says of a document which sites it is about, as `Step.sites` means it.
    """

    system: str
    document_type: str
    list_sites: Callable[[P], Iterable[str]] = _list_no_sites

    def note(
        self,
        document: P,
        *,
        step: str,
        by: Trace,
        at: datetime,
        from_state: str = "",
        message_id: UUID | None = None,
    ) -> None:
        """Write down that a document took a step from `from_state` to where it stands now."""
        record(
            self.make_step(
                document, step=step, by=by, at=at, from_state=from_state, message_id=message_id
            )
        )

    def make_step(
        self,
        document: P,
        *,
        step: str,
        by: Trace,
        at: datetime,
        from_state: str = "",
        message_id: UUID | None = None,
    ) -> Step:
        """Return the step that `note` writes, for many to be written at once."""
        return Step(
            document_type=self.document_type,
            system=self.system,
            sites=tuple(self.list_sites(document)),
            number=document.number,
            step=step,
            from_state=from_state,
            to_state=document.state,
            actor=by.actor,
            device=by.device,
            at=at,
            reason=by.reason,
            message_id=message_id,
        )


def record(step: Step) -> None:
    """Write a step down, in the transaction that takes it."""
    record_many([step])


def record_many(steps: list[Step]) -> None:
    """Write many steps down at once, in their order."""
    TrailStep.objects.bulk_create(
        [
            TrailStep(
                document_type=step.document_type,
                number=step.number,
                step=step.step,
                from_state=step.from_state,
                to_state=step.to_state,
                actor=step.actor,
                device=step.device,
                at=step.at,
                reason=step.reason,
                message_id=step.message_id,
                system=step.system,
                sites=sorted({site for site in step.sites if site}),
            )
            for step in steps
        ]
    )


def list_steps(*, document_type: str, number: str) -> list[Step]:
    """Return the steps of a document in the order they were written, at most 500."""
    rows = TrailStep.objects.filter(document_type=document_type, number=number).order_by("id")
    return [_read(row) for row in rows[:STEPS_LISTED_MAX]]


def count_steps(*, document_type: str, number: str, step: str) -> int:
    """Return how often a document took one step."""
    rows = TrailStep.objects.filter(document_type=document_type, number=number, step=step)
    return rows.count()


class Latest(NamedTuple):
    """The number of a step, whose document took it, and where."""

    id: int
    system: str
    sites: tuple[str, ...]


def list_latest_steps(*, after: int | None, limit: int = STEPS_LISTED_MAX) -> list[Latest]:
    """
    Return the steps written behind the one numbered `after`, the last `limit` of them, in order.

    With None, the very last one alone: where to go on from.
    """
    query = TrailStep.objects.order_by("-id").values_list("id", "system", "sites")
    rows = query[:1] if after is None else query.filter(id__gt=after)[:limit]
    return [Latest(row[0], row[1], tuple(row[2])) for row in reversed(rows)]


def get_last_id() -> int:
    """Return the id of the step written last; 0 when there is none."""
    return TrailStep.objects.order_by("-id").values_list("id", flat=True).first() or 0


def list_after(last_id: int, *, limit: int = STEPS_LISTED_MAX) -> list[Step]:
    """Return the steps of all documents written behind one, in their order."""
    assert 0 < limit <= STEPS_LISTED_MAX
    return [_read(row) for row in TrailStep.objects.filter(id__gt=last_id).order_by("id")[:limit]]


def _read(row: TrailStep) -> Step:
    return Step(
        document_type=row.document_type,
        number=row.number,
        step=row.step,
        from_state=row.from_state,
        to_state=row.to_state,
        actor=row.actor,
        device=row.device,
        at=row.at,
        reason=row.reason,
        message_id=row.message_id,
        system=row.system,
        sites=tuple(row.sites),
    )
