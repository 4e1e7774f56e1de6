"""Runs of the scenario lab, each told by a process of its own so that nothing here is touched."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import IO, Any, Final

import structlog

from yipan.config import lab_processes
from yipan.lab import runs

log = structlog.get_logger(__name__)

SECONDS_MAX: Final = 240.0
#: Stories are for looking at: real work goes first.
NICENESS: Final = 10


class StoryFailed(Exception):
    """The process that told a story said why it cannot go on, or ended without saying."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code} {detail}")
        self.code, self.detail = code, detail


def run_next(*, clock: Callable[[], datetime]) -> int:
    """Run the oldest story that waits; return 1, or 0 when none does."""
    if not runs.has_waiting():
        return 0
    run = runs.take(at=clock())
    if run is None:
        return 0
    try:
        for line in tell(run.story, run.fault):
            runs.hear(run.public_id, frame=line["frame"], scale=line["scale"], at=clock())
        runs.finish(run.public_id, at=clock())
    except StoryFailed as failed:
        log.warning("lab.run_failed", story=run.story, fault=run.fault, code=failed.code)
        runs.fail(run.public_id, code=failed.code, detail=failed.detail, at=clock())
    except BaseException:
        runs.fail(run.public_id, code=runs.KILLED, detail="", at=clock())
        raise
    return 1


def tell(story: str, fault: str) -> Iterator[Mapping[str, Any]]:
    """
    Yield what the process of a story says: `frame` and `scale`, step by step.

    :raises StoryFailed: if it does not come to its end.
    """
    told = [story, fault] if fault else [story]
    with lab_processes.start("yipan.config.lab_story", *told, niceness=NICENESS) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        said: list[str] = []
        reading = threading.Thread(target=_read_all, args=(process.stderr, said), daemon=True)
        reading.start()
        limit = threading.Timer(SECONDS_MAX, process.kill)
        limit.start()
        try:
            for text in process.stdout:
                line = json.loads(text)
                if "failed" in line:
                    raise StoryFailed(line["failed"], line["detail"])
                yield line
            status = process.wait()
        finally:
            limit.cancel()
            if process.poll() is None:
                process.terminate()
        reading.join(timeout=1)
    if status != 0:
        raise StoryFailed("lab.process_ended", f"{status} {''.join(said)[-400:]}".strip())


def _read_all(stream: IO[str], said: list[str]) -> None:
    said.append(stream.read())
