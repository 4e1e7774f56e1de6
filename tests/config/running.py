"""Yipan as an operator runs it: a process of its own, a data home of its own, a free port."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self

ROOT = Path(__file__).parents[2]
START_SECONDS_MAX = 240.0
STOP_SECONDS_MAX = 60.0
POLL_SECONDS = 0.05


def find_free_port() -> int:
    """Return a port that is free together with the next one, which the fastlane takes."""
    while True:
        with socket.create_server(("127.0.0.1", 0)) as first:
            port: int = first.getsockname()[1]
            try:
                with socket.create_server(("127.0.0.1", port + 1)):
                    return port
            except OSError:
                continue


def make_environment(home: Path, **changes: str) -> dict[str, str]:
    """Return the environment of a command on that data home, without what is ours."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("YIPAN_", "PG", "PYTEST")) and name != "DATABASE_URL"
    }
    return {
        **kept,
        "YIPAN_HOME": str(home),
        "PYTHONPATH": str(ROOT / "src"),
        "DJANGO_SETTINGS_MODULE": "yipan.config.settings",
        **changes,
    }


def run_yipan(*arguments: str, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "yipan.config.cli", *arguments],
        cwd="/",
        env=make_environment(home, **environment),
        capture_output=True,
        text=True,
        check=False,
        timeout=START_SECONDS_MAX,
    )


class Running:
    """`yipan up`, from start to stop."""

    def __init__(
        self,
        home: Path,
        *,
        options: Sequence[str] = (),
        port: int | None = None,
        **environment: str,
    ) -> None:
        self.home = home
        self.port = port or find_free_port()
        self.output = home.parent / f"{home.name}.out"
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "yipan.config.cli", "up", *options],
                cwd="/",
                env=make_environment(home, PORT=str(self.port), **environment),
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.stop()

    def wait_until_ready(self) -> float:
        """Wait for the greeting; return how long it took, in seconds."""
        began = time.monotonic()
        self.wait(
            lambda: self.process.poll() is not None or "Ctrl-C" in self.read_output(),
            seconds=START_SECONDS_MAX,
        )
        assert self.process.poll() is None, self.tell()
        return time.monotonic() - began

    def get(self, path: str) -> int:
        """Return the status a page is answered with; 0 when nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except OSError:
            return 0
        finally:
            connection.close()

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """Send a signal, wait for the end, return the exit code."""
        self.process.send_signal(number)
        return self.process.wait(timeout=STOP_SECONDS_MAX)

    def read_output(self) -> str:
        """Return what was printed so far."""
        return self.output.read_text(encoding="utf-8")

    def tell(self) -> str:
        """Return all that was said, for a test that fails: output, and the ends of the logs."""
        logs = sorted((self.home / "log").glob("*.log"))
        ends = [f"--- {log.name}\n{log.read_text('utf-8', 'replace')[-2000:]}" for log in logs]
        return "\n".join([self.read_output(), *ends])

    def list_processes(self) -> list[int]:
        """Return the pids of everything that works on this data home, but the supervisor."""
        home = str(self.home)
        return [pid for pid in list_pids() if pid != self.process.pid and is_about(pid, home=home)]

    def wait_until_gone(self) -> None:
        """Wait until nothing works on this data home any more."""
        self.wait(lambda: not self.list_processes(), seconds=STOP_SECONDS_MAX)

    def wait(self, holds: Callable[[], bool], *, seconds: float) -> None:
        give_up_at = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < give_up_at, self.tell()
            time.sleep(POLL_SECONDS)


def list_pids() -> list[int]:
    """Return all processes of this machine (Linux)."""
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal()]


def is_about(pid: int, *, home: str) -> bool:
    """Say whether a process was started for that data home (Linux); a zombie is no process."""
    process = Path(f"/proc/{pid}")
    try:
        state = (process / "stat").read_text(errors="replace").rpartition(") ")[2][0]
        said = (process / "environ").read_bytes() + (process / "cmdline").read_bytes()
    except OSError:
        return False
    return state != "Z" and os.fsencode(home) in said
