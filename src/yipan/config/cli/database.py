"""Commands about the database itself: where it is, its backup, its end."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Annotated

import psycopg
import typer
from psycopg import pq

from yipan.config.cli.session import OpenDatabase, answer, open_database, remarks
from yipan.config.embedded.binaries import find_installation
from yipan.config.embedded.lock import Lock
from yipan.config.home import find_home
from yipan.config.trouble import AlreadyRunning, Trouble

app = typer.Typer(help="The database itself.", no_args_is_help=True)

#: Where a restore goes before it takes the place of the live database, and where that goes.
RESTORED = "yipan_restored"
BEFORE = "yipan_before_restore"

AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


@app.command()
def url(*, json: AsJson = False) -> None:
    """Print the address of the database, password included."""
    with open_database() as database:
        answer({"url": database.dsn}, text=database.dsn, as_json=json)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def psql(context: typer.Context) -> None:
    """Open psql on the database; further arguments are handed to it."""
    with open_database() as database:
        ended = _run("psql", *context.args, dsn=database.dsn)
    raise typer.Exit(ended)


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="The file to write; it must not exist.")],
    *,
    json: AsJson = False,
) -> None:
    """Write the whole database into one file, also while everything runs."""
    if file.exists():
        raise Trouble(f"{file} exists: name a new file, so that no backup is overwritten.")
    with open_database() as database, remarks.status("Writing the backup …"):
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        if _run("pg_dump", "--format=custom", f"--file={file}", dsn=database.dsn) != 0:
            file.unlink()
            raise Trouble("The backup could not be written; what went wrong is said above.")
    size = file.stat().st_size
    answer({"file": str(file), "bytes": size}, text=f"{file}: {size:,} bytes", as_json=json)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file that `backup` wrote.")],
    *,
    json: AsJson = False,
) -> None:
    """
    Bring a backup back, into a system that is stopped.

    The database that was there is kept beside it, as `yipan_before_restore`, until the next
    restore. An operator's own database (DATABASE_URL) has to be empty.
    """
    if not file.exists():
        raise Trouble(f"There is no file {file}.")
    with (
        open_database(makes_tables=False) as database,
        remarks.status("Bringing the backup back …"),
    ):
        if os.environ.get("DATABASE_URL"):
            _restore_into(database.dsn, file)
        elif database.is_ours:
            _restore_beside(database, file)
        else:
            raise AlreadyRunning("Yipan is running: stop it before a backup is brought back.")
    answer({"restored": str(file)}, text=f"{file} is back; run `yipan prove`.", as_json=json)


@app.command()
def reset(
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete the data home with everything in it: the next start begins from nothing."""
    home = find_home()
    if not home.postgres.root.exists():
        typer.echo(f"There is nothing in {home.root}.")
        return
    lock = Lock(home.postgres.lock)
    lock.acquire()
    if not yes:
        typer.confirm(f"Delete all data in {home.root}, for good?", abort=True)
    for path in (home.postgres.root, home.log, home.root / "static"):
        shutil.rmtree(path, ignore_errors=True)
    for path in (home.children, home.root / "secret_key"):
        path.unlink(missing_ok=True)
    typer.echo(f"{home.root} is empty.")


def list_variables(dsn: str) -> dict[str, str]:
    """Return libpq's environment variables that say the same as `dsn`."""
    return {
        option.envvar.decode(): option.val.decode()
        for option in pq.Conninfo.parse(dsn.encode())
        if option.envvar and option.val
    }


def _run(program: str, *arguments: str, dsn: str) -> int:
    """Run a program of PostgreSQL; the password goes by the environment, which is private."""
    ended = subprocess.run(
        [find_installation() / "bin" / program, *arguments],
        env={**os.environ, **list_variables(dsn)},
        check=False,
    )
    return ended.returncode


def _restore_into(dsn: str, file: Path) -> None:
    with psycopg.connect(dsn) as connection:
        found = connection.execute(
            "select count(*) from pg_tables where schemaname = 'public'"
        ).fetchone()
    if found is not None and found[0] > 0:
        raise Trouble("The database of DATABASE_URL is not empty: name one that is.")
    name = psycopg.conninfo.conninfo_to_dict(dsn)["dbname"]
    options = ("--exit-on-error", "--single-transaction", "--no-owner", f"--dbname={name}")
    if _run("pg_restore", *options, str(file), dsn=dsn) != 0:
        raise Trouble("The backup could not be brought back; what went wrong is said above.")


def _restore_beside(database: OpenDatabase, file: Path) -> None:
    from django.db import connections

    connections.close_all()
    maintenance = psycopg.conninfo.make_conninfo(database.dsn, dbname="postgres")
    with psycopg.connect(maintenance, autocommit=True) as connection:
        connection.execute(f"drop database if exists {RESTORED}")
        connection.execute(f"create database {RESTORED}")
        _restore_into(psycopg.conninfo.make_conninfo(database.dsn, dbname=RESTORED), file)
        connection.execute(f"drop database if exists {BEFORE}")
        with connection.transaction():
            connection.execute(f"alter database yipan rename to {BEFORE}")
            connection.execute(f"alter database {RESTORED} rename to yipan")
