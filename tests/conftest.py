"""
The database of the tests: a throw-away embedded server, or the one YIPAN_TEST_DATABASE_URL names.

One server serves a whole session: with pytest-xdist the controller starts it, and every worker
gets a database of its own in it.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from pytest_django import DjangoDbBlocker

from tests.ledger.emptying import empty_ledger
from yipan.config.database import parse_dsn
from yipan.config.embedded.account import find_account
from yipan.config.embedded.layout import Layout
from yipan.config.embedded.server import Server
from yipan.ledger import accounts

EXTERNAL_VARIABLE = "YIPAN_TEST_DATABASE_URL"
HANDED_OVER = "yipan_database_url"

# A test says what holds, not how fast: a busy machine makes no example slow.
hypothesis_settings.register_profile(
    "house", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("house")

_servers: list[Server] = []


def _start_server() -> str:
    """Start the session's server when there is none yet; return its address."""
    external = os.environ.get(EXTERNAL_VARIABLE)
    if external:
        return external
    if not _servers:
        directory = Path(tempfile.mkdtemp(prefix="yipan-test-"))
        directory.chmod(0o711)
        server = Server(
            layout=Layout(root=directory / "postgres"), account=find_account(), throw_away=True
        )
        server.open()
        _servers.append(server)
    return _servers[0].dsn


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: object) -> None:
    """Tell each worker of pytest-xdist where the server is."""
    workerinput: dict[str, str] = node.workerinput  # type: ignore[attr-defined]
    workerinput[HANDED_OVER] = _start_server()


def pytest_unconfigure() -> None:
    """Stop the server this process started."""
    for server in _servers:
        server.close()
        shutil.rmtree(server.layout.root.parent)
    _servers.clear()


@pytest.fixture(scope="session")
def database_url(request: pytest.FixtureRequest) -> str:
    """Return the owner's address of the session's server (not of the test database in it)."""
    workerinput: dict[str, str] = getattr(request.config, "workerinput", {})
    return workerinput.get(HANDED_OVER) or _start_server()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(request: pytest.FixtureRequest) -> None:
    """Point Django at the session's server; the workers of pytest-xdist keep their suffix."""
    request.getfixturevalue("django_db_modify_db_settings_parallel_suffix")
    url: str = request.getfixturevalue("database_url")
    connections["default"].settings_dict.update(parse_dsn(url))


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None,  # noqa: ARG001  the plugin's own, which makes and drops the database
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[None]:
    """
    End the sessions that threads and processes of tests left in the database, and name them.

    A server that a test stopped may still be closing its last connection when the database is
    to be dropped, which would fail whatever test happened to come last.
    """
    yield
    with django_db_blocker.unblock():
        left = end_other_sessions()
    for name, query in left:
        print(f"\nended a session left by a test: {name}: {query}", file=sys.__stderr__)


def end_other_sessions() -> list[tuple[str, str]]:
    """End every other session in the test database; return its program and last statement."""
    # Ours may have been ended itself, by a test that dropped or replaced databases.
    connections["default"].close()
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT application_name, left(query, 200), pg_terminate_backend(pid)"
            " FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return [(name, query) for name, query, _ in cursor.fetchall()]


@pytest.fixture
def reachable() -> Iterator[Path]:
    """Return an empty folder that every account can enter, which pytest's own are not."""
    directory = Path(tempfile.mkdtemp(prefix="yipan-test-"))
    directory.chmod(0o711)
    yield directory
    shutil.rmtree(directory)


@pytest.fixture(autouse=True, scope="session")
def _quick_passwords() -> Iterator[None]:
    """Hash passwords cheaply: the real hash costs tens of milliseconds by design."""
    real = settings.PASSWORD_HASHERS
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *real]
    yield
    settings.PASSWORD_HASHERS = real


@pytest.fixture(autouse=True)
def _speak_english() -> Iterator[None]:
    """Forget the language a request of the test before has left behind."""
    yield
    translation.deactivate()


@pytest.fixture(autouse=True)
def _empty_ledger(request: pytest.FixtureRequest) -> Iterator[None]:
    """Empty the ledger after tests that commit: the flush of Django does not know its tables."""
    is_committing = _is_committing(request)
    if is_committing:
        request.getfixturevalue("transactional_db")
    yield
    if is_committing:
        empty_ledger()
    accounts.forget()


def _is_committing(request: pytest.FixtureRequest) -> bool:
    marker = request.node.get_closest_marker("django_db")
    return "transactional_db" in request.fixturenames or (
        marker is not None and bool(marker.kwargs.get("transaction"))
    )
