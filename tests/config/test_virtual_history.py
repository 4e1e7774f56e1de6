"""A demo with a past: an empty database is replaced by one that has lived, and proves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
import pytest
from django.db import connections
from pytest_django import DjangoDbBlocker

from yipan.access.models import ApiKey, User
from yipan.config.virtual import database
from yipan.config.virtual.history import make_demo_with_history
from yipan.ledger import queries as ledger
from yipan.masterdata.queries import find_sites
from yipan.pos.models import Ticket
from yipan.proof.run import prove

pytestmark = pytest.mark.slow

NAME = "yipan_empty"
NOW = datetime(2026, 3, 9, 8, 30, tzinfo=UTC)


@pytest.fixture
def empty(database_url: str, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """Make an ordinary, empty database, point Django at it, and give its address."""
    before = dict(connections["default"].settings_dict)
    with django_db_blocker.unblock():
        database.create_virtual_database(database_url, name=NAME)
        database.thaw(database_url, name=NAME)
        dsn = psycopg.conninfo.make_conninfo(database_url, dbname=NAME)
        database.point_django_at(dsn)
        yield dsn
        connections.close_all()
        connections["default"].settings_dict.update(before)
        database.drop_database(database_url, name=NAME)


def test_the_demo_opens_on_days_that_were_lived(empty: str) -> None:
    said: list[str] = []

    assert make_demo_with_history(empty, now=NOW, days=1, say=said.append) is True

    assert any(line.startswith("day 1:") for line in said)
    assert {row.name_zh for row in find_sites(["W2", "S2", "S12"]).values()} == {
        "苏州分拨仓",
        "姑苏店",
        "滨江店",
    }
    assert User.objects.filter(username="controller").exists()
    assert Ticket.objects.filter(site__in=["S2", "S3"]).exists()
    assert Ticket.objects.filter(site__in=["S1", "S12"]).count() == 3_387
    assert ApiKey.objects.filter(revoked_at=None).count() == 0
    assert ledger.list_balances(book="wms:W2", prefix="on_hand/") != []
    assert [each for each in prove() if not each.ok] == []
