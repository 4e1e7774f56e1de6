"""The command line answers people in sentences and programs in JSON."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.config.running import run_yipan

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """Return a data home whose tables are made, with nothing running."""
    directory = Path(tempfile.mkdtemp(prefix="yipan-test-"))
    directory.chmod(0o711)
    made = run_yipan("migrate", home=directory)
    assert made.returncode == 0, made.stderr
    yield directory
    shutil.rmtree(directory)


@pytest.mark.parametrize(
    "command",
    [
        "up",
        "migrate",
        "demo",
        "prove",
        "bench",
        "import",
        "apikey",
        "person",
        "doctor",
        "database",
        "simulate",
        "retention",
    ],
)
def test_every_command_explains_itself(tmp_path: Path, command: str) -> None:
    told = run_yipan(command, "--help", home=tmp_path)

    assert told.returncode == 0
    assert f"yipan {command}" in told.stdout
    assert list(tmp_path.iterdir()) == []


def test_the_version_is_told(tmp_path: Path) -> None:
    assert json.loads(run_yipan("version", "--json", home=tmp_path).stdout) == {"version": "0.1.0"}


def test_migrating_twice_changes_nothing(home: Path) -> None:
    again = run_yipan("migrate", home=home)

    assert again.returncode == 0
    assert again.stdout == "0 migrations applied; the tables are up to date.\n"


def test_an_empty_system_is_proved(home: Path) -> None:
    proved = run_yipan("prove", "--json", home=home)
    answer = json.loads(proved.stdout)

    assert proved.returncode == 0
    assert answer["ok"] is True
    assert answer["first_break"] is None
    checked = {finding["check"].partition(".")[0] for finding in answer["findings"]}
    assert {"ledger", "exchange", "proof"} <= checked


def test_what_may_go_is_told_and_goes(home: Path) -> None:
    told = json.loads(run_yipan("retention", "--json", home=home).stdout)
    gone = json.loads(run_yipan("retention", "--now", "--days", "30", "--json", home=home).stdout)

    assert (told["days"], told["gone"]) == (400, None)
    assert {row["what"] for row in told["going"]} == {
        "comparisons",
        "answers",
        "sessions",
        "log-in failures",
        "jobs",
    }
    assert (gone["days"], gone["gone"]["told"]) == (30, 0)
    assert run_yipan("retention", "--days", "3", home=home).returncode != 0


def test_a_key_is_shown_once_listed_without_its_secret_and_revoked(home: Path) -> None:
    made = json.loads(
        run_yipan("apikey", "create", "wms-w7", "--site", "W7", "--json", home=home).stdout
    )
    assert made["name"] == "wms-w7"
    assert made["key"].startswith("yk_")

    listed = run_yipan("apikey", "list", "--json", home=home).stdout
    assert made["key"] not in listed
    [row] = [row for row in json.loads(listed)["keys"] if row["name"] == "wms-w7"]
    assert (row["state"], row["sites"]) == ("active", ["W7"])

    again = run_yipan("apikey", "create", "wms-w7", home=home)
    assert again.returncode == 1
    assert "access.key_name_taken" in again.stderr

    assert json.loads(run_yipan("apikey", "revoke", "wms-w7", "--json", home=home).stdout) == {
        "revoked": True
    }
    assert run_yipan("apikey", "revoke", "nobody", home=home).returncode == 1


def test_an_unknown_bench_is_refused_with_the_names_there_are(tmp_path: Path) -> None:
    ended = run_yipan("bench", "nothing", home=tmp_path)

    assert ended.returncode == 1
    assert "There is no bench 'nothing': choose one of " in ended.stderr


def test_the_doctor_looks_at_the_machine(home: Path) -> None:
    told = run_yipan("doctor", "--json", home=home)
    answer = json.loads(told.stdout)

    assert answer["ok"] is True
    assert any("PostgreSQL) 18" in remark["text"] for remark in answer["remarks"])


def test_psql_reaches_the_database_without_a_password_on_its_command_line(home: Path) -> None:
    asked = run_yipan("database", "psql", "-Atc", "select current_user", home=home)

    assert asked.returncode == 0
    assert asked.stdout == "yipan\n"


def test_a_backup_comes_back(home: Path) -> None:
    file = home / "backup.dump"
    assert run_yipan("apikey", "create", "kept", "--site", "W1", home=home).returncode == 0
    written = run_yipan("database", "backup", str(file), home=home)
    assert written.returncode == 0, written.stderr
    assert oct(file.stat().st_mode & 0o777) == "0o600"
    assert run_yipan("apikey", "revoke", "kept", home=home).returncode == 0

    assert run_yipan("database", "restore", str(file), home=home).returncode == 0

    keys = json.loads(run_yipan("apikey", "list", "--json", home=home).stdout)["keys"]
    assert [row["state"] for row in keys if row["name"] == "kept"] == ["active"]
    assert run_yipan("prove", home=home).returncode == 0
    again = run_yipan("database", "backup", str(file), home=home)
    assert again.returncode == 1
    assert "so that no backup is overwritten" in again.stderr
    file.unlink()


def test_a_reset_leaves_what_is_not_ours(tmp_path: Path, home: Path) -> None:
    copy = tmp_path / "home"
    (copy / "postgres").mkdir(parents=True)
    (copy / "secret_key").touch()
    (copy / "letters.txt").touch()

    assert run_yipan("database", "reset", home=copy).returncode == 1
    assert (copy / "postgres").exists()
    assert run_yipan("database", "reset", "--yes", home=copy).returncode == 0

    assert [path.name for path in copy.iterdir()] == ["letters.txt"]
    assert home.exists()


def test_the_first_person_is_made_from_the_command_line(home: Path) -> None:
    made = json.loads(
        run_yipan("person", "create", "ann", "--role", "admin", "--json", home=home).stdout
    )
    assert made["name"] == "ann"
    assert len(made["password"]) >= 16

    again = run_yipan("person", "create", "ann", "--role", "admin", home=home)
    assert (again.returncode, "access.person_name_taken" in again.stderr) == (1, True)
    clerk = run_yipan("person", "create", "bob", "--role", "store_clerk", home=home)
    assert (clerk.returncode, "access.sites_required" in clerk.stderr) == (1, True)
    king = run_yipan("person", "create", "cid", "--role", "king", home=home)
    assert (king.returncode, "'king' is not a valid Role" in king.stderr) == (1, True)

    (row,) = json.loads(run_yipan("person", "list", "--json", home=home).stdout)["people"]
    assert (row["username"], row["roles"]) == ("ann", ["admin"])
    other = json.loads(run_yipan("person", "password", "ann", "--json", home=home).stdout)
    assert other["password"] != made["password"]
