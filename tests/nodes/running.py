"""A node: a database of its own, and the processes that serve it."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import psycopg
from psycopg.conninfo import make_conninfo

from tests.config.running import Running
from yipan.config.home import find_home

ROOT = Path(__file__).parents[2]
WAIT_SECONDS_MAX = 150.0
POLL_SECONDS = 0.1


class Node:
    """One node on a fresh database of the session's server."""

    def __init__(self, name: str, *, server_url: str, **environment: str) -> None:
        self.name = name
        self._server_url = server_url
        self._database = f"yipan_node_{name}_{os.getpid()}"
        self.dsn = make_conninfo(server_url, dbname=self._database)
        self._children: list[subprocess.Popen[bytes]] = []
        self.output = Path(tempfile.mkdtemp()) / f"{name}.out"
        self._desk: subprocess.Popen[str] | None = None
        self.environment = {
            **{
                key: value
                for key, value in os.environ.items()
                if not key.startswith(("YIPAN_", "PG", "PYTEST")) and key != "DATABASE_URL"
            },
            "DJANGO_SETTINGS_MODULE": "yipan.config.settings",
            "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
            "DATABASE_URL": self.dsn,
            **environment,
        }

    def __enter__(self) -> Self:
        with psycopg.connect(self._server_url, autocommit=True) as connection:
            connection.execute(f"create database {self._database}")
        return self

    def __exit__(self, *_: object) -> None:
        self.close_desk()
        for child in self._children:
            child.terminate()
        for child in self._children:
            child.wait()
        shutil.rmtree(self.output.parent)
        with psycopg.connect(self._server_url, autocommit=True) as connection:
            connection.execute(f"drop database {self._database} with (force)")

    def close_desk(self) -> None:
        """Send whoever sits at the desk home."""
        if self._desk is not None:
            self._desk.communicate()

    def start_migrating(self) -> subprocess.Popen[bytes]:
        """Begin to create the tables; wait for the returned process."""
        command = [sys.executable, "-W", "ignore", "-m", "django", "migrate", "-v", "0"]
        return subprocess.Popen(command, env=self.environment)

    def act(self, name: str) -> Any:
        """Let somebody do something at this node, and return what came of it."""
        done = subprocess.run(
            [sys.executable, "-m", "tests.nodes", name],
            env=self.environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def do(self, name: str, **arguments: object) -> Any:
        """Let somebody do something at the desk of this node, and return what came of it."""
        if self._desk is None:
            self._desk = subprocess.Popen(
                [sys.executable, "-W", "ignore", "-m", "tests.nodes", "desk"],
                env=self.environment,
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        assert self._desk.stdin is not None
        assert self._desk.stdout is not None
        self._desk.stdin.write(json.dumps([name, arguments]) + "\n")
        self._desk.stdin.flush()
        answer = json.loads(self._desk.stdout.readline())
        assert "done" in answer, answer["broken"]
        return answer["done"]

    def start_worker(self, **environment: str) -> subprocess.Popen[bytes]:
        """Start the worker."""
        return self._start("-m", "yipan.config.worker", **environment)

    def kill(self, child: subprocess.Popen[bytes]) -> None:
        """Kill a process by -9, so that nobody waits for it any more."""
        child.kill()
        child.wait()
        self._children.remove(child)

    def start_web(self) -> int:
        """Start the web process, wait until it answers, and return its port."""
        port = _find_free_port()
        granian = ("-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port")
        self._start(*granian, str(port), "--no-ws", "yipan.config.wsgi:application")
        self.wait(lambda: _answers(port))
        return port

    def _start(self, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        with self.output.open("ab") as output:
            child = subprocess.Popen(
                [sys.executable, *arguments],
                env=self.environment | environment,
                stdout=output,
                stderr=output,
            )
        self._children.append(child)
        return child

    def count(self, statement: str) -> int:
        """Return the one number a statement asks for."""
        with psycopg.connect(self.dsn) as connection:
            row = connection.execute(statement.encode()).fetchone()
        assert row is not None
        return int(row[0])

    def wait(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds that other processes bring about."""
        give_up_at = time.monotonic() + WAIT_SECONDS_MAX
        while not holds():
            assert time.monotonic() < give_up_at, f"{self.name} waited in vain"
            is_alive = all(child.poll() is None for child in self._children)
            assert is_alive, f"a process ended: {self.output.read_text()[-2_000:]}"
            threading.Event().wait(POLL_SECONDS)


class UpNode(Node):
    """A node as an operator starts it, `yipan up`, with the database it brings along."""

    def __init__(self, name: str, *, home: Path, **environment: str) -> None:
        super().__init__(name, server_url="", **environment)
        del self.environment["DATABASE_URL"]
        self.environment["YIPAN_HOME"] = str(home)
        self._home = home
        self._running: Running | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close_desk()
        if self._running is not None:
            self._running.stop()
        shutil.rmtree(self.output.parent)

    def up(self, *options: str, **environment: str) -> None:
        """Start it, and wait until it says that it serves."""
        more = {"YIPAN_WEB_WORKERS": "1", **environment}
        self._running = Running(self._home, options=("--no-demo", *options), port=None, **more)
        self._running.wait_until_ready()
        self.dsn = find_home(self.environment).postgres.dsn.read_text(encoding="utf-8")


def _find_free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", "/api/v1/me")
        return connection.getresponse().status == 401
    except OSError:
        return False
    finally:
        connection.close()
