"""The command line: `yipan up`, and what one asks of a system from a terminal."""

from __future__ import annotations

import os
import sys
from importlib.metadata import version as get_version
from typing import Annotated

import psycopg
import typer
from rich.console import Console

from yipan.config.cli import (
    checks,
    data,
    database,
    importing,
    keeping,
    live,
    people,
    session,
    simulating,
)
from yipan.config.home import find_home
from yipan.config.startup import read_port
from yipan.config.trouble import Trouble

PYTHON_MIN = (3, 11)

app = typer.Typer(
    name="yipan",
    help="Yipan: one pool of stock over warehouses, stores and online channels.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)
app.command("prove")(checks.prove)
app.command("bench")(checks.bench)
app.command("doctor")(checks.doctor)
app.command("demo")(data.demo)
app.command("live")(live.live)
app.command("simulate")(simulating.simulate)
app.command("retention")(keeping.retention)
app.command("compare-runs")(simulating.compare_runs)
app.add_typer(importing.app, name="import")
app.add_typer(data.key_app, name="apikey")
app.add_typer(people.app, name="person")
app.add_typer(database.app, name="database")


@app.command()
def up(  # noqa: PLR0913 - options of a command line have names
    *,
    role: Annotated[
        str, typer.Option(help="What this machine is: all, hub, wms or pos.", envvar="YIPAN_ROLE")
    ] = "all",
    site: Annotated[
        str, typer.Option(help="Sites of a site node, such as S12.", envvar="YIPAN_SITES")
    ] = "",
    hub: Annotated[
        str, typer.Option(help="Address of the hub, for a site node.", envvar="YIPAN_HUB_URL")
    ] = "",
    key: Annotated[
        str,
        typer.Option(
            help="API key at the hub. Better in the variable: others see a command line.",
            envvar="YIPAN_HUB_KEY",
        ),
    ] = "",
    host: Annotated[str, typer.Option(help="Address to listen on.", envvar="HOST")] = "127.0.0.1",
    port: Annotated[
        int | None, typer.Option(help="Port of the web; the fastlane takes the next one.")
    ] = None,
    run_as: Annotated[
        str | None, typer.Option(help="Account of PostgreSQL when root starts it.")
    ] = None,
    with_demo: Annotated[
        bool, typer.Option("--demo/--no-demo", help="Create the demo retailer in an empty system.")
    ] = True,
) -> None:
    """Start everything on this machine, and keep it running until Ctrl-C."""
    # Here, so that the other commands do not pay for it.
    from yipan.config.cli.up import serve
    from yipan.config.supervisor import Node

    serve(
        Node(
            home=find_home(),
            host=host,
            port=read_port(os.environ) if port is None else port,
            role=role,
            sites=site,
            hub=hub,
            key=key,
            run_as=run_as,
            with_demo=with_demo,
        )
    )


@app.command()
def migrate(
    *,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say only what changes.")] = False,
) -> None:
    """Bring the tables up to date, and let the application's role use them."""
    from yipan.config.cli.session import open_database

    with open_database(makes_tables=False):
        from yipan.config.grants import migrate_and_grant

        changed = migrate_and_grant(verbosity=1)
    if not quiet or changed:
        typer.echo(f"{changed} migrations applied; the tables are up to date.")


@app.command()
def version(*, json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """Say which Yipan this is."""
    number = get_version("yipan")
    session.answer({"version": number}, text=f"yipan {number}", as_json=json)


def main() -> None:
    """Run a command. Trouble becomes one sentence and an exit code that is not 0."""
    if sys.version_info < PYTHON_MIN:
        wanted = ".".join(map(str, PYTHON_MIN))
        sys.exit(f"Yipan needs Python {wanted} or newer, and this is {sys.version.split()[0]}.")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yipan.config.settings")
    try:
        app(prog_name="yipan")
    except Trouble as trouble:
        _complain(str(trouble))
        sys.exit(trouble.exit_code)
    except psycopg.OperationalError as error:
        _complain(f"The database does not answer: {' '.join(str(error).split())}")
        sys.exit(1)
    except PermissionError as error:
        _complain(f"This account may not use {error.filename}: set YIPAN_HOME to another folder.")
        sys.exit(1)


def _complain(sentence: str) -> None:
    Console(stderr=True, soft_wrap=True).print(f"[red]✗[/] {sentence}", highlight=False)
