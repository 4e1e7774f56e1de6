"""What keeps Yipan from starting is one sentence that names the way out."""

from __future__ import annotations

import shutil
import socket
from pathlib import Path
from typing import NamedTuple

import pytest

from yipan.config import startup
from yipan.config.trouble import Trouble


class Usage(NamedTuple):
    """What a disk says of itself, in bytes."""

    total: int
    free: int


def test_the_port_is_8000_unless_named() -> None:
    assert startup.read_port({}) == 8000
    assert startup.read_port({"PORT": ""}) == 8000
    assert startup.read_port({"PORT": "8123"}) == 8123


@pytest.mark.parametrize("port", ["0", "-1", "65535", "8000.5", "http", "８０００x"])
def test_a_port_that_is_none_is_refused(port: str) -> None:
    with pytest.raises(Trouble, match="PORT has to be a number from 1 to 65534"):
        startup.read_port({"PORT": port})


def test_a_port_that_is_taken_is_named_with_another() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(Trouble) as trouble:
            startup.check_port(host="127.0.0.1", port=port)

    assert str(trouble.value) == (
        f"Port {port} on 127.0.0.1 is taken by another program: stop it, or choose another with "
        f"PORT, such as `make run PORT={port + 10}`."
    )


def test_a_free_port_is_left_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    startup.check_port(host="127.0.0.1", port=port)
    startup.check_port(host="127.0.0.1", port=port)


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(Trouble, match=r"192\.0\.2\.7 is not an address of this machine"):
        startup.check_port(host="192.0.2.7", port=8000)


def test_a_full_disk_is_refused_before_anything_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(total=10**9, free=12 * 1024 * 1024))
    home = tmp_path / "not" / "there"

    with pytest.raises(Trouble) as trouble:
        startup.check_disk(home)

    assert str(trouble.value) == (
        f"The disk of {home} is full (12 MB free, 300 MB are needed): free some space, or set "
        "YIPAN_HOME to a folder on another disk."
    )
    assert list(tmp_path.iterdir()) == []


def test_a_tenth_of_the_disk_is_when_to_warn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(total=1000, free=100))
    assert startup.is_disk_low(tmp_path) is False

    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(total=1000, free=99))
    assert startup.is_disk_low(tmp_path) is True


def test_on_loopback_browsers_call_us_by_its_names_only() -> None:
    assert startup.list_allowed_hosts("127.0.0.1") == ["localhost", "127.0.0.1", "[::1]"]
    assert startup.list_allowed_hosts("::1") == ["localhost", "127.0.0.1", "[::1]"]
    assert startup.list_allowed_hosts("10.1.2.3")[-1] == "10.1.2.3"


def test_on_all_addresses_browsers_may_use_the_name_of_the_machine() -> None:
    names = startup.list_allowed_hosts("0.0.0.0")  # noqa: S104

    assert socket.gethostname() in names
    assert "*" not in names
