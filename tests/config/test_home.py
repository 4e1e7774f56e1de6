"""The data home: where it is, and what in it is private."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from yipan.config.home import Home, find_home, get_secret_key


def test_the_home_is_where_yipan_home_says(tmp_path: Path) -> None:
    assert find_home({"YIPAN_HOME": str(tmp_path)}).root == tmp_path
    assert find_home({"YIPAN_HOME": "~/stock"}).root == Path.home() / "stock"


def test_otherwise_it_is_where_the_platform_keeps_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert find_home({}).root == Path("/var/lib/yipan")

    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert find_home({}).root.name == "yipan"
    assert find_home({}).root != Path("/var/lib/yipan")


def test_the_key_that_signs_is_made_once_and_kept_private(tmp_path: Path) -> None:
    home = Home(root=tmp_path)
    environment = {"YIPAN_HOME": str(tmp_path)}

    key = home.ensure_secret_key()

    assert len(key) > 60
    assert home.ensure_secret_key() == key
    assert get_secret_key(environment) == key
    assert get_secret_key({**environment, "YIPAN_SECRET_KEY": "named"}) == "named"
    assert oct((tmp_path / "secret_key").stat().st_mode & 0o777) == "0o600"


def test_without_a_home_the_key_is_a_passing_one(tmp_path: Path) -> None:
    environment = {"YIPAN_HOME": str(tmp_path)}

    assert get_secret_key(environment) != get_secret_key(environment)
    assert list(tmp_path.iterdir()) == []
