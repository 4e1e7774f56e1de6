"""
The embedded PostgreSQL of a data home: what it creates, who may use it, and what it leaves.

The ids E1 to E14 are those of the requirements for the embedded server.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import psycopg
import pytest

from tests.config.conftest import MakeServer
from tests.config.databases import ask, get_mode, needs_root, on_linux
from yipan.config.embedded.layout import SOCKET_FILE
from yipan.config.embedded.server import Server
from yipan.config.trouble import AlreadyRunning


def test_the_first_start_makes_a_database_that_two_roles_can_log_in_to(server: Server) -> None:
    assert ask(server.dsn, "select current_user || ' ' || current_database()") == "yipan yipan"
    assert (
        ask(server.dsn_app, "select current_user || ' ' || current_database()") == "yipan_app yipan"
    )
    assert ask(server.dsn, "show server_encoding") == "UTF8"
    assert ask(server.dsn, "show data_checksums") == "on"
    assert ask(server.dsn_app, "show lock_timeout") == "5s"
    assert ask(server.dsn_app, "show idle_in_transaction_session_timeout") == "30s"


def test_the_second_start_keeps_the_data_and_the_password(make_server: MakeServer) -> None:
    with make_server() as server:
        first = server.dsn
        with psycopg.connect(server.dsn) as connection:
            connection.execute("create table kept (number int)")
            connection.execute("insert into kept values (7)")

    with make_server() as server:
        assert server.dsn == first
        assert ask(server.dsn, "select number from kept") == 7


def test_what_is_private_is_private(server: Server) -> None:
    layout = server.layout

    assert get_mode(layout.dsn) == "0o600"
    assert get_mode(layout.dsn_app) == "0o600"
    assert get_mode(layout.lock) == "0o600"
    assert get_mode(layout.data) == "0o700"
    assert get_mode(layout.run) == "0o700"
    assert get_mode(layout.log) == "0o700"
    assert ask(server.dsn, "show listen_addresses") == ""
    assert ask(server.dsn, "show unix_socket_permissions") == "0700"


def test_nobody_is_trusted_without_a_password(server: Server) -> None:
    rules = (server.layout.data / "pg_hba.conf").read_text(encoding="utf-8")
    methods = {line.split()[-1] for line in rules.splitlines() if line and not line.startswith("#")}

    assert methods == {"scram-sha-256"}
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(host=str(server.layout.run), user="yipan", dbname="yipan", port=5432)


@needs_root
def test_another_account_can_neither_read_nor_connect(server: Server) -> None:
    """E4."""
    layout = server.layout
    attempts: list[list[str | Path]] = [
        ["cat", layout.dsn],
        ["cat", layout.dsn_app],
        ["ls", layout.data],
        ["ls", layout.run],
        ["test", "-S", layout.run / SOCKET_FILE],
    ]

    answers = [
        subprocess.run(
            command,
            user="daemon",
            group="daemon",
            extra_groups=[],
            capture_output=True,
            check=False,
            cwd="/",
        ).returncode
        for command in attempts
    ]

    assert 0 not in answers


def test_the_password_is_in_no_command_line_and_no_log(server: Server) -> None:
    """E13."""
    passwords = {
        psycopg.conninfo.conninfo_to_dict(dsn)["password"] for dsn in (server.dsn, server.dsn_app)
    }
    listed = subprocess.run(
        ["ps", "-eww", "-o", "command="], capture_output=True, text=True, check=True
    ).stdout
    logs = "".join(
        path.read_text(encoding="utf-8", errors="replace") for path in server.layout.log.iterdir()
    )

    assert len(passwords) == 2
    assert not [each for each in passwords if str(each) in listed + logs]
    assert sorted(path.name for path in server.layout.run.iterdir()) == [
        SOCKET_FILE,
        f"{SOCKET_FILE}.lock",
    ]


@on_linux
def test_children_inherit_neither_lock_nor_pipe(server: Server) -> None:
    """E14."""
    reading, writing = os.pipe()
    try:
        assert server.process is not None
        opened = {
            str(link.readlink())
            for link in Path(f"/proc/{server.process.pid}/fd").iterdir()
            if link.is_symlink()
        }
        pipe = str(Path(f"/proc/self/fd/{reading}").readlink())

        assert str(server.layout.lock) not in opened
        assert pipe not in opened
        assert {name for name in opened if "/dev/null" in name} == {"/dev/null"}
    finally:
        os.close(reading)
        os.close(writing)


def test_a_second_supervisor_is_told_who_runs_and_changes_nothing(
    server: Server, make_server: MakeServer
) -> None:
    """E3."""
    before = {
        path: path.stat().st_mtime_ns
        for path in (server.layout.root, server.layout.dsn, server.layout.lock)
    }

    with pytest.raises(AlreadyRunning) as refused:
        make_server(below=server.layout.root.parent).open()

    assert refused.value.exit_code == 3
    assert f"(process {os.getpid()})" in str(refused.value)
    assert before == {path: path.stat().st_mtime_ns for path in before}
    assert ask(server.dsn, "select 1") == 1


@pytest.mark.parametrize(
    "name",
    ["with space", "一盘货 数据", "long-" * 26, 'a,b"c'],
    ids=["space", "cjk", "long", "list"],
)
def test_a_data_home_may_have_any_name(make_server: MakeServer, reachable: Path, name: str) -> None:
    """E8."""
    home = reachable / name
    home.mkdir(mode=0o711)
    home.chmod(0o711)

    with make_server(below=home) as server:
        assert ask(server.dsn, "select 1") == 1
        far = server.layout.socket_link
        socket_directory = far.readlink() if far.is_symlink() else server.layout.run
        assert get_mode(socket_directory) == "0o700"

    assert not socket_directory.exists() or not list(socket_directory.iterdir())


def test_a_data_home_may_be_moved(make_server: MakeServer, reachable: Path) -> None:
    first, second = reachable / "first", reachable / "second"
    first.mkdir()
    first.chmod(0o711)
    with make_server(below=first) as server:
        password = psycopg.conninfo.conninfo_to_dict(server.dsn)["password"]

    first.rename(second)

    with make_server(below=second) as server:
        assert ask(server.dsn, "select 1") == 1
        assert psycopg.conninfo.conninfo_to_dict(server.dsn)["password"] == password
