"""
Runs of all stories as they were told once, shipped so that a demo can play them at once.

`recorded.json.gz` holds frames alone: codes and numbers, no words. It is made by
`python -m tests.lab.writing ADDRESS`, and a test tells the stories anew and compares.
"""

from __future__ import annotations

import gzip
import json
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.db import transaction

from yipan.foundation.ids import make_id
from yipan.lab.models import LabFrame, LabRun, RunState
from yipan.lab.recording import BOXES_MAX
from yipan.lab.runs import TELLER

RECORDED: Final = Path(__file__).with_name("recorded.json.gz")

Frames = list[dict[str, Any]]


def read_recorded() -> dict[tuple[str, str], Frames]:
    """Return (story, fault) to the frames that were written down, in their order."""
    rows = json.loads(gzip.decompress(RECORDED.read_bytes()))
    return {(row["story"], row["fault"]): row["frames"] for row in rows}


def get_scale(frames: Frames) -> int:
    """Return how many pieces a box of the picture stands for, in a run that is over."""
    piles = [pile for frame in frames for pile in frame["places"].values()]
    most = max((count for pile in piles for count in pile.values()), default=0)
    return max(1, -(-most // BOXES_MAX))


@transaction.atomic
def keep_recorded(*, at: datetime) -> int:
    """
    Keep a run of every story and fault nobody asked for here yet; return how many.

    A second time nothing is left to keep.
    """
    known = set(LabRun.objects.values_list("story", "fault"))
    told = {pair: frames for pair, frames in read_recorded().items() if pair not in known}
    runs = LabRun.objects.bulk_create(
        LabRun(
            public_id=f"run_{make_id().hex}",
            story=story,
            fault=fault,
            state=RunState.DONE,
            scale=get_scale(frames),
            created_by=TELLER,
            created_at=at,
            started_at=at,
            heard_at=at,
            finished_at=at,
        )
        for (story, fault), frames in told.items()
    )
    LabFrame.objects.bulk_create(
        LabFrame(run=run, place=place, data=frame)
        for run in runs
        for place, frame in enumerate(told[run.story, run.fault])
    )
    return len(runs)
