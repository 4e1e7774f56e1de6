"""`yipan import invoices`: real invoices of a web shop, replayed as channel orders."""

from __future__ import annotations

import time
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from yipan.config.cli.session import answer, open_database, remarks
from yipan.config.startup import check_import_room
from yipan.config.trouble import Trouble

SECONDS_BETWEEN_LINES: Final = 60


def invoices(
    file: Annotated[Path, typer.Argument(help="Invoices (Online Retail), as Parquet or CSV.")],
    *,
    limit: Annotated[int | None, typer.Option(help="Only so many invoices.", min=1)] = None,
    supply: Annotated[
        int, typer.Option(help="Percent of what was sold that is there.", min=1, max=200)
    ] = 80,
    until: Annotated[
        datetime | None, typer.Option(help="The last day.", formats=["%Y-%m-%d"])
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """
    Replay the invoices of a file as orders of a channel, with their cancellations.

    Products, two warehouses and their opening stock are made out of the file. Every line ends
    shipped, canceled or back-ordered; `yipan prove` proves the books afterwards. Run it again
    after a kill, or with a later `--until`, and it goes on where it stood.
    """
    if not file.is_file():
        raise Trouble(f"There is no file {file}.")
    check_import_room()
    from yipan.simulate.baskets import FileUnfit
    from yipan.simulate.invoices import read_invoices

    try:
        with remarks.status("Reading the file …"):
            read = read_invoices(file, limit=limit)
    except FileUnfit as error:
        raise Trouble(f"Nothing was replayed: {error}") from None
    began = time.monotonic()
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
    )  # fmt: skip
    with open_database(), Progress(*columns, console=remarks) as progress:
        from yipan.demo.invoices import replay

        done = replay(
            read,
            supply_percent=supply,
            until=until.date() if until else None,
            report=_Teller(progress).tell,
        )
    seconds = round(time.monotonic() - began, 1)
    facts = asdict(done) | {"seconds": seconds, "rows_left_out": read.rows_left_out}
    ends = ", ".join(f"{count:,} {what}" for what, count in sorted(done.lines.items()))
    text = (
        f"{done.orders:,} orders and {done.cancellations:,} cancellations: {ends} lines. "
        f"Of {done.took_back:,} pieces taken back {done.returned:,} had left and came back by "
        f"{done.returns:,} returns; {done.unmatched:,} were not bought in this part."
    )
    answer(facts, text=text, as_json=json)
    if done.unsettled:
        raise typer.Exit(1)


class _Teller:
    """Tells how far a replay is: a bar for who looks at it, a line now and then for a file."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._bar = progress.add_task("lines", total=None)
        self._began = self._told = time.monotonic()

    def tell(self, count: int, total: int) -> None:
        """Hear how many lines are done, and of how many."""
        self._progress.update(self._bar, completed=count, total=total)
        now = time.monotonic()
        if not remarks.is_terminal and now - self._told > SECONDS_BETWEEN_LINES:
            self._told = now
            speed = count / (now - self._began)
            remarks.print(f"{count:,} of {total:,} lines, {speed:,.0f} a second")
