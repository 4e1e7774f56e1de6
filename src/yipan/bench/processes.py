"""A fastlane of its own on the throw-away database, for benches that ask over HTTP."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from psycopg.conninfo import make_conninfo

START_SECONDS_MAX = 120.0
UNLIMITED = "1000000"


@contextmanager
def start_fastlane() -> Iterator[int]:
    """Start a fastlane without a limit of calls; yield its port, and stop it at the end."""
    settings = connection.settings_dict
    environment = {
        **os.environ,
        "DATABASE_URL": make_conninfo(
            dbname=str(settings["NAME"]),
            user=settings["USER"],
            password=settings["PASSWORD"],
            host=settings["HOST"],
            port=settings["PORT"] or None,
            **settings.get("OPTIONS", {}),
        ),
        "DJANGO_SETTINGS_MODULE": "yipan.config.settings",
        "YIPAN_FASTLANE_PER_SECOND": UNLIMITED,
        "YIPAN_FASTLANE_BURST": UNLIMITED,
    }
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
    command = [
        *(sys.executable, "-m", "granian", "--interface", "asgi", "--no-ws"),
        *("--host", "127.0.0.1", "--port", str(port), "yipan.config.asgi:application"),
    ]
    with tempfile.TemporaryFile(prefix="yipan-bench-") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
        try:
            _wait_until_ready(port)
            yield port
        except Exception:
            output.seek(0)
            sys.stderr.write(output.read().decode(errors="replace")[-4_000:])
            raise
        finally:
            process.terminate()
            process.wait(timeout=60)


def _wait_until_ready(port: int) -> None:
    give_up_at = time.monotonic() + START_SECONDS_MAX
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/ready", timeout=5):
                return
        except (OSError, urllib.error.URLError):
            assert time.monotonic() < give_up_at, "the fastlane does not answer"
            time.sleep(0.05)
