"""`yipan import corrections`: stock corrections of the past, with the words people wrote."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from yipan.config.cli.session import answer, open_database, remarks
from yipan.config.startup import check_import_room
from yipan.config.trouble import Trouble


def corrections(
    file: Annotated[Path, typer.Argument(help="Sales lines, as Parquet or CSV.")],
    *,
    time_zone: Annotated[str, typer.Option(help="Where they were written.")] = "Europe/London",
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """
    Load corrections of the past as history, and read their causes out of their words.

    They move no stock. Loading a file again changes nothing.
    """
    if not file.is_file():
        raise Trouble(f"There is no file {file}.")
    try:
        zone = ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise Trouble(f"There is no time zone {time_zone!r}.") from None
    check_import_room()
    with open_database():
        from yipan.recon.documents import past
        from yipan.simulate.baskets import FileUnfit
        from yipan.simulate.corrections import read_corrections

        with remarks.status("Reading …"):
            try:
                read = read_corrections(file)
            except FileUnfit as error:
                raise Trouble(f"Nothing was imported: {error}") from None
        loaded = past.load(
            origin=read.origin,
            goods=read.goods,
            lines=[
                past.Corrected(
                    row=line.row,
                    occurred_at=line.at.replace(tzinfo=zone),
                    quantity=line.quantity,
                    text=line.text,
                    sku=line.sku,
                )
                for line in read.lines
            ],
        )
    causes = ", ".join(f"{number:,} {cause}" for cause, number in loaded.by_cause.items())
    text = (
        f"{loaded.new:,} corrections are new, {loaded.known:,} were known; "
        f"{loaded.unworded:,} say nothing. Read as: {causes}."
    )
    answer(asdict(loaded), text=text, as_json=json)
