"""The supervisor: owns the database and the processes that serve, and nothing else does."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from yipan.config.database import LOOPBACK
from yipan.config.database_checks import check_external
from yipan.config.embedded.account import find_account
from yipan.config.embedded.health import HealthWatch
from yipan.config.embedded.lock import Lock
from yipan.config.embedded.server import Server
from yipan.config.home import Home
from yipan.config.prepare import LOGIN_MARK, NO_DEMO, NOBODY_MARK, STEP_MARK
from yipan.config.processes import Child, end_leftovers, list_programs, note_children, stop_all
from yipan.config.progress import Progress
from yipan.config.readiness import NeverReady, Readiness, ask
from yipan.config.startup import check_disk, check_port, is_disk_low, list_allowed_hosts
from yipan.config.trouble import Trouble

log = structlog.get_logger()

POLL_SECONDS = 0.05
DISK_EVERY_SECONDS = 60.0
WEB_STARTS_MAX = 3
WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared, not listened on


class Stopped(Exception):
    """Somebody asked us to stop while we were starting."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Node:
    """What this machine is to be: `role` is all, hub, wms or pos; the rest is for site nodes."""

    home: Home
    host: str
    port: int
    role: str = "all"
    sites: str = ""
    hub: str = ""
    key: str = ""
    run_as: str | None = None
    with_demo: bool = True
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))


