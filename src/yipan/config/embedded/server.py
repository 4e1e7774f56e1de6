"""The embedded server as a child of ours: started, watched, started again, stopped."""

from __future__ import annotations

import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Self

import psycopg
import structlog

from yipan.config.embedded.account import Account
from yipan.config.embedded.binaries import place_installation
from yipan.config.embedded.children import end_process, start_child
from yipan.config.embedded.cluster import create_cluster
from yipan.config.embedded.layout import Layout
from yipan.config.embedded.lock import Lock
from yipan.config.embedded.logins import ensure_logins, place_dsn
from yipan.config.embedded.tuning import list_settings
from yipan.config.trouble import Trouble

log = structlog.get_logger()

POLL_SECONDS = 0.02
SHARED_MEMORY_SECONDS_MAX = 60.0
SHARED_MEMORY_RETRY_SECONDS = 0.1
STOP_SECONDS_MAX = 60.0
SAY_EVERY_SECONDS = 5.0
#: How long to wait before the next start after one that failed: the first is tried at once.
BACKOFF_SECONDS = (0.0, 0.1, 0.5, 2.0, 5.0)
FAILED_STARTS_MAX = 10
KILLED_STARTS_MAX = 100
NO_ROOM = "No space left on device"


class StartFailed(Trouble):
    """The server ended before it could be asked anything."""


