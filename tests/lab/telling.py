"""
Runs of stories for tests: told for real, or as they were told once and written down.

`yipan.lab.recorded` holds runs of the very stories, made by `python -m tests.lab.writing ADDRESS`
(of the owner of a PostgreSQL). `test_stories.py` tells stories anew and compares, so that what is
written down cannot grow old.
"""

from __future__ import annotations

import gzip
import json
from datetime import timedelta

from tests.retailer import NOON
from yipan.config.lab_story import open_stage
from yipan.lab import runs
from yipan.lab.recorded import RECORDED, Frames, get_scale, read_recorded
from yipan.lab.telling import tell
from yipan.simulate.stories import STORIES

#: Each story is written down without a fault, and with every fault that fits it.
PAIRS = tuple((story.code, fault) for story in STORIES for fault in ("", *story.faults))


def tell_story(address: str, code: str, fault: str) -> Frames:
    """Tell a story over a scratch database on the server of `address`; return its frames."""
    with open_stage(address) as systems:

        def list_troubles() -> dict[tuple[str, int], str]:
            return {(hit.source, hit.sequence): hit.trouble for hit in systems.lines.hits}

        told = tell(code, fault=fault, systems=systems, troubles=list_troubles)
        frames = [dict(frame) for frame, _scale in told]
        assert systems.faults == []
        assert systems.lines.faults == []
        return json.loads(json.dumps(frames))  # type: ignore[no-any-return]


def keep_recorded(code: str, fault: str = "") -> str:
    """Keep a written run as one that was told here; return its name."""
    frames = read_recorded()[code, fault]
    run = runs.start(story=code, fault=fault, by="somebody", at=NOON).public_id
    taken = runs.take(at=NOON)
    assert taken is not None
    assert taken.public_id == run
    for place, frame in enumerate(frames):
        at = NOON + timedelta(seconds=place)
        runs.hear(run, frame=frame, scale=get_scale(frames), at=at)
    runs.finish(run, at=NOON + timedelta(minutes=1))
    return run


def write_recorded(address: str) -> None:
    """Tell all stories, and write their runs down."""
    rows = [
        {"story": code, "fault": fault, "frames": tell_story(address, code, fault)}
        for code, fault in PAIRS
    ]
    text = json.dumps(rows, separators=(",", ":"), sort_keys=True)
    RECORDED.write_bytes(gzip.compress(text.encode(), mtime=0))
