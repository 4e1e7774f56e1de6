"""Commands about the database itself."""

from __future__ import annotations

import os
import subprocess
from typing import Annotated

import typer
from psycopg import pq

from yipan.config.cli_session import answer, open_database
from yipan.config.embedded.binaries import find_installation

app = typer.Typer(help="The database itself.", no_args_is_help=True)


@app.command()
def url(*, json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """Print the address of the database, password included."""
    with open_database() as database:
        answer({"url": database.dsn}, text=database.dsn, as_json=json)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def psql(context: typer.Context) -> None:
    """Open psql on the database; further arguments are handed to it."""
    with open_database() as database:
        program = find_installation() / "bin" / "psql"
        # By the environment: a command line can be read by others.
        environment = {**os.environ, **list_variables(database.dsn)}
        ended = subprocess.run([program, *context.args], env=environment, check=False)
    raise typer.Exit(ended.returncode)


def list_variables(dsn: str) -> dict[str, str]:
    """Return libpq's environment variables that say the same as `dsn`."""
    return {
        option.envvar.decode(): option.val.decode()
        for option in pq.Conninfo.parse(dsn.encode())
        if option.envvar and option.val
    }
