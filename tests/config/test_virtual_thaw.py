"""A database that was frozen and thawed again is an ordinary one: its clocks are PostgreSQL's."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from django.db import connections

from yipan.config.virtual import database

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

NAME = "yipan_thawing"
DEFAULTS = """
select pg_get_expr(d.adbin, d.adrelid) from pg_attrdef d join pg_class c on c.oid = d.adrelid
 where c.relnamespace = 'public'::regnamespace
   and pg_get_expr(d.adbin, d.adrelid) ~ '(now|timestamp)\\(\\)'
"""
PATHS = """
select distinct c from pg_proc p cross join unnest(p.proconfig) c
 where p.pronamespace = 'public'::regnamespace and c like 'search_path%'
"""


@pytest.fixture
def frozen(database_url: str) -> Iterator[psycopg.Connection]:
    """Make a frozen database, and look at it without any search path of its own."""
    before = dict(connections["default"].settings_dict)
    database.create_virtual_database(database_url, name=NAME)
    connections["default"].settings_dict.update(before)
    with psycopg.connect(database_url, dbname=NAME, autocommit=True) as connection:
        yield connection
    database.drop_database(database_url, name=NAME)


def test_thawing_leaves_nothing_of_the_simulated_clocks(
    frozen: psycopg.Connection, database_url: str
) -> None:
    defaults = {text for (text,) in frozen.execute(DEFAULTS)}
    paths = [text for (text,) in frozen.execute(PATHS)]
    assert all("simulated." in text for text in defaults)
    assert paths == ["search_path=public, simulated, pg_catalog, pg_temp"]

    database.thaw(database_url, name=NAME)

    thawed = {text for (text,) in frozen.execute(DEFAULTS)}
    assert thawed == {text.replace("simulated.", "") for text in defaults}
    assert len(thawed) >= 2
    assert [text for (text,) in frozen.execute(PATHS)] == ["search_path=public, pg_temp"]
    found = frozen.execute("select to_regnamespace('simulated')").fetchone()
    assert found == (None,)
    left = frozen.execute(
        "select count(*) from pg_proc where pronamespace = 'public'::regnamespace"
        " and pg_get_functiondef(oid) like '%simulated%' and prokind = 'f'"
    ).fetchone()
    assert left == (0,)


def test_a_function_that_asks_for_the_day_asks_the_virtual_one(
    frozen: psycopg.Connection,
) -> None:
    frozen.execute("set search_path = public, simulated, pg_catalog")
    frozen.execute("set yipan.now = '2031-05-01T00:00:00+00:00'")
    frozen.execute("select ledger_open_month(date '2031-05-01')")

    found = frozen.execute("select to_regclass('ledger_movement_203105') is not null").fetchone()
    assert found == (True,)
