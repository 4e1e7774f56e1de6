"""Data homes that the account of PostgreSQL can enter, which pytest's own folders are not."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from yipan.config.embedded.account import Account, find_account
from yipan.config.embedded.layout import Layout
from yipan.config.embedded.server import Server

MakeServer = Callable[..., Server]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what makes a database of its own as slow: creating one takes seconds."""
    for item in items:
        if "make_server" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Return a running server, with the settings of one that is kept, for tests that only look."""
    directory = Path(tempfile.mkdtemp(prefix="yipan-test-"))
    directory.chmod(0o711)
    with Server(layout=Layout(root=directory / "postgres"), account=find_account()) as running:
        yield running
    shutil.rmtree(directory)


@pytest.fixture
def account() -> Account:
    """Return the account PostgreSQL runs under in these tests."""
    return find_account()


@pytest.fixture
def make_server(reachable: Path, account: Account) -> Iterator[MakeServer]:
    """Return a maker of servers below the folder; they are closed at the end."""
    made: list[Server] = []

    def make(*, below: Path = reachable, throw_away: bool = True) -> Server:
        server = Server(
            layout=Layout(root=below / "postgres"), account=account, throw_away=throw_away
        )
        made.append(server)
        return server

    yield make
    for server in made:
        server.close()