class Supervisor:
    """`start` everything, `run` until asked to stop, `stop` everything."""

    def __init__(self, node: Node, progress: Progress) -> None:
        self.node = node
        self.children: list[Child] = []
        self.server: Server | None = None
        #: The demo log-ins that are open: name, and who it is.
        self.logins: list[tuple[str, str]] = []
        self.is_empty = False
        self._progress = progress
        self._stopping = threading.Event()
        self._lock = Lock(node.home.postgres.lock)
        self._health: HealthWatch | None = None

    def listen_for_signals(self) -> None:
        """Let Ctrl-C, SIGTERM and a closed terminal stop us in order."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: self._stopping.set())

    def start(self) -> None:
        """
        Bring everything up, and return when the first page can be had.

        :raises Trouble: with the reason, when it cannot be; what was started is stopped.
        """
        node = self.node
        check_disk(node.home.root)
        node.home.prepare()
        self._lock.acquire()
        end_leftovers(node.home)
        check_port(host=node.host, port=node.port)
        check_port(host=node.host, port=node.port + 1)
        self._open_database()
        node.home.ensure_secret_key()
        self._prepare()
        with self._progress.step("Starting web, fastlane and worker"):
            self._start_children()
            self._wait_until_served()
        at = {"host": WILDCARDS.get(node.host, node.host), "port": node.port}
        node.home.address.write_text(json.dumps(at), encoding="utf-8")

    def run(self) -> None:
        """Keep everything alive until a signal comes."""
        look_at_disk_at = 0.0
        while not self._stopping.wait(POLL_SECONDS):
            self._watch()
            if time.monotonic() >= look_at_disk_at:
                look_at_disk_at = time.monotonic() + DISK_EVERY_SECONDS
                if is_disk_low(self.node.home.root):
                    log.warning("disk.low", home=str(self.node.home.root))

    def _watch(self) -> None:
        """Start again what has died, the database first."""
        if self.server is not None and self.server.watch() and self._health:
            self._health.reset()
        before = [child.process.pid for child in self.children]
        for child in self.children:
            child.watch()
        if before != [child.process.pid for child in self.children]:
            note_children(self.node.home, self.children)

    def stop(self) -> None:
        """Stop what serves, and the database last."""
        if self._health is not None:
            self._health.stop()
        stop_all(self.children)
        if self.children:
            self.node.home.children.unlink(missing_ok=True)
            self.node.home.address.unlink(missing_ok=True)
        if self.server is not None:
            self.server.close()
        self._lock.release()

    def _open_database(self) -> None:
        url = self.node.environment.get("DATABASE_URL")
        if url:
            with self._progress.step("Asking the database of DATABASE_URL"):
                warnings = check_external(url)
            for warning in warnings:
                self._progress.say(warning)
            return
        account = find_account(self.node.run_as)
        if account.is_other:
            self._progress.say(f"Started by root: PostgreSQL runs under {account.name!r}.")
        server = Server(
            layout=self.node.home.postgres,
            account=account,
            lock=self._lock,
            should_stop=self._stopping.is_set,
        )
        is_new = not server.layout.data.exists()
        with self._progress.step("Creating the database" if is_new else "Starting the database"):
            server.open()
        self.server = server
        self._health = HealthWatch(server)
        self._health.start()

    def _prepare(self) -> None:
        """Run `yipan.config.prepare` to its end, as the owner of the tables."""
        is_hub = self.node.role in ("all", "hub")
        arguments = [] if self.node.with_demo and is_hub else [NO_DEMO]
        process = subprocess.Popen(
            [sys.executable, "-m", "yipan.config.prepare", *arguments],
            env=self._make_environment(database_role="owner"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            process_group=0,
            text=True,
            errors="replace",
        )
        assert process.stdout is not None
        said: list[str] = []
        for line in process.stdout:
            said.append(line.rstrip())
            self._show(line.rstrip())
            if self._stopping.is_set():
                process.terminate()
        status = process.wait()
        if self._stopping.is_set():
            raise Stopped
        if status != 0:
            raise Trouble(self._explain(said))
        self._progress.end()

    def _show(self, line: str) -> None:
        if line.startswith(STEP_MARK):
            self._progress.begin(line.removeprefix(STEP_MARK))
        elif line.startswith(LOGIN_MARK):
            name, _, who = line.removeprefix(LOGIN_MARK).partition("\t")
            self.logins.append((name, who))
        elif line == NOBODY_MARK:
            self.is_empty = True
        else:
            self._progress.detail(line.strip())

    def _explain(self, said: Sequence[str]) -> str:
        self._progress.drop()
        file = self.node.home.log / "start.log"
        file.write_text("\n".join(said) + "\n", encoding="utf-8")
        steps = [line for line in said if line.startswith(STEP_MARK)]
        label = steps[-1].removeprefix(STEP_MARK) if steps else "Preparing"
        return f"{label} failed: {_find_reason(said)} (all of it is in {file})"

    def _make_environment(self, *, database_role: str) -> dict[str, str]:
        node = self.node
        environment = {
            **node.environment,
            "YIPAN_HOME": str(node.home.root),
            "YIPAN_DATABASE_ROLE": database_role,
            "YIPAN_ROLE": node.role,
            "YIPAN_SITES": node.sites,
            "YIPAN_HUB_URL": node.hub,
            "YIPAN_HUB_KEY": node.key,
            "DJANGO_SETTINGS_MODULE": "yipan.config.settings",
            "PYTHONUNBUFFERED": "1",
        }
        environment.setdefault("YIPAN_STATIC_ROOT", str(node.home.root / "static"))
        if environment.get("YIPAN_PROXIES", "0") == "0":
            # The fastlane listens one port above the web.
            environment.setdefault("YIPAN_LIVE_URL", f":{node.port + 1}/live")
        environment.setdefault("YIPAN_HOSTS", ",".join(list_allowed_hosts(node.host)))
        return environment

    def _start_children(self) -> None:
        environment = self._make_environment(database_role="app")
        if self.logins and self.node.host in LOOPBACK:
            # Who sits at this machine has read them on the terminal.
            environment.setdefault("YIPAN_DEMO_PEOPLE", ",".join(name for name, _ in self.logins))
        for program in list_programs(host=self.node.host, port=self.node.port):
            self.children.append(
                Child(program=program, home=self.node.home, environment=environment)
            )
        note_children(self.node.home, self.children)

    def _wait_until_served(self) -> None:
        web = self.children[0]
        try:
            self._ask_until_served(web)
        except NeverReady as never:
            reason = _read_reason(web.log_file)
            raise Trouble(f"The web process {never.why}: {reason}") from None

    def _ask_until_served(self, web: Child) -> None:
        host = WILDCARDS.get(self.node.host, self.node.host)
        readiness = Readiness(now=time.monotonic())
        while not readiness.is_served(ask(host, self.node.port), now=time.monotonic()):
            if self._stopping.wait(POLL_SECONDS):
                raise Stopped
            self._watch()
            if web.restarts > WEB_STARTS_MAX:
                raise NeverReady("does not come up")


def _read_reason(file: Path) -> str:
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines()[-40:]
    return f"{_find_reason(lines)} (see {file})"


def _find_reason(said: Sequence[str]) -> str:
    """Return the last line that names an error, or else the last one that says anything."""
    lines = [line.strip(" |+-") for line in said]
    named = [line for line in lines if re.match(r"[\w.]*(Error|Exception|Refusal)\b", line)]
    return (named or [line for line in lines if line] or ["it said nothing"])[-1]
