"""`bench` and `prove` say yes or no by their exit code, and name what is missed or broken."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from typer.testing import CliRunner

from yipan.config.cli import checks
from yipan.config.cli.app import app
from yipan.config.cli.session import OpenDatabase
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
