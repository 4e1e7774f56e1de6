"""
Runs of stories: asked for, taken by a worker, heard of step by step, and over.

waiting -> running -> done | failed. One runs at a time; whoever wants the same joins it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import Count

from yipan.foundation.ids import make_id
from yipan.foundation.refusals import NotFound, Refusal
from yipan.lab.models import LabFrame, LabRun, RunState
from yipan.simulate.stories import BY_CODE

WAITING_MAX: Final = 12
#: So many runs of a story with one fault are kept, the newest.
KEPT_MAX: Final = 2
#: A run that gave no sign of life for so long was killed.
SILENT_MAX: Final = timedelta(seconds=90)
FRAMES_MAX: Final = 60
DETAIL_LENGTH_MAX: Final = 500
OPEN: Final = (RunState.WAITING, RunState.RUNNING)
KILLED: Final = "lab.killed"
#: Who told the runs that came along with the demo.
TELLER: Final = "recorded"


class LabBusy(Refusal):
    """So many stories wait to be run already that one more would take too long."""

    code = "lab.busy"
    status = 429


@dataclass(frozen=True, kw_only=True, slots=True)
class RunRow:
    """A run as pages show it. `steps` is how many frames it has so far."""

    public_id: str
    story: str
    fault: str
    state: str
    code: str
    detail: str
    scale: int
    steps: int
    created_by: str
    created_at: datetime
    finished_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Return whether it waits or runs."""
        return self.state in OPEN

    @property
    def is_recorded(self) -> bool:
        """Return whether it was told elsewhere and came along with the demo."""
        return self.created_by == TELLER


def start(*, story: str, fault: str, by: str, at: datetime) -> RunRow:
    """
    Ask for a run. Who wants what waits or runs already gets that one.

    :raises LabBusy: if too many wait.
    :raises NotFound: if there is no such story, or the fault does not fit it.
    """
    require_known(story, fault)
    known = _find_open(story, fault)
    if known is not None:
        return _make_row(known)
    if LabRun.objects.filter(state=RunState.WAITING).count() >= WAITING_MAX:
        raise LabBusy(waiting_max=WAITING_MAX)
    try:
        with transaction.atomic():
            run = LabRun.objects.create(
                public_id=f"run_{make_id().hex}",
                story=story,
                fault=fault,
                created_by=by,
                created_at=at,
            )
    except IntegrityError:
        # Somebody else asked for the same in this moment.
        joined = _find_open(story, fault)
        if joined is None:
            raise
        return _make_row(joined)
    return _make_row(run)


def require_known(story: str, fault: str) -> None:
    """
    Return quietly when there is such a story with such a fault.

    :raises NotFound: if there is not.
    """
    if story not in BY_CODE:
        raise NotFound(kind="story", id=story)
    if fault and fault not in BY_CODE[story].faults:
        raise NotFound(kind="fault", id=fault)


def take(*, at: datetime) -> RunRow | None:
    """
    Take the oldest run that waits; None when none does, or another is running.

    A run whose process was killed is failed first, and can be asked for again.
    """
    LabRun.objects.filter(state=RunState.RUNNING, heard_at__lt=at - SILENT_MAX).update(
        state=RunState.FAILED, code=KILLED, finished_at=at
    )
    if LabRun.objects.filter(state=RunState.RUNNING).exists():
        return None
    run = LabRun.objects.filter(state=RunState.WAITING).order_by("id").first()
    if run is None:
        return None
    mine = LabRun.objects.filter(pk=run.pk, state=RunState.WAITING)
    try:
        with transaction.atomic():
            taken = mine.update(state=RunState.RUNNING, started_at=at, heard_at=at)
    except IntegrityError:
        taken = 0
    return get_run(run.public_id) if taken else None  # else another worker was faster


def has_waiting() -> bool:
    """Tell whether a run waits, or may have been left running."""
    return LabRun.objects.filter(state__in=OPEN).exists()


