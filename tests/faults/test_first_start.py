"""E2: a first start that is killed at any step is followed by a clean one."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from tests.config.running import make_environment
from yipan.config.embedded.account import find_account
from yipan.config.embedded.layout import Layout
from yipan.config.embedded.server import Server

pytestmark = [pytest.mark.fault, pytest.mark.timeout(300)]

KILLS = 20
#: The first start takes about a second; the last kills come when it is up.
SECONDS_BETWEEN = 0.08

START = """
import sys, time
from pathlib import Path
from yipan.config.embedded.account import find_account
from yipan.config.embedded.layout import Layout
from yipan.config.embedded.server import Server
Server(layout=Layout(root=Path(sys.argv[1])), account=find_account(), throw_away=True).open()
time.sleep(60)
"""


def test_the_start_after_a_killed_first_start_is_clean(reachable: Path) -> None:
    answers = []
    for number in range(KILLS):
        root = reachable / str(number) / "postgres"
        root.parent.mkdir(mode=0o711)
        root.parent.chmod(0o711)
        killed = subprocess.Popen(
            [sys.executable, "-c", START, root], env=make_environment(root.parent), cwd="/"
        )
        time.sleep(0.2 + number * SECONDS_BETWEEN)
        killed.send_signal(signal.SIGKILL)
        killed.wait()

        with (
            Server(layout=Layout(root=root), account=find_account(), throw_away=True) as server,
            psycopg.connect(server.dsn_app) as connection,
        ):
            row = connection.execute("select current_database()").fetchone()
            answers.append(row and row[0])
            assert not server.layout.data_new.exists()
            assert not (server.layout.run / "password").exists()

    assert answers == ["yipan"] * KILLS
