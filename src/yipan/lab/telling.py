"""Tell a story on some systems and take a frame of each of its beats."""

from __future__ import annotations

from collections.abc import Iterator

from yipan.lab.recording import Frame, Recorder, Troubles
from yipan.simulate.stories import BY_CODE
from yipan.simulate.stories.stage import Stage
from yipan.simulate.systems import Systems


def tell(
    code: str, *, fault: str, systems: Systems, troubles: Troubles
) -> Iterator[tuple[Frame, int]]:
    """
    Yield each frame of a story, and the scale of its picture as far as it is told.

    :raises StoryStuck: if a door refuses what the story needs.
    """
    story = BY_CODE[code]
    assert fault == "" or fault in story.faults, fault
    stage = Stage(systems, fault=fault)
    recorder = Recorder(story, stage, troubles=troubles)
    for beat in story.tell(stage):
        yield recorder.take(beat), recorder.scale
