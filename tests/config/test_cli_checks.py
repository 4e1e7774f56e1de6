"""`bench` and `prove` say yes or no by their exit code, and name what is missed or broken."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import psycopg
import pytest
from django.db import connection
from typer.testing import CliRunner

from yipan.bench import planning
from yipan.config.cli import checks, session
from yipan.config.cli.app import app
from yipan.config.cli.session import OpenDatabase
from yipan.config.embedded.guests import Guests
from yipan.foundation.findings import Finding
from yipan.proof import run as proof_run

FAST = {"name": "rate", "value": 3.2, "unit": "ratio", "target": ">= 3", "met": True}
SLOW = {"name": "cpu", "value": 2.4, "unit": "ratio", "target": "<= 2", "met": False}
TOLD = {"name": "load", "value": 1.0, "unit": "processes", "target": None, "met": None}


@pytest.fixture
def results(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Return what each bench will say."""
    said: list[dict[str, Any]] = []
    monkeypatch.setattr(checks, "_run_bench", lambda _name, *, file: said)  # noqa: ARG005
    return said


def test_a_bench_that_meets_its_targets_is_a_yes(results: list[dict[str, Any]]) -> None:
    results += [FAST, TOLD]

    ended = CliRunner().invoke(app, ["bench", "ledger", "--json"])

    assert ended.exit_code == 0
    assert json.loads(ended.stdout) == {"bench": "ledger", "results": [FAST, TOLD]}


def test_a_missed_target_is_a_no(results: list[dict[str, Any]]) -> None:
    results += [FAST, SLOW]

    ended = CliRunner().invoke(app, ["bench", "ledger", "--json"])

    assert ended.exit_code == 1
    assert json.loads(ended.stdout)["results"] == [FAST, SLOW]


def test_all_benches_are_run_when_none_is_named(results: list[dict[str, Any]]) -> None:
    results += [FAST]

    ended = CliRunner().invoke(app, ["bench", "--json"])

    names = [json.loads(line)["bench"] for line in ended.stdout.splitlines()]
    assert names == checks.list_benches()
    assert {"exchange", "ingest", "ledger"} <= set(names)


def test_people_get_a_table_that_marks_what_was_missed(results: list[dict[str, Any]]) -> None:
    results += [FAST, SLOW, TOLD]

    ended = CliRunner().invoke(app, ["bench", "ledger"])

    assert ended.exit_code == 1
    assert "✗" in ended.output
    assert "rate" in ended.output


@pytest.fixture
def findings(monkeypatch: pytest.MonkeyPatch) -> list[Finding]:
    """Return what the proof will find, without a database."""
    found: list[Finding] = []

    @contextmanager
    def open_nothing() -> Iterator[OpenDatabase]:
        yield OpenDatabase(dsn="", is_ours=False)

    monkeypatch.setattr(checks, "open_database", open_nothing)
    monkeypatch.setattr(proof_run, "prove", lambda *, say: iter(found))  # noqa: ARG005
    return found


def test_a_proof_without_a_break_is_a_yes(findings: list[Finding]) -> None:
    findings.append(Finding(check="ledger.sums_are_zero", ok=True, detail="", examined=9))

    ended = CliRunner().invoke(app, ["prove", "--json"])

    assert ended.exit_code == 0
    answer = json.loads(ended.stdout)
    assert (answer["ok"], answer["first_break"]) == (True, None)
    assert answer["findings"][0]["examined"] == 9


def test_the_first_break_is_named_and_the_answer_is_no(findings: list[Finding]) -> None:
    findings.append(Finding(check="a.holds", ok=True, detail=""))
    findings.append(Finding(check="b.breaks", ok=False, detail="SKU TEA-250 is off", count=2))
    findings.append(Finding(check="c.breaks", ok=False, detail="later", count=1))

    as_json = CliRunner().invoke(app, ["prove", "--json"])
    as_text = CliRunner().invoke(app, ["prove"])

    assert (as_json.exit_code, as_text.exit_code) == (1, 1)
    assert json.loads(as_json.stdout)["first_break"] == "b.breaks: SKU TEA-250 is off"
    assert "Broken: b.breaks: SKU TEA-250 is off" in as_text.stdout


def test_a_server_stops_when_its_last_guest_has_gone(tmp_path: Path) -> None:
    guests, host = Guests(tmp_path / "guests"), Guests(tmp_path / "guests")
    stopped: list[bool] = []

    def stop() -> None:
        host.wait()
        stopped.append(True)

    with guests.stay():
        seen = host.are_there()
        stopping = threading.Thread(target=stop)
        stopping.start()
        stopping.join(0.2)
        before = list(stopped)
    stopping.join(10)

    assert (seen, host.are_there()) == (True, False)
    assert (before, stopped) == ([], [True])


@pytest.mark.django_db
def test_what_a_killed_bench_left_is_dropped_and_what_another_works_on_is_not() -> None:
    settings = connection.settings_dict
    dsn = psycopg.conninfo.make_conninfo(
        host=settings["HOST"], port=settings["PORT"] or None, user=settings["USER"],
        password=settings["PASSWORD"], dbname="postgres",
    )  # fmt: skip
    names = ("store_bench_1", "store_bench_2", "store_bench_two")
    with psycopg.connect(dsn, autocommit=True) as server:
        for name in names:
            session.create_scratch(server, name)
        with psycopg.connect(psycopg.conninfo.make_conninfo(dsn, dbname=names[1])):
            session.drop_left_over(server, "store_bench")
            rows = server.execute(
                "select datname from pg_database where datname like 'store_bench%' order by 1"
            ).fetchall()
        for name in names:
            server.execute(f'drop database if exists "{name}" with (force)')

    assert [name for (name,) in rows] == ["store_bench_2", "store_bench_two"]


def test_a_bench_that_asks_no_database_starts_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(_prefix: str) -> NoReturn:
        pytest.fail("a database was started")

    monkeypatch.setattr(checks, "open_scratch_database", start)
    monkeypatch.setattr(planning, "run", lambda: [FAST])

    ended = CliRunner().invoke(app, ["bench", "planning", "--json"])

    assert json.loads(ended.stdout) == {"bench": "planning", "results": [FAST]}
