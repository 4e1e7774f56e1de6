"""
Door for the process that tells one story: `python -m yipan.config.lab_story STORY [FAULT]`.

It runs all systems over a scratch database and writes a line of JSON for each frame. Whoever
started it keeps them; when nobody reads any more, it ends, and its database with it.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from yipan.config.virtual.systems import VirtualSystems

#: Always the same name: what a killed process left is dropped by the next.
DATABASE = "yipan_lab"
#: A Monday, a quarter to nine in Shanghai.
BEGINNING = datetime(2026, 3, 2, 0, 45, tzinfo=UTC)
#: So often the systems look after themselves: as in real life, or nearly.
EVERY = timedelta(minutes=10)
#: Tasks of the clock that no story is about.
NO_PART = frozenset(
    {
        "channels.forget_old",
        "config.forget_old",
        "erp.follow_invoices",
        "erp.keep_day",
        "erp.value_postings",
        "planning.carry_on",
        "planning.judge_segments",
        "planning.plan_nightly",
        "pool.forget_refused",
        "wms.block_expired",
        "wms.replenish",
    }
)


def main(code: str, fault: str) -> int:
    """Tell a story; return 0 when it was told to the end."""
    # Apps need settings first.
    from yipan.config.database import find_dsn  # noqa: PLC0415
    from yipan.lab.telling import tell  # noqa: PLC0415
    from yipan.simulate.stories.values import StoryStuck  # noqa: PLC0415

    dsn = find_dsn()
    if dsn is None:
        _say({"failed": "lab.no_database", "detail": ""})
        return 1
    with open_stage(dsn, database=DATABASE) as systems:

        def list_troubles() -> dict[tuple[str, int], str]:
            return {(hit.source, hit.sequence): hit.trouble for hit in systems.lines.hits}

        try:
            for frame, scale in tell(code, fault=fault, systems=systems, troubles=list_troubles):
                _say({"frame": frame, "scale": scale})
        except StoryStuck as stuck:
            _say({"failed": "lab.story_stuck", "detail": str(stuck)})
            return 1
    return 0


@contextmanager
def open_stage(dsn: str, *, database: str = "") -> Iterator[VirtualSystems]:
    """Open the systems of the stories, with their people, and tasks as often as in real life."""
    from yipan.config.virtual.schedule import LEFT_OUT, Pace  # noqa: PLC0415
    from yipan.config.virtual.systems import open_systems  # noqa: PLC0415
    from yipan.simulate.cast import Member  # noqa: PLC0415
    from yipan.simulate.stories.retailer import PEOPLE  # noqa: PLC0415

    members = [
        Member(name=name, role=person.role, sites=person.sites) for name, person in PEOPLE.items()
    ]
    pace = Pace(tasks_every=EVERY, quiet_every=EVERY, left_out=LEFT_OUT | NO_PART)
    with open_systems(dsn, members=members, now=BEGINNING, pace=pace, database=database) as systems:
        yield systems


def _say(line: object) -> None:
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yipan.config.settings")
    django.setup()
    sys.exit(main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else ""))
