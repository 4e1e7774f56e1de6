"""Runs of the lab: who gets which, one at a time, and what becomes of a killed one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.retailer import NOON
from yipan.foundation.refusals import NotFound
from yipan.lab import runs
from yipan.lab.models import LabFrame, LabRun

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(seconds=10)


def start(story: str = "purchase", fault: str = "", by: str = "ann") -> str:
    return runs.start(story=story, fault=fault, by=by, at=NOON).public_id


def a_frame(**changes: Any) -> dict[str, Any]:
    return {"text": "purchase.before", "kind": "act", **changes}


def test_two_people_who_want_the_same_story_get_the_same_run() -> None:
    first = start(by="ann")

    assert start(by="ben") == first
    assert start(fault="lost", by="ben") != first
    assert LabRun.objects.count() == 2


def test_one_runs_at_a_time_the_oldest_first() -> None:
    first, second = start(), start("offline")

    taken = runs.take(at=NOON)
    assert taken is not None
    assert taken.public_id == first
    assert runs.take(at=LATER) is None
    # Who asks again while it runs joins it.
    assert start(by="ben") == first

    runs.finish(first, at=LATER)
    taken = runs.take(at=LATER)
    assert taken is not None
    assert taken.public_id == second


def test_frames_are_kept_in_their_order_and_played_by_place() -> None:
    run = start()
    runs.take(at=NOON)
    for number in range(3):
        runs.hear(run, frame=a_frame(at=number), scale=number + 1, at=LATER)
    assert runs.find_newest(story="purchase", fault="") is None
    runs.finish(run, at=LATER)

    played = runs.find_newest(story="purchase", fault="")
    assert played is not None
    assert (played.steps, played.scale) == (3, 3)
    assert [frame["at"] for frame in runs.list_frames(run, places=[1])] == [1]
    assert runs.list_beats(run) == [("purchase.before", "act")] * 3


def test_a_killed_run_is_failed_and_may_be_begun_again() -> None:
    run = start()
    runs.take(at=NOON)
    runs.hear(run, frame=a_frame(), scale=1, at=NOON)

    # Nobody heard of it for two minutes: the next look finds that out.
    assert runs.take(at=NOON + timedelta(minutes=2)) is None

    failed = runs.get_run(run)
    assert (failed.state, failed.code) == ("failed", "lab.killed")
    again = start()
    assert again != run
    taken = runs.take(at=NOON + timedelta(minutes=2))
    assert taken is not None
    assert taken.public_id == again


def test_only_the_newest_runs_of_a_kind_are_kept() -> None:
    for number in range(4):
        run = start()
        runs.take(at=NOON)
        runs.hear(run, frame=a_frame(at=number), scale=1, at=NOON)
        runs.finish(run, at=LATER)

    assert LabRun.objects.count() == runs.KEPT_MAX
    assert sorted(LabFrame.objects.values_list("data__at", flat=True)) == [2, 3]


def test_a_story_nobody_knows_and_a_fault_that_does_not_fit_are_not_found() -> None:
    with pytest.raises(NotFound):
        start("nothing")
    with pytest.raises(NotFound):
        start("purchase", fault="stolen")
    assert LabRun.objects.exists() is False


def test_too_many_that_wait_are_refused() -> None:
    pairs = [
        ("purchase", ""), ("purchase", "lost"), ("purchase", "doubled"), ("purchase", "late"),
        ("in_transit", ""), ("in_transit", "all"), ("in_transit", "lost"), ("sample", ""),
        ("sample", "stolen"), ("sample", "written"), ("late", ""), ("late", "adjusted"),
    ]  # fmt: skip
    assert len(pairs) == runs.WAITING_MAX
    for story, fault in pairs:
        start(story, fault=fault)

    with pytest.raises(runs.LabBusy):
        start("offline")
    # What waits already is joined all the same.
    assert start("late", fault="adjusted")
    assert LabRun.objects.count() == runs.WAITING_MAX
