"""
The account of the embedded PostgreSQL: whom root gives way to, and what it must be able to reach.

E5 of the requirements for the embedded server.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.config.conftest import MakeServer
from tests.config.databases import ask, get_mode, needs_root
from yipan.config.embedded import binaries
from yipan.config.embedded.account import find_account
from yipan.config.embedded.layout import Layout
from yipan.config.embedded.server import Server
from yipan.config.trouble import Trouble


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
