"""`yipan import invoices`: real invoices of a web shop, replayed as channel orders."""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from yipan.config.cli.session import answer, open_database, remarks
from yipan.config.startup import check_import_room
from yipan.config.trouble import Trouble


def invoices(
    file: Annotated[Path, typer.Argument(help="Invoices (Online Retail), as Parquet or CSV.")],
    *,
    limit: Annotated[int | None, typer.Option(help="Only so many invoices.", min=1)] = None,
    supply: Annotated[
        int, typer.Option(help="Percent of what was sold that is there.", min=1, max=200)
    ] = 80,
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """
    Replay the invoices of a file as orders of a channel, with their cancellations.

    Products, two warehouses and their opening stock are made out of the file. Every line ends
    shipped, canceled or back-ordered; `yipan prove` proves the books afterwards.
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

        bar = progress.add_task("invoices", total=len(read.invoices))
        done = replay(
            read,
            supply_percent=supply,
            report=lambda count, total: progress.update(bar, completed=count, total=total),
        )
    facts = asdict(done) | {"seconds": round(time.monotonic() - began, 1),
                            "rows_left_out": read.rows_left_out}  # fmt: skip
    ends = ", ".join(f"{count:,} {what}" for what, count in sorted(done.lines.items()))
    text = (
        f"{done.orders:,} orders and {done.cancellations:,} cancellations: {ends} lines. "
        f"Of {done.took_back:,} pieces taken back {done.returned:,} had left and came back by "
        f"{done.returns:,} returns; {done.unmatched:,} were not bought in this part."
    )
    answer(facts, text=text, as_json=json)
    if done.unsettled:
        raise typer.Exit(1)