class Server:
    """An embedded server and its cluster. `open` it, `watch` it, `close` it."""

    def __init__(
        self,
        *,
        layout: Layout,
        account: Account,
        throw_away: bool = False,
        lock: Lock | None = None,
        should_stop: Callable[[], bool] = lambda: False,
    ) -> None:
        """`lock` is given when the caller holds it already, and will release it."""
        self.layout = layout
        self.account = account
        self.throw_away = throw_away
        self.process: subprocess.Popen[bytes] | None = None
        self.restarts = 0
        self._should_stop = should_stop
        self._lock = lock or Lock(layout.lock)
        self._is_lock_ours = lock is None
        self._installation = Path()
        self._socket_directory = layout.run

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def dsn(self) -> str:
        """The owner's address of the database, password included."""
        return self.layout.dsn.read_text(encoding="utf-8")

    @property
    def dsn_app(self) -> str:
        """The application's address of the database, password included."""
        return self.layout.dsn_app.read_text(encoding="utf-8")

    def open(self) -> None:
        """
        Serve the cluster, which is created when there is none, and return when it answers.

        :raises AlreadyRunning: if another supervisor serves it.
        :raises Trouble: if it cannot be served; the sentence says why.
        """
        barrier = self.account.find_barrier(self.layout.root.parent)
        if barrier is not None:
            raise Trouble(
                f"The account {self.account.name!r}, which PostgreSQL runs as, cannot enter "
                f"{barrier}: set YIPAN_HOME to a folder it can reach, or name another account "
                "with --run-as."
            )
        self.layout.root.mkdir(parents=True, exist_ok=True)
        if self._is_lock_ours:
            self._lock.acquire()
        try:
            self.layout.prepare(self.account)
            self._end_leftover()
            self._installation = place_installation(layout=self.layout, account=self.account)
            create_cluster(
                layout=self.layout,
                account=self.account,
                installation=self._installation,
                throw_away=self.throw_away,
            )
            self._socket_directory = self._place_socket()
            place_dsn(self.layout, socket_directory=self._socket_directory)
            self._start()
            ensure_logins(self.layout)
        except BaseException:
            self.close()
            raise

    def watch(self) -> bool:
        """
        Start the server again when it has died. Return whether it had.

        A server that was answering is started at once; one that fails to start is tried
        again with growing pauses, and given up after ten times. A full disk is waited for: it
        says nothing against the data, and somebody is making room.
        """
        assert self.process is not None
        if self.process.poll() is None:
            return False
        log.warning("database.died", status=self.process.returncode)
        began = time.monotonic()
        self._start(failures_max=FAILED_STARTS_MAX)
        self.restarts += 1
        log.info("database.restarted", seconds=round(time.monotonic() - began, 2))
        return True

    def close(self) -> None:
        """Shut down fast: open transactions are rolled back, nothing committed is lost."""
        try:
            if self.process is not None:
                _stop(self.process)
        finally:
            self.process = None
            self._remove_far_socket()
            if self._is_lock_ours:
                self._lock.release()

    def _start(self, *, failures_max: int = 1) -> None:
        """Start, again after failures. One that was killed from outside is no failure of ours."""
        failures = kills = fulls = 0
        while True:
            time.sleep(BACKOFF_SECONDS[min(failures + fulls, len(BACKOFF_SECONDS) - 1)])
            try:
                return self._start_once()
            except StartFailed as failed:
                log.warning("database.start_failed", why=str(failed))
                assert self.process is not None
                if self.process.returncode < 0 and kills < KILLED_STARTS_MAX:
                    kills += 1
                    continue
                if failures_max > 1 and NO_ROOM in str(failed):
                    fulls += 1
                    continue
                failures += 1
                if failures >= failures_max:
                    raise

    def _start_once(self) -> None:
        give_up_at = time.monotonic() + SHARED_MEMORY_SECONDS_MAX
        while True:
            self.process = self._launch()
            if self._wait_until_ready(self.process):
                return
            said = _read_end(self.layout.start_log)
            if "pre-existing shared memory block" not in said or time.monotonic() > give_up_at:
                raise StartFailed(f"PostgreSQL did not start: {self._find_reason(said)}")
            # Processes of a killed server still live; they end by themselves within seconds.
            time.sleep(SHARED_MEMORY_RETRY_SECONDS)

    def _launch(self) -> subprocess.Popen[bytes]:
        settings = list_settings(throw_away=self.throw_away) | {
            "unix_socket_directories": f'"{self._socket_directory}"',
        }
        if not self.throw_away:
            settings["log_directory"] = str(self.layout.log)
        command: list[str | Path] = [
            *(self._installation / "bin" / "postgres", "-D", self.layout.data),
            *(part for name, value in settings.items() for part in ("-c", f"{name}={value}")),
        ]
        with self.layout.start_log.open("wb") as output:
            return start_child(
                command,
                environment={"PATH": "/usr/bin:/bin", "TZ": "UTC"},
                death_signal=signal.SIGINT,
                account=self.account,
                output=output,
            )

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> bool:
        """Wait for a log-in, however long a recovery takes. Return False when the server ended."""
        began = said = time.monotonic()
        while process.poll() is None:
            with suppress(psycopg.OperationalError):
                psycopg.connect(self.dsn, dbname="postgres", connect_timeout=5).close()
                return True
            if self._should_stop():
                raise KeyboardInterrupt
            now = time.monotonic()
            if now - said > SAY_EVERY_SECONDS:
                log.info("database.recovering", seconds=round(now - began))
                said = now
            time.sleep(POLL_SECONDS)
        return False

    def _find_reason(self, said: str) -> str:
        """Return the last fatal line: of the start, or of the log the server opened itself."""
        assert self.process is not None
        logs = sorted(self.layout.log.glob("postgresql-*.log"), key=lambda it: it.stat().st_mtime)
        for text in (said, *(_read_end(each) for each in logs[-1:])):
            lines = [line for line in text.splitlines() if "FATAL" in line or "PANIC" in line]
            if lines:
                return lines[-1].strip()
        if self.process.returncode < 0:
            return f"it was ended by signal {-self.process.returncode}"
        return (said.strip().splitlines() or ["it said nothing"])[-1]

    def _end_leftover(self) -> None:
        """Stop the server of a supervisor that was killed: we hold the lock, so it is nobody's."""
        try:
            first = (self.layout.data / "postmaster.pid").read_text(encoding="utf-8").split()[0]
        except (OSError, IndexError):
            return
        signals = {signal.SIGINT: STOP_SECONDS_MAX, signal.SIGQUIT: STOP_SECONDS_MAX}
        if end_process(int(first), marker=str(self.layout.data), signals=signals):
            log.info("database.leftover_stopped", pid=int(first))

    def _place_socket(self) -> Path:
        self._remove_far_socket()
        if self.layout.is_socket_path_usable():
            return self.layout.run
        directory = Path(tempfile.mkdtemp(prefix="yipan-"))
        self.account.own(directory)
        self.layout.socket_link.symlink_to(directory)
        return directory

    def _remove_far_socket(self) -> None:
        if self.layout.socket_link.is_symlink():
            shutil.rmtree(self.layout.socket_link.readlink(), ignore_errors=True)
            self.layout.socket_link.unlink()


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Fast shutdown, and after a minute the immediate one. Never SIGKILL."""
    for number in (signal.SIGINT, signal.SIGQUIT):
        if process.poll() is None:
            process.send_signal(number)
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=STOP_SECONDS_MAX)
                return
    assert process.poll() is not None, "the server does not end"


def _read_end(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")[-4000:] if path.exists() else ""
