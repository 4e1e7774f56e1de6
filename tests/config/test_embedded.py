"""
The embedded PostgreSQL of a data home: what it creates, who may use it, and what it leaves.

The ids E1 to E14 are those of the requirements for the embedded server.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from tests.config.conftest import MakeServer
from yipan.config.embedded import binaries
from yipan.config.embedded import server as server_module
from yipan.config.embedded.account import Account, find_account
from yipan.config.embedded.cluster import create_cluster
from yipan.config.embedded.layout import SOCKET_FILE, Layout
from yipan.config.embedded.server import Server
from yipan.config.trouble import AlreadyRunning, Trouble

IS_ROOT = os.geteuid() == 0
needs_root = pytest.mark.skipif(not IS_ROOT, reason="only root can become another account")
on_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")


def ask(dsn: str, question: str) -> object:
    with psycopg.connect(dsn) as connection:
        row = connection.execute(question.encode()).fetchone()
    assert row is not None
    return row[0]


def get_mode(path: Path) -> str:
    return oct(path.stat().st_mode & 0o777)


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


@needs_root
def test_root_gives_way_to_an_account_that_exists(make_server: MakeServer, reachable: Path) -> None:
    """E5: the parents of our folder stay as they were."""
    before = [(path, path.stat().st_mode, path.stat().st_uid) for path in reachable.parents]

    with make_server() as server:
        assert server.process is not None
        owner = (server.layout.data).owner()
        runs_as = Path(f"/proc/{server.process.pid}").stat().st_uid

        assert owner == "nobody"
        assert runs_as == find_account().uid
    assert before == [(path, path.stat().st_mode, path.stat().st_uid) for path in reachable.parents]


@needs_root
def test_root_may_name_the_account(reachable: Path) -> None:
    """E5."""
    layout = Layout(root=reachable / "postgres")

    with Server(layout=layout, account=find_account("daemon"), throw_away=True) as server:
        assert ask(server.dsn, "select 1") == 1
        assert layout.data.owner() == "daemon"


@needs_root
def test_programs_that_the_account_cannot_reach_are_copied(
    make_server: MakeServer, reachable: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """E5: the code lies in a folder that only root may enter."""
    hidden = reachable / "hidden"
    hidden.mkdir(mode=0o700)
    (hidden / "installation").symlink_to(binaries.find_installation())
    monkeypatch.setattr(binaries, "find_installation", lambda: hidden / "installation")

    with make_server() as server:
        assert server.process is not None
        program = str(Path(f"/proc/{server.process.pid}/exe").readlink())

        assert program.startswith(str(server.layout.binaries))
        assert get_mode(hidden) == "0o700"


@needs_root
def test_a_home_the_account_cannot_enter_is_named(make_server: MakeServer, reachable: Path) -> None:
    closed = reachable / "closed"
    closed.mkdir(mode=0o700)

    with pytest.raises(Trouble, match=f"cannot enter {closed}: set YIPAN_HOME"):
        make_server(below=closed / "home").open()

    assert list(closed.iterdir()) == []
    assert get_mode(closed) == "0o700"


def test_an_unknown_account_is_refused() -> None:
    with pytest.raises(Trouble, match="nosuchaccount"):
        find_account("nosuchaccount")


@needs_root
def test_root_itself_is_refused() -> None:
    with pytest.raises(Trouble, match="PostgreSQL refuses to run as root"):
        find_account("root")


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
