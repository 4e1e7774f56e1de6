"""Keeps live trade going while its switch is on: a process of its own (`config.lab_people`)."""

from __future__ import annotations

import json
import subprocess
import threading
import time
from collections.abc import Mapping
from datetime import datetime
from typing import IO, Final

import structlog

from yipan.config import lab_processes
from yipan.lab import live
from yipan.lab.live import LiveRow

log = structlog.get_logger(__name__)

#: Shoppers give way to those who look at what they do.
NICENESS: Final = 5
STOP_SECONDS_MAX: Final = 5.0
#: After a failure, so long before it is tried again.
REST_SECONDS: Final = 10.0


class Keeper:
    """Looks at the switch, and starts or ends the process. For one thread of the worker."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._speed = 0
        self._counted: Mapping[str, int] = {}
        self._said: list[str] = []
        self._try_at = 0.0

    def look(self, *, at: datetime) -> int:
        """Do what the switch says. Always return 0: the next look has time."""
        switch = live.find_switch()
        if switch is None or not switch.is_wanted(at=at):
            self.end()
            if switch is not None and switch.is_on:
                live.switch_off(by="clock", at=at)
            return 0
        self._keep(switch, at=at)
        return 0

    def end(self) -> None:
        """End the process, if there is one; what it began, it finishes."""
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None
        process.stdin.close()
        try:
            process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _keep(self, switch: LiveRow, *, at: datetime) -> None:
        if self._process is not None and self._process.poll() is not None:
            trouble = self._said[-1] if self._said else f"it ended with {self._process.returncode}"
            log.warning("lab.live_failed", trouble=trouble)
            live.complain(trouble=trouble, at=at)
            self._process, self._try_at = None, time.monotonic() + REST_SECONDS
        if self._process is not None and self._speed != switch.speed:
            self.end()
        if self._process is not None:
            if self._counted:
                live.hear(counted=self._counted, at=at)
        elif time.monotonic() >= self._try_at:
            self._start(switch.speed)

    def _start(self, speed: int) -> None:
        process = lab_processes.start(
            "yipan.config.lab_people", str(speed), niceness=NICENESS, stdin=subprocess.PIPE
        )
        assert process.stdout is not None
        assert process.stderr is not None
        self._process, self._speed, self._counted, self._said = process, speed, {}, []
        for target, pipe in ((self._hear, process.stdout), (self._read_trouble, process.stderr)):
            threading.Thread(target=target, args=(pipe,), daemon=True).start()

    def _hear(self, pipe: IO[str]) -> None:
        for line in pipe:
            self._counted = json.loads(line)

    def _read_trouble(self, pipe: IO[str]) -> None:
        for line in pipe:
            if line.strip():
                self._said.append(line.strip())
                del self._said[:-20]
