"""`yipan import demand`: what the system before sold, so that forecasts know a season at once."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from yipan.config.cli.data import DEVICE, find_operator
from yipan.config.cli.session import answer, open_database, remarks
from yipan.config.startup import check_import_room
from yipan.config.trouble import Trouble


def demand(
    file: Annotated[
        Path, typer.Argument(help="CSV or XLSX: sku, site, day, sold, returned, out_of_stock.")
    ],
    *,
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """
    Bring in daily sales of the system before, up to the day before our own book begins.

    They move no stock. A file brought in again replaces its days.
    """
    if not file.is_file():
        raise Trouble(f"There is no file {file}.")
    check_import_room()
    with open_database():
        from django.utils import timezone

        from yipan.foundation.refusals import Refusal
        from yipan.ledger.moves import Trace
        from yipan.planning.documents import earlier
        from yipan.planning.documents.earlier_files import read_days

        now = datetime.now(UTC)
        try:
            with remarks.status("Reading …"):
                days = read_days(file.read_bytes())
                loaded = earlier.load(
                    days,
                    today=timezone.localdate(now),
                    by=Trace(actor=find_operator().name, device=DEVICE, reason=file.name),
                    at=now,
                )
        except Refusal as refused:
            raise Trouble(f"Nothing was imported: {refused.code} {refused.facts}.") from None
    text = (
        f"{loaded.number}: {loaded.days:,} days of {loaded.places:,} SKUs at sites, from "
        f"{loaded.first} to {loaded.last}."
    )
    answer(asdict(loaded), text=text, as_json=json)
