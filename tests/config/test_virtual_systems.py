"""
The systems in virtual time: one clock for Python and PostgreSQL, and lines that fail and heal.

One world serves the whole module: to make its database costs seconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from yipan.config.virtual.systems import BEGINNING, VirtualSystems, open_systems
from yipan.simulate.cast import SCALES, list_members

SKUS = 5


@pytest.fixture(scope="module")
def systems(database_url: str, django_db_blocker: DjangoDbBlocker) -> Iterator[VirtualSystems]:
    """Open a warehouse and a store, each with a hundred of every SKU."""
    with (
        django_db_blocker.unblock(),
        open_systems(database_url, members=list_members(SCALES["tiny"])) as opened,
    ):
        _open_retailer(opened)
        yield opened


def _open_retailer(systems: VirtualSystems) -> None:
    def put(path: str, body: object) -> None:
        assert systems.call("POST", path, body, by="retailer.setup").is_ok

    sites = [{"code": "W1", "site_type": "warehouse", "name": "W1"}]
    sites += [{"code": code, "site_type": "store", "name": code} for code in ("S1", "S2")]
    put("/api/v1/sites/bulk", {"rows": sites})
    put("/api/v1/sites/W1/bins/bulk", {"rows": [{"code": "A-1", "zone_type": "picking"}]})
    skus = [{"code": f"SKU-{each}", "name": f"SKU {each}"} for each in range(SKUS)]
    put("/api/v1/skus/bulk", {"rows": skus})
    systems.advance(systems.read_clock() + timedelta(minutes=2))
    for site in ("S1", "S2"):
        lines = [{"sku": row["code"], "quantity": 100} for row in skus]
        opening = {"site": site, "lines": lines}
        path = "/api/v1/store-openings"
        assert systems.call("POST", path, opening, by=f"manager.{site}", key=site).is_ok
    systems.advance(systems.read_clock() + timedelta(minutes=2))


def test_python_and_postgresql_tell_the_same_time(systems: VirtualSystems) -> None:
    systems.advance(systems.read_clock() + timedelta(hours=1))

    with connection.cursor() as cursor:
        cursor.execute("select now(), clock_timestamp(), transaction_timestamp()")
        told = cursor.fetchone()
        cursor.execute("select max(recorded_at) from ledger_movement")
        (recorded_at,) = cursor.fetchone()

    assert told == (systems.read_clock(),) * 3
    assert datetime.now(UTC) == systems.read_clock()
    assert BEGINNING < recorded_at < systems.read_clock()
