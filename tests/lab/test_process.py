"""The worker tells stories in a process of its own: one ends well, and one cannot begin."""

from __future__ import annotations

import pytest
from django.utils import timezone
from psycopg.conninfo import make_conninfo

from yipan.config import lab_runs
from yipan.lab import runs

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_a_story_is_told_by_its_process_and_kept(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    run = runs.start(story="flash_sale", fault="", by="ann", at=timezone.now()).public_id

    assert lab_runs.run_next(clock=timezone.now) == 1
    assert lab_runs.run_next(clock=timezone.now) == 0

    told = runs.get_run(run)
    assert (told.state, told.code) == ("done", "")
    beats = [text for text, _kind in runs.list_beats(run)]
    assert (beats[0], beats[1], beats[-1]) == (
        "flash_sale.before",
        "flash_sale.won",
        "flash_sale.end",
    )
    assert told.steps == len(beats)


def test_a_process_that_cannot_begin_leaves_a_failed_run(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nobody may log in there under this name.
    monkeypatch.setenv("DATABASE_URL", make_conninfo(database_url, user="nobody"))
    run = runs.start(story="flash_sale", fault="", by="ann", at=timezone.now()).public_id

    assert lab_runs.run_next(clock=timezone.now) == 1

    failed = runs.get_run(run)
    assert (failed.state, failed.code, failed.steps) == ("failed", "lab.process_ended", 0)
    assert failed.detail.startswith("1 ")
    # It can be asked for again at once.
    again = runs.start(story="flash_sale", fault="", by="ben", at=timezone.now())
    assert (again.state, again.public_id != run) == ("waiting", True)
