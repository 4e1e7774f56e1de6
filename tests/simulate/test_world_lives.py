"""
Goal: a retailer lives for some days in the real systems, and the truth agrees with what they say.

Without faults the books are right for every position: nothing in the world makes differences but
faults. With every fault on nothing is oversold, all lines heal, and the books are proved.
"""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import DjangoDbBlocker

from yipan.config.virtual.schedule import PACES
from yipan.config.virtual.systems import open_systems
from yipan.proof.run import prove
from yipan.simulate.cast import SCALES, list_members
from yipan.simulate.plans.kinds import KINDS
from yipan.simulate.run import run
from yipan.simulate.scores.model import Scores

pytestmark = pytest.mark.slow


def live(url: str, *, plan: str, days: int, seed: int = 1) -> Scores:
    """Let a tiny retailer live, and prove the books at the end."""
    members = list_members(SCALES["tiny"])
    with open_systems(url, members=members, pace=PACES["small"], seed=seed) as systems:
        scores = run(systems, plan=plan, scale="tiny", days=days, seed=seed)
        assert systems.list_faults() == []
        broken = [each for each in prove() if not each.ok]
    assert broken == []
    return scores


def tell_apart(scores: Scores) -> dict[str, Any]:
    """Return what has to be the same in the same run: all but the time it took, and random ids."""
    said = scores.to_dict()
    del said["seconds"], said["refused"]
    return said


def test_without_faults_the_books_are_right_for_every_position(
    database_url: str, django_db_blocker: DjangoDbBlocker
) -> None:
    with django_db_blocker.unblock():
        scores = live(database_url, plan="none", days=3)

    assert [day["equal_permille"] for day in scores.accuracy["curve"]] == [1_000] * 3
    assert (scores.oversold, scores.unhealed_messages, scores.causes) == (0, 0, {})
    assert scores.volumes["tickets"] > 60
    assert scores.volumes["count lines"] > 60
    assert scores.volumes["picks"] > 0
    assert scores.promises["short_on_the_shelf"] == 0
    # Nobody is turned away but who wants what is not there.
    assert {code.split()[-1] for code in scores.refusals} <= {"reservation.insufficient_stock"}


def test_with_every_fault_lines_heal_nothing_is_oversold_and_the_same_seed_is_the_same_run(
    database_url: str, django_db_blocker: DjangoDbBlocker
) -> None:
    with django_db_blocker.unblock():
        scores = live(database_url, plan="default", days=4)
        again = live(database_url, plan="default", days=4)

    assert (scores.oversold, scores.unhealed_messages) == (0, 0)
    lines = {fault: row for fault, row in scores.causes.items() if KINDS[fault].is_interface}
    assert {"network_outage", "cloned_till", "restored_till"} <= set(lines)
    assert [fault for fault, row in lines.items() if row["healed"] != row["injected"]] == []
    goods = [row for fault, row in scores.causes.items() if not KINDS[fault].is_interface]
    assert sum(row["injected"] for row in goods) > 10
    assert sum(row["found"] for row in goods) > 5
    assert scores.accuracy["curve"][0]["equal_permille"] > 900
    assert tell_apart(again) == tell_apart(scores)
