"""The processes that serve: what each is started with, and how it is kept alive."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import structlog

from yipan.config.embedded.children import end_process, start_child, wait_until
from yipan.config.home import Home

log = structlog.get_logger()

BACKOFF_SECONDS = (0.0, 0.1, 0.5, 2.0, 5.0)
#: A process that lived this long was sound: the next restart is at once again.
SOUND_SECONDS = 30.0
STOP_SECONDS_MAX = 20.0
LOG_BYTES_MAX = 10 * 1024 * 1024
THREADS_PER_WEB_WORKER = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class Program:
    """What to start. `marker` tells its command line from any other."""

    name: str
    command: Sequence[str]
    marker: str


def list_programs(*, host: str, port: int, roles: Sequence[str] = ()) -> list[Program]:
    """
    Return the programs of this node; those whose module is not installed are left out.

    The fastlane listens one port above the web. `roles` are taken for site nodes, which
    run the same programs: what they serve is decided by the settings.
    """
    del roles
    granian = (sys.executable, "-m", "granian", "--host", host, "--no-ws")
    web = (
        *(*granian, "--interface", "wsgi", "--port", str(port)),
        *("--workers", str(count_web_workers()), "--respawn-failed-workers"),
        *("--blocking-threads", str(THREADS_PER_WEB_WORKER), "--workers-kill-timeout", "5"),
    )
    fastlane = (
        *(*granian, "--interface", "asgi", "--port", str(port + 1)),
        *("--workers", "1", "--respawn-failed-workers", "--workers-kill-timeout", "5"),
    )
    doors = {
        "web": (*web, "yipan.config.wsgi:application"),
        "fastlane": (*fastlane, "yipan.config.asgi:application"),
        "worker": (sys.executable, "-m", "yipan.config.worker"),
    }
    return [
        Program(name=name, command=command, marker=command[-1])
        for name, command in doors.items()
        if find_spec(command[-1].partition(":")[0]) is not None
    ]


def count_web_workers() -> int:
    """Return how many web processes serve: YIPAN_WEB_WORKERS, or one per core up to two."""
    return int(os.environ.get("YIPAN_WEB_WORKERS") or min(2, os.cpu_count() or 1))


class Child:
    """One program, running. `watch` starts it again whenever it has ended."""

    def __init__(self, *, program: Program, home: Home, environment: Mapping[str, str]) -> None:
        self.program = program
        self.restarts = 0
        self._home = home
        self._environment = environment
        self._failures = 0
        self._started_at = 0.0
        self._start_at: float | None = None
        self.process = self._launch()

    def watch(self) -> None:
        """Start the program again when it has ended, at once at first, then with pauses."""
        if self._start_at is None:
            status = self.process.poll()
            if status is None:
                return
            self._end_group(signal.SIGKILL)
            lived = time.monotonic() - self._started_at
            self._failures = 0 if lived > SOUND_SECONDS else self._failures + 1
            pause = BACKOFF_SECONDS[min(max(self._failures - 1, 0), len(BACKOFF_SECONDS) - 1)]
            self._start_at = time.monotonic() + pause
            log.warning("process.died", program=self.program.name, status=status)
        if time.monotonic() >= self._start_at:
            self._start_at = None
            self.restarts += 1
            self.process = self._launch()

    def ask_to_stop(self) -> None:
        """Send the polite signal."""
        if self.process.poll() is None:
            self.process.terminate()

    def stop(self) -> None:
        """Wait for the end after `ask_to_stop`; what does not end in time is killed."""
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=STOP_SECONDS_MAX)
        # Also what the program itself had started, when it was killed before it could tell.
        self._end_group(signal.SIGKILL)
        self.process.wait()

    @property
    def log_file(self) -> Path:
        """Where the program's output goes."""
        return self._home.log / f"{self.program.name}.log"

    def _launch(self) -> subprocess.Popen[bytes]:
        self._started_at = time.monotonic()
        if self.log_file.exists() and self.log_file.stat().st_size > LOG_BYTES_MAX:
            self.log_file.replace(self.log_file.with_suffix(".log.1"))
        with self.log_file.open("ab") as output:
            self.log_file.chmod(0o600)
            return start_child(
                self.program.command,
                environment=self._environment,
                death_signal=signal.SIGTERM,
                output=output,
                directory=self._home.root,
            )

    def _end_group(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, number)


def note_children(home: Home, children: Sequence[Child]) -> None:
    """Write down which processes are ours, for the supervisor that comes after a kill -9."""
    noted = {child.process.pid: child.program.marker for child in children}
    unfinished = home.children.with_suffix(".new")
    unfinished.write_text(json.dumps(noted), encoding="utf-8")
    unfinished.replace(home.children)


def end_leftovers(home: Home) -> None:
    """End the processes of a supervisor that was killed. The caller holds the lock."""
    try:
        noted = json.loads(home.children.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return
    for pid, marker in noted.items():
        # On Linux they were told to end when it died, so this mostly waits.
        signals = {signal.SIGTERM: STOP_SECONDS_MAX, signal.SIGKILL: 5.0}
        if end_process(int(pid), marker=marker, signals=signals):
            log.info("process.leftover_ended", pid=int(pid))
    home.children.unlink(missing_ok=True)


def stop_all(children: Sequence[Child]) -> None:
    """Stop all at the same time, and wait for each."""
    for child in children:
        child.ask_to_stop()
    wait_until(
        lambda: all(child.process.poll() is not None for child in children),
        seconds=STOP_SECONDS_MAX,
    )
    for child in children:
        child.stop()
