"""Create the cluster of the embedded PostgreSQL: its password, its files, its log-ins."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
from pathlib import Path
from urllib.parse import quote

from yipan.config.embedded.account import Account
from yipan.config.embedded.layout import Layout
from yipan.config.trouble import Trouble

OWNER = "yipan"
APPLICATION = "yipan_app"
DATABASE = "yipan"


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
    shutil.rmtree(layout.data_new, ignore_errors=True)
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
    made = subprocess.run(
        command,
        cwd="/",
        env={"PATH": "/usr/bin:/bin", "TZ": "UTC"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        **account.become(),
    )
    if made.returncode != 0:
        lines = made.stderr.decode(errors="replace").strip().splitlines() or ["no message"]
        said = next((line for line in lines if "rror" in line or "FATAL" in line), lines[-1])
        raise Trouble(f"The database could not be created in {layout.root}: {said.strip()}")


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