@transaction.atomic
def hear(public_id: str, *, frame: Mapping[str, Any], scale: int, at: datetime) -> None:
    """Keep the next frame of a run."""
    run = LabRun.objects.select_for_update().get(public_id=public_id)
    place = run.frames.count()
    assert place < FRAMES_MAX, "a story goes on for ever"
    LabFrame.objects.create(run=run, place=place, data=dict(frame))
    run.scale, run.heard_at = scale, at
    run.save(update_fields=["scale", "heard_at"])


@transaction.atomic
def finish(public_id: str, *, at: datetime) -> None:
    """End a run that told its story to the end; older ones of its kind make room."""
    run = LabRun.objects.select_for_update().get(public_id=public_id)
    run.state, run.finished_at = RunState.DONE, at
    run.save(update_fields=["state", "finished_at"])
    kept = (
        LabRun.objects.filter(story=run.story, fault=run.fault, state=RunState.DONE)
        .order_by("-id")
        .values_list("id", flat=True)[:KEPT_MAX]
    )
    old = LabRun.objects.filter(story=run.story, fault=run.fault).exclude(state__in=OPEN)
    old.exclude(id__in=list(kept)).delete()


def fail(public_id: str, *, code: str, detail: str, at: datetime) -> None:
    """End a run that could not be told to the end."""
    LabRun.objects.filter(public_id=public_id).update(
        state=RunState.FAILED, code=code, detail=detail[:DETAIL_LENGTH_MAX], finished_at=at
    )


def find_newest(*, story: str, fault: str) -> RunRow | None:
    """Return the newest run of a kind that can be played; None when there is none."""
    run = LabRun.objects.filter(story=story, fault=fault, state=RunState.DONE).order_by("-id")
    found = run.first()
    return None if found is None else _make_row(found)


def find_last(*, story: str, fault: str) -> RunRow | None:
    """Return the last run of a kind, in whatever state; None when there was none."""
    found = LabRun.objects.filter(story=story, fault=fault).order_by("-id").first()
    return None if found is None else _make_row(found)


def get_run(public_id: str) -> RunRow:
    """
    Return one run.

    :raises NotFound: if there is none of this name.
    """
    found = LabRun.objects.filter(public_id=public_id).first()
    if found is None:
        raise NotFound(kind="run", id=public_id)
    return _make_row(found)


def list_played() -> dict[tuple[str, str], RunRow]:
    """Return (story, fault) to the newest run of it that can be played."""
    found = LabRun.objects.filter(state=RunState.DONE).order_by("id")
    counted = found.annotate(counted=Count("frames"))
    return {(run.story, run.fault): _make_row(run, steps=run.counted) for run in counted}


def list_frames(public_id: str, *, places: Collection[int] | None = None) -> list[dict[str, Any]]:
    """Return frames of a run in their order: all of them, or those of some places."""
    query = LabFrame.objects.filter(run__public_id=public_id)
    if places is not None:
        query = query.filter(place__in=places)
    return list(query.order_by("place").values_list("data", flat=True)[:FRAMES_MAX])


def list_beats(public_id: str) -> list[tuple[str, str]]:
    """Return text and kind of each step of a run, in their order."""
    rows = LabFrame.objects.filter(run__public_id=public_id).order_by("place")
    return list(rows.values_list("data__text", "data__kind")[:FRAMES_MAX])


def _find_open(story: str, fault: str) -> LabRun | None:
    return LabRun.objects.filter(story=story, fault=fault, state__in=OPEN).order_by("-id").first()


def _make_row(run: LabRun, *, steps: int | None = None) -> RunRow:
    return RunRow(
        public_id=run.public_id,
        story=run.story,
        fault=run.fault,
        state=run.state,
        code=run.code,
        detail=run.detail,
        scale=run.scale,
        steps=run.frames.count() if steps is None else steps,
        created_by=run.created_by,
        created_at=run.created_at,
        finished_at=run.finished_at,
    )
