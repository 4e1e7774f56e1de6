"""`yipan import tickets`: real baskets, told through the public door as a foreign POS would."""

from __future__ import annotations

import json as json_module
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from yipan.config.cli.data import DEVICE, find_operator
from yipan.config.cli.session import answer, open_database, remarks
from yipan.config.embedded.lock import Lock
from yipan.config.home import find_home
from yipan.config.startup import check_import_room
from yipan.config.trouble import Trouble

if TYPE_CHECKING:
    from yipan.simulate.tickets import Trade
    from yipan.simulate.tills import Address, Choice, Outcome

#: What becomes of a ticket that was told well: it is booked, or was before.
SOUND = {"applied", "duplicate"}
LOOK_SECONDS = 0.5
BOOKED_SECONDS_MAX = 600.0


def tickets(  # noqa: PLR0913 - options of a command line have names
    file: Annotated[Path, typer.Argument(help="Baskets, as Parquet or CSV.")],
    *,
    url: Annotated[
        str, typer.Option(help="Address of a Yipan elsewhere; otherwise the one here.")
    ] = "",
    key: Annotated[
        str, typer.Option(help="API key there, of role integration.", envvar="YIPAN_KEY")
    ] = "",
    store: Annotated[list[str] | None, typer.Option(help="Only these stores.")] = None,
    limit: Annotated[int | None, typer.Option(help="Only so many baskets.", min=1)] = None,
    time_zone: Annotated[str, typer.Option(help="Where the stores stand.")] = "America/New_York",
    currency: Annotated[str, typer.Option(help="What they sell in.")] = "USD",
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """
    Tell the baskets of a file as tickets; stores and goods that are missing are made first.

    Telling them twice changes nothing. With Yipan running, they go to it; otherwise it is
    started for as long as this takes.
    """
    if not file.is_file():
        raise Trouble(f"There is no file {file}.")
    if url and not key:
        raise Trouble("Another Yipan lets nobody in without a key: name it in YIPAN_KEY.")
    from yipan.simulate.baskets import FileUnfit
    from yipan.simulate.door import DoorClosed
    from yipan.simulate.tickets import Trade
    from yipan.simulate.tills import Address, Choice

    check_import_room()
    trade = Trade(time_zone=time_zone, currency=currency)
    choice = Choice(stores=frozenset(store or []), limit=limit)

    def import_to(address: Address) -> Outcome:
        return _import(file, address=address, choice=choice, trade=trade)

    try:
        outcome, booked = (
            (import_to(Address(url=url, key=key)), None) if url else _import_here(import_to)
        )
    except (FileUnfit, DoorClosed) as error:
        raise Trouble(f"Not all was imported: {error}") from None
    _tell(outcome, booked=booked, as_json=json)


def _import(file: Path, *, address: Address, choice: Choice, trade: Trade) -> Outcome:
    from yipan.simulate.tills import import_file

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("lines, {task.fields[rate]:,.0f} a second"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=remarks) as progress:
        bar = progress.add_task("stores and goods", total=None, rate=0.0)
        began: list[float] = []

        def report(done: int, total: int) -> None:
            began.append(time.monotonic())
            rate = done / max(began[-1] - began[0], 0.1)
            progress.update(bar, description="tickets", completed=done, total=total, rate=rate)

        return import_file(file, address=address, choice=choice, trade=trade, report=report)


def _import_here(import_to: Callable[[Address], Outcome]) -> tuple[Outcome, float]:
    """Import into the Yipan of this data home; return how long the hub's book took besides."""
    with _serve_here() as (web, fastlane), open_database():
        from yipan.access import keys
        from yipan.simulate.tills import Address

        name = f"import-{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
        made = keys.create(
            keys.KeyGrant(name=name), by=find_operator(), at=datetime.now(UTC), device=DEVICE
        )
        try:
            outcome = import_to(Address(url=web, key=made.secret, events_url=fastlane))
        finally:
            keys.revoke(name=name, by=find_operator(), at=datetime.now(UTC), device=DEVICE)
        began = time.monotonic()
        with remarks.status("Waiting for the hub's book …"):
            _wait_until_booked()
        return outcome, time.monotonic() - began


@contextmanager
def _serve_here() -> Iterator[tuple[str, str]]:
    """Give the addresses of web and fastlane, of what runs or of what is started for this."""
    home = find_home()
    if Lock(home.postgres.lock).is_held():
        try:
            at = json_module.loads(home.address.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise Trouble("Yipan is just starting, or no `yipan up`: try again.") from None
        yield _name_doors(at["host"], at["port"])
        return
    from yipan.config.progress import Progress as Steps
    from yipan.config.supervisor import Node, Supervisor

    port = _find_free_port()
    node = Node(
        home=home, host="127.0.0.1", port=port, role=os.environ.get("YIPAN_ROLE", "all"),
        with_demo=False,
    )  # fmt: skip
    supervisor = Supervisor(node, Steps(remarks))
    try:
        supervisor.start()
        yield _name_doors(node.host, port)
    finally:
        supervisor.stop()


def _name_doors(host: str, port: int) -> tuple[str, str]:
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{port}", f"http://{shown}:{port + 1}"


def _find_free_port() -> int:
    while True:
        with socket.create_server(("127.0.0.1", 0)) as first:
            port: int = first.getsockname()[1]
            try:
                with socket.create_server(("127.0.0.1", port + 1)):
                    return port
            except OSError:
                continue


def _wait_until_booked() -> None:
    """Wait until the hub has heard all that the stores told."""
    from yipan.exchange.queries import list_sources
    from yipan.masterdata.queries import list_sites

    end = time.monotonic() + BOOKED_SECONDS_MAX
    sources = [f"pos:{site.code}/stock" for site in list_sites(site_type="store")]
    while sources and time.monotonic() < end:
        sources = [
            source
            for source in sources
            if any(row.oldest_unapplied_at is not None for row in list_sources(source=source))
        ]
        if sources:
            time.sleep(LOOK_SECONDS)


def _tell(outcome: Outcome, *, booked: float | None, as_json: bool) -> None:
    facts = {
        "tickets": outcome.tickets,
        "lines": outcome.lines,
        "seconds": round(outcome.seconds, 2),
        "lines_per_second": round(outcome.lines_per_second, 1),
        "seconds_until_booked": None if booked is None else round(booked, 1),
        "states": dict(outcome.states),
        "codes": dict(outcome.codes),
        "sites_made": outcome.sites_made,
        "skus_made": outcome.skus_made,
    }
    states = ", ".join(f"{count:,} {state}" for state, count in outcome.states.items())
    text = (
        f"{outcome.tickets:,} tickets with {outcome.lines:,} lines in {outcome.seconds:.1f} s "
        f"({outcome.lines_per_second:,.0f} lines a second): {states}."
    )
    for code, count in outcome.codes.items():
        remarks.print(f"{count:,} × {code}", highlight=False)
    answer(facts, text=text, as_json=as_json)
    if set(outcome.states) - SOUND:
        raise typer.Exit(1)
