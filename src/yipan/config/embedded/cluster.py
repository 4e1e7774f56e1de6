"""Create the cluster of the embedded PostgreSQL: its password, its files, its log-ins."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
from pathlib import Path
from urllib.parse import quote

from yipan.config.embedded.account import Account
from yipan.config.embedded.children import start_child, wait_until
from yipan.config.embedded.layout import Layout
from yipan.config.trouble import Trouble

OWNER = "yipan"
APPLICATION = "yipan_app"
DATABASE = "yipan"
LEFTOVER_SECONDS_MAX = 10.0


def create_cluster(
    *, layout: Layout, account: Account, installation: Path, throw_away: bool = False
) -> None:
    """
    Create the cluster when there is none.

    It is made in `data.new` and renamed at the end. What a killed start left behind is
    thrown away, so that the next one begins clean.
    """
    if layout.data.exists():
        _check_version(layout, installation)
        return
    _throw_away(layout.data_new)
    layout.data_new.mkdir(mode=0o700)
    account.own(layout.data_new)
    passwords = {OWNER: secrets.token_urlsafe(24), APPLICATION: secrets.token_urlsafe(24)}
    password_file = layout.run / "password"
    password_file.unlink(missing_ok=True)
    write_private(password_file, passwords[OWNER], account=account)
    try:
        _run_initdb(
            layout=layout,
            account=account,
            installation=installation,
            options=[f"--pwfile={password_file}", *(["--no-sync"] if throw_away else [])],
        )
    finally:
        password_file.unlink(missing_ok=True)
    # The log-ins first: once `data` is there, nothing knows the passwords any more.
    write_private(layout.dsn, make_dsn(OWNER, passwords[OWNER], layout.run))
    write_private(layout.dsn_app, make_dsn(APPLICATION, passwords[APPLICATION], layout.run))
    if not throw_away:
        _sync(layout.root)
    layout.data_new.rename(layout.data)
    if not throw_away:
        _sync(layout.root)


def make_dsn(user: str, password: str, socket_directory: object) -> str:
    """Return the address of our database for libpq."""
    host = quote(str(socket_directory), safe="")
    return f"postgresql://{user}:{quote(password, safe='')}@/{DATABASE}?host={host}&port=5432"


def write_private(path: Path, text: str, *, account: Account | None = None) -> None:
    """Write a file that its owner alone can read, whole or not at all."""
    unfinished = path.with_name(path.name + ".new")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    if account is not None:
        account.own(unfinished)
    unfinished.replace(path)


def _run_initdb(
    *, layout: Layout, account: Account, installation: Path, options: list[str]
) -> None:
    command: list[str | Path] = [
        *(installation / "bin" / "initdb", "-D", layout.data_new, "-U", OWNER),
        *("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
        *("--locale=C", "--auth=scram-sha-256", "--data-checksums", "--no-instructions"),
        *options,
    ]
    with layout.start_log.open("wb") as output:
        # It ends with us, so that the next start finds nobody at work.
        status = start_child(
            command,
            environment={"PATH": "/usr/bin:/bin", "TZ": "UTC"},
            death_signal=signal.SIGKILL,
            account=account,
            output=output,
        ).wait()
    if status != 0:
        said = layout.start_log.read_text(encoding="utf-8", errors="replace")
        lines = said.strip().splitlines() or ["no message"]
        reason = next((line for line in lines if "rror" in line or "FATAL" in line), lines[-1])
        raise Trouble(f"The database could not be created in {layout.root}: {reason.strip()}")


def _throw_away(directory: Path) -> None:
    """Delete what a killed start left; its last process may still be writing for a moment."""

    def is_gone() -> bool:
        shutil.rmtree(directory, ignore_errors=True)
        return not directory.exists()

    if not wait_until(is_gone, seconds=LEFTOVER_SECONDS_MAX):
        raise Trouble(f"{directory} cannot be deleted: do so, and start again.")


def _check_version(layout: Layout, installation: Path) -> None:
    has = (layout.data / "PG_VERSION").read_text(encoding="ascii").strip()
    told = subprocess.run(
        [installation / "bin" / "postgres", "--version"], capture_output=True, text=True, check=True
    )
    brings = told.stdout.split()[2].partition(".")[0]
    if has != brings:
        raise Trouble(
            f"The data in {layout.data} was made by PostgreSQL {has}, and this is {brings}: "
            "back it up with the Yipan that made it (`yipan database backup`), and restore it here."
        )
    if not layout.dsn.exists():
        raise Trouble(f"{layout.dsn} is missing, and the database's password was in it.")


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
