"""
The embedded PostgreSQL in trouble: killed, slow, out of room, or with data it cannot use.

The ids E1 to E14 are those of the requirements for the embedded server.
"""

from __future__ import annotations

import os
import signal
import threading
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from tests.config.conftest import MakeServer
from tests.config.databases import ask, on_linux
from yipan.config.embedded import binaries
from yipan.config.embedded import server as server_module
from yipan.config.embedded.account import Account
from yipan.config.embedded.cluster import create_cluster
from yipan.config.embedded.layout import Layout
from yipan.config.trouble import Trouble


def test_data_of_another_version_is_refused(make_server: MakeServer) -> None:
    with make_server() as server:
        layout = server.layout
    (layout.data / "PG_VERSION").write_text("17\n", encoding="ascii")

    with pytest.raises(Trouble, match="was made by PostgreSQL 17, and this is 18"):
        make_server().open()


def test_data_without_its_password_is_refused(make_server: MakeServer) -> None:
    with make_server() as server:
        layout = server.layout
    layout.dsn.unlink()

    with pytest.raises(Trouble, match="the database's password was in it"):
        make_server().open()


def test_a_first_start_that_was_killed_begins_again(make_server: MakeServer) -> None:
    server = make_server()
    server.layout.data_new.mkdir(parents=True)
    (server.layout.data_new / "PG_VERSION").write_text("18\n", encoding="ascii")
    server.layout.dsn.write_text("half", encoding="ascii")

    with server:
        assert ask(server.dsn, "select 1") == 1
        assert not server.layout.data_new.exists()


def test_a_long_recovery_is_waited_for(
    make_server: MakeServer, reachable: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """E6: a wrapper delays the server, and only one is started."""
    with make_server():
        pass
    real = binaries.find_installation()
    slow = reachable / "slow"
    (slow / "bin").mkdir(parents=True)
    for directory in (slow, slow / "bin"):
        directory.chmod(0o755)
    starts = reachable / "starts"
    starts.touch()
    starts.chmod(0o666)
    program = slow / "bin" / "postgres"
    program.write_text(
        f'#!/bin/sh\n[ "$1" = --version ] || {{ echo start >> {starts}; sleep 2; }}\n'
        f'exec {real}/bin/postgres "$@"\n',
        encoding="utf-8",
    )
    program.chmod(0o755)
    monkeypatch.setattr(binaries, "find_installation", lambda: slow)

    with make_server() as server:
        assert ask(server.dsn, "select 1") == 1

    assert starts.read_text(encoding="utf-8") == "start\n"


def test_missing_programs_are_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "find_spec", lambda _: None)

    with pytest.raises(Trouble, match="name a database of your own with DATABASE_URL"):
        binaries.find_installation()


def test_a_disk_without_room_is_one_sentence(reachable: Path, account: Account) -> None:
    layout = Layout(root=reachable / "postgres")
    layout.prepare(account)
    installation = reachable / "bin"
    installation.mkdir()
    program = installation / "initdb"
    program.write_text(
        "#!/bin/sh\necho 'initdb: error: could not write: No space left on device' >&2; exit 1\n",
        encoding="utf-8",
    )
    program.chmod(0o755)
    with pytest.raises(Trouble, match="No space left on device"):
        create_cluster(layout=layout, account=account, installation=reachable)

    assert not layout.data.exists()
    assert not (layout.run / "password").exists()


def test_a_killed_server_is_started_again_at_once(make_server: MakeServer) -> None:
    with make_server() as server:
        assert server.process is not None
        assert server.watch() is False
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait()

        assert server.watch() is True
        assert server.restarts == 1
        assert ask(server.dsn, "select 1") == 1


@on_linux
def test_shared_memory_held_by_orphans_is_waited_for(make_server: MakeServer) -> None:
    """E7."""
    with make_server() as server:
        assert server.process is not None
        with psycopg.connect(server.dsn) as connection:
            backend = connection.info.backend_pid
            os.kill(backend, signal.SIGSTOP)
            os.kill(server.process.pid, signal.SIGKILL)
            server.process.wait()
            letting_go = threading.Timer(1.0, os.kill, (backend, signal.SIGCONT))
            letting_go.start()

            assert server.watch() is True

            letting_go.join()
        assert ask(server.dsn, "select 1") == 1


def test_a_server_that_never_starts_is_given_up_with_its_own_words(
    make_server: MakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "BACKOFF_SECONDS", (0.0,))
    with make_server() as server:
        assert server.process is not None
        control = server.layout.data / "global" / "pg_control"
        content = control.read_bytes()
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait()
        control.write_bytes(b"nonsense")

        with pytest.raises(Trouble, match="PostgreSQL did not start"):
            server.watch()

        control.write_bytes(content)
        assert server.watch() is True


def test_stopping_under_load_needs_no_recovery(make_server: MakeServer) -> None:
    """E9."""
    server = make_server(throw_away=False)
    server.open()
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        connection.execute("create table load (number int)")
        busy = threading.Event()
        thread = threading.Thread(target=_insert_for_ever, args=(server.dsn, busy))
        thread.start()
        assert busy.wait(10)

        server.close()

        thread.join()
    server = make_server(throw_away=False)
    server.open()
    said = server.layout.log.glob("*.log")
    assert "was not properly shut down" not in "".join(p.read_text("utf-8") for p in said)


def _insert_for_ever(dsn: str, busy: threading.Event) -> None:
    with suppress(psycopg.OperationalError), psycopg.connect(dsn, autocommit=True) as it:
        while True:
            it.execute("insert into load select generate_series(1, 100)")
            busy.set()
