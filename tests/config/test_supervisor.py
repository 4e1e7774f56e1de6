"""`yipan up` as an operator sees it: start, look, stop, start again; and what goes wrong."""

from __future__ import annotations

import os
import signal
import socket
import sys
from pathlib import Path

import psycopg
import pytest

from tests.config.running import Running, find_free_port, run_yipan

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc"),
]

#: Without the demo, where it is not what the test is about.
EMPTY = ("--no-demo",)


def ask(home: Path, question: str) -> object:
    dsn = (home / "postgres" / "dsn").read_text(encoding="utf-8")
    with psycopg.connect(dsn) as connection:
        row = connection.execute(question.encode()).fetchone()
    assert row is not None
    return row[0]


def get_patience() -> float:
    """Return how long a second start may take: 15 s, in proportion more on a busy machine."""
    return 15.0 * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def test_everything_starts_serves_stops_and_keeps_its_data(reachable: Path) -> None:
    home = reachable / "home"
    with Running(home) as first:
        first.wait_until_ready()
        assert first.get("/login") == 200
        assert f"http://127.0.0.1:{first.port}/" in first.read_output()
        key = (home / "secret_key").read_text(encoding="utf-8")
        people = ask(home, "select count(*) from access_user")
        assert oct((home / "secret_key").stat().st_mode & 0o777) == "0o600"

        assert first.stop(signal.SIGINT) == 0

        first.wait_until_gone()
        assert "Stopped. All data is kept" in first.read_output()

    with Running(home) as second:
        assert second.wait_until_ready() < get_patience(), second.read_output()
        assert second.get("/login") == 200
        assert ask(home, "select count(*) from access_user") == people
        assert (home / "secret_key").read_text(encoding="utf-8") == key

        assert second.stop(signal.SIGTERM) == 0

        second.wait_until_gone()
        assert not (home / "children.json").exists()
        assert list((home / "postgres" / "run").iterdir()) == []


def test_what_dies_is_started_again_and_what_is_orphaned_ends(reachable: Path) -> None:
    home = reachable / "home"
    with Running(home, options=EMPTY) as running:
        running.wait_until_ready()
        web = next(pid for pid in running.list_processes() if _has(pid, "yipan.config.wsgi"))

        os.kill(web, signal.SIGKILL)

        running.wait(lambda: running.get("/login") == 200, seconds=60)
        again = run_yipan("up", home=home, PORT=str(find_free_port()))
        assert again.returncode == 3
        assert f"Yipan is already running on {home}" in again.stderr
        assert f"(process {running.process.pid})" in again.stderr

        running.stop(signal.SIGKILL)

        running.wait_until_gone()
    with Running(home, options=EMPTY) as after:
        assert after.wait_until_ready() < get_patience(), after.read_output()
        assert after.get("/login") == 200


def test_a_taken_port_is_one_sentence_and_nothing_is_created(reachable: Path) -> None:
    home = reachable / "home"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        ended = run_yipan("up", home=home, PORT=str(port))

    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1
    assert f"Port {port} on 127.0.0.1 is taken by another program" in ended.stderr
    assert not (home / "postgres" / "data").exists()


def test_an_unreachable_database_is_one_sentence(reachable: Path) -> None:
    ended = run_yipan(
        "up",
        home=reachable / "home",
        PORT=str(find_free_port()),
        DATABASE_URL="postgresql://ann:secret@127.0.0.1:1/stock",
    )

    assert ended.returncode == 1
    assert "The database of DATABASE_URL at 127.0.0.1:1 cannot be reached" in ended.stderr
    assert "secret" not in ended.stderr + ended.stdout
    assert "Traceback" not in ended.stderr + ended.stdout


def test_a_site_node_needs_to_know_its_hub(reachable: Path) -> None:
    ended = run_yipan("up", "--role", "wms", "--site", "W1", home=reachable / "home")

    assert ended.returncode == 1
    assert "A node of role wms needs --site, --hub and --key" in ended.stderr
    assert not (reachable / "home").exists()


def test_a_role_nobody_knows_is_refused(reachable: Path) -> None:
    ended = run_yipan("up", "--role", "king", home=reachable / "home")

    assert ended.returncode == 1
    assert "--role has to be one of all, hub, wms, pos, and not 'king'" in ended.stderr


def _has(pid: int, text: str) -> bool:
    return os.fsencode(text) in Path(f"/proc/{pid}/cmdline").read_bytes()
