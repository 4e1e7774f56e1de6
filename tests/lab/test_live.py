"""The switch of live trade: who may put it, when it ends, and that its process follows it."""

from __future__ import annotations

import os
import subprocess
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.access.builders import a_person
from tests.retailer import NOON
from yipan.access.roles import Role
from yipan.config import lab_live
from yipan.foundation.refusals import NotFound
from yipan.lab import live

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(minutes=10)


class Started:
    """What would be a process: it ends when its input is closed, as the real one does."""

    def __init__(self, command: list[str], **_: Any) -> None:
        self.speed = command[-1]
        self.pid = 0
        self.returncode: int | None = None
        self.stdin, self.stdout, self.stderr = self, ['{"tickets": 3}'], ["Trouble: closed\n"]

    def close(self) -> None:
        self.returncode = 0

    def poll(self) -> int | None:
        return self.returncode

    def wait(self, _seconds: float | None = None) -> int | None:
        return self.returncode


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Started]:
    """Return what was started instead of a process of its own."""
    found: list[Started] = []

    def start(command: list[str], **settings: Any) -> Started:
        found.append(Started(command, **settings))
        return found[-1]

    monkeypatch.setattr(subprocess, "Popen", start)
    monkeypatch.setattr(os, "setpriority", lambda *_: None)
    return found


def test_without_a_demo_there_is_no_switch() -> None:
    with pytest.raises(NotFound):
        live.switch_on(speed=60, by="ann", at=NOON)

    assert live.find_switch() is None


def test_it_is_put_on_at_a_speed_and_ends_by_itself() -> None:
    assert live.allow() is True
    assert live.allow() is False

    on = live.switch_on(speed=300, by="ann", at=NOON)
    odd = live.switch_on(speed=7_777, by="ben", at=NOON)

    assert (on.is_on, on.speed, on.switched_by) == (True, 300, "ann")
    assert (odd.speed, odd.switched_by) == (60, "ben")
    assert odd.is_wanted(at=NOON + timedelta(minutes=29)) is True
    assert odd.is_wanted(at=NOON + timedelta(minutes=30)) is False
    assert odd.is_running(at=NOON) is False
    live.hear(counted={"tickets": 2}, at=NOON)
    heard = live.find_switch()
    assert heard is not None
    assert heard.is_running(at=NOON + timedelta(seconds=19)) is True
    assert heard.is_running(at=NOON + timedelta(seconds=21)) is False
    assert live.switch_off(by="ann", at=LATER).is_on is False


def test_a_process_follows_the_switch(started: list[Started]) -> None:
    live.allow()
    keeper = lab_live.Keeper()
    keeper.look(at=NOON)
    assert started == []

    live.switch_on(speed=10, by="ann", at=NOON)
    keeper.look(at=NOON)
    keeper.look(at=NOON)
    live.switch_on(speed=300, by="ann", at=NOON)
    keeper.look(at=NOON)
    assert [each.speed for each in started] == ["10", "300"]
    assert [each.returncode for each in started] == [0, None]

    live.switch_off(by="ann", at=LATER)
    keeper.look(at=LATER)
    assert started[1].returncode == 0


def test_its_time_over_the_switch_goes_off(started: list[Started]) -> None:
    live.allow()
    live.switch_on(speed=10, by="ann", at=NOON)
    keeper = lab_live.Keeper()
    keeper.look(at=NOON)

    keeper.look(at=NOON + timedelta(minutes=31))

    switch = live.find_switch()
    assert switch is not None
    assert (switch.is_on, switch.switched_by, started[0].returncode) == (False, "clock", 0)


def test_why_it_ended_stands_on_the_tower(started: list[Started], client: Client) -> None:
    live.allow()
    client.force_login(a_person(Role.INVENTORY_CONTROLLER, username="ann"))
    assert client.post("/lab/live/trade/on", {"speed": "60"}).status_code == 302
    switch = live.find_switch()
    assert switch is not None
    assert switch.switched_at is not None
    keeper = lab_live.Keeper()
    keeper.look(at=switch.switched_at)
    started[0].returncode = 1

    keeper.look(at=switch.switched_at)

    shown = client.get("/lab/live/trade").content.decode()
    assert "Live trade cannot start" in shown
    assert "Trouble: closed" in shown
    off = client.post("/lab/live/trade/off", headers={"HX-Request": "true"}).content.decode()
    assert 'name="speed"' in off
