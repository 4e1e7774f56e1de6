"""What has to be true before Yipan starts: each check says what is wrong in one sentence."""

from __future__ import annotations

import errno
import os
import shutil
import socket
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path

from yipan.config.home import find_home
from yipan.config.trouble import Trouble

MEGABYTE = 1024 * 1024
#: A fresh cluster takes 60 MB, and its first checkpoint segments as much again.
FREE_MB_MIN = 300
FREE_SHARE_WARN = 0.10
FREE_SHARE_MIN = 0.05
PORT_MAX = 65_534


def read_port(environment: Mapping[str, str]) -> int:
    """Return PORT, 8000 when it is not set. The next one is the fastlane's."""
    text = environment.get("PORT") or "8000"
    if not text.isdecimal() or not 1 <= int(text) <= PORT_MAX:
        raise Trouble(f"PORT has to be a number from 1 to {PORT_MAX}, and not {text!r}.")
    return int(text)


def check_port(*, host: str, port: int) -> None:
    """
    Try whether we can listen there.

    :raises Trouble: if somebody else does, or the address is not one of this machine.
    """
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            # A port whose last connections are only fading out is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen()
    except OSError as error:
        raise Trouble(_explain_port(error, host=host, port=port)) from None


def _explain_port(error: OSError, *, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} on {host} is taken by another program: stop it, or choose another with "
            f"PORT, such as `make run PORT={port + 10}`."
        )
    if error.errno == errno.EACCES:
        return f"This account may not listen on port {port}: choose one above 1023 with PORT."
    return f"{host} is not an address of this machine that one can listen on: set HOST to another."


def check_disk(directory: Path) -> None:
    """
    Look whether there is room for the database.

    :raises Trouble: if the disk is full or nearly so, or the folder cannot be written to.
    """
    existing = next(each for each in (directory, *directory.parents) if each.exists())
    free = shutil.disk_usage(existing).free
    if free < FREE_MB_MIN * MEGABYTE:
        raise Trouble(
            f"The disk of {directory} is full ({free // MEGABYTE} MB free, {FREE_MB_MIN} MB are "
            "needed): free some space, or set YIPAN_HOME to a folder on another disk."
        )


def check_import_room() -> None:
    """
    Look whether there is room for an import into the embedded database.

    :raises Trouble: if less than a twentieth of the disk is free.
    """
    root = find_home().root
    if os.environ.get("DATABASE_URL") or not root.exists():
        return
    usage = shutil.disk_usage(root)
    if usage.free < usage.total * FREE_SHARE_MIN:
        raise Trouble(
            f"Less than {FREE_SHARE_MIN:.0%} of the disk of {root} is free: nothing is imported "
            "until there is more."
        )


def is_disk_low(directory: Path) -> bool:
    """Say whether less than a tenth of the disk is free: time to warn."""
    usage = shutil.disk_usage(directory)
    return usage.free < usage.total * FREE_SHARE_WARN


def list_allowed_hosts(host: str) -> list[str]:
    """Return the names browsers may call us by when we listen on `host`."""
    names = ["localhost", "127.0.0.1", "[::1]"]
    try:
        is_everywhere = ip_address(host).is_unspecified
    except ValueError:
        is_everywhere = False
    if not is_everywhere:
        return names if host in names or host == "::1" else [*names, host]
    names += [socket.gethostname(), socket.getfqdn()]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # Nothing is sent: this asks the system which of our addresses leads outside.
            probe.connect(("192.0.2.1", 9))
            names.append(probe.getsockname()[0])
        except OSError:
            pass
    return list(dict.fromkeys(names))
