"""The two doors as an operator runs them: processes of their own, on the test's database."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection
from psycopg.conninfo import make_conninfo

from tests.config.running import find_free_port, make_environment

START_SECONDS_MAX = 60.0

DOORS = {
    "web": ("wsgi", "yipan.config.wsgi:application"),
    "fastlane": ("asgi", "yipan.config.asgi:application"),
}


@contextmanager
def open_doors(*names: str, home: Path, **changes: str) -> Iterator[dict[str, int]]:
    """
    Start processes on the database of the running test; yield their ports by name.

    `changes` are variables of their environment.
    """
    settings = connection.settings_dict
    address = make_conninfo(
        dbname=str(settings["NAME"]),
        user=settings["USER"],
        password=settings["PASSWORD"],
        host=settings["HOST"],
        port=settings["PORT"] or None,
    )
    environment = make_environment(
        home,
        DATABASE_URL=address,
        YIPAN_REQUESTS_PER_SECOND="100000",
        YIPAN_REQUESTS_BURST="100000",
        **changes,
    )
    ports: dict[str, int] = {}
    processes: list[subprocess.Popen[bytes]] = []
    try:
        for name in names:
            interface, target = DOORS[name]
            ports[name] = find_free_port()
            command = [
                *(sys.executable, "-m", "granian", "--no-ws", "--interface", interface),
                *("--host", "127.0.0.1", "--port", str(ports[name])),
                *(("--blocking-threads", "8") if interface == "wsgi" else ()),
                target,
            ]
            output = (home / f"{name}.log").open("wb")
            with output:
                processes.append(
                    subprocess.Popen(
                        command, cwd="/", env=environment, stdout=output, stderr=output
                    )
                )
        for name in names:
            _wait(ports[name], log=home / f"{name}.log")
        yield ports
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(timeout=30)


def _wait(port: int, *, log: Path) -> None:
    give_up_at = time.monotonic() + START_SECONDS_MAX
    while True:
        caller = Caller(port)
        try:
            caller.ask("GET", "/api/v1/openapi.json")
        except OSError:
            assert time.monotonic() < give_up_at, log.read_text(errors="replace")
            time.sleep(0.05)
        else:
            return
        finally:
            caller.close()


class Caller:
    """A client with one connection that it keeps."""

    def __init__(self, port: int, *, key: str = "") -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._key = key

    def ask(
        self, method: str, path: str, body: object = None, *, idempotency_key: str = ""
    ) -> tuple[int, Any]:
        """Send one request; return status and body."""
        headers = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"}
        if idempotency_key:
            headers["Idempotency-Key"] = idempotency_key
        text = None if body is None else json.dumps(body)
        self._connection.request(method, path, text, headers)
        response = self._connection.getresponse()
        return response.status, json.loads(response.read())

    def close(self) -> None:
        """Hang up."""
        self._connection.close()
