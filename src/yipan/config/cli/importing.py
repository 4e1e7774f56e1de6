"""Commands that bring files in."""

from __future__ import annotations

import getpass
import threading
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import Progress

from yipan.config.cli.corrections import corrections
from yipan.config.cli.history import demand
from yipan.config.cli.invoices import invoices
from yipan.config.cli.session import answer, open_database, remarks
from yipan.config.cli.tickets import tickets
from yipan.config.startup import check_import_room
from yipan.config.trouble import Trouble

if TYPE_CHECKING:
    from yipan.masterdata.jobs import JobRow, Upload

app = typer.Typer(help="Bring data in from files.", no_args_is_help=True)

app.command("tickets")(tickets)
app.command("corrections")(corrections)
app.command("invoices")(invoices)
app.command("demand")(demand)

LOOK_SECONDS = 0.2
ROWS_SHOWN_MAX = 10

AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


@app.command()
def masterdata(
    kind: Annotated[str, typer.Argument(help="skus, sites, bins, suppliers or customers.")],
    file: Annotated[Path, typer.Argument(help="A CSV (UTF-8 or GB18030) or XLSX file.")],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be.")] = False,
    skip_wrong: Annotated[
        bool, typer.Option("--skip-wrong", help="Take the sound rows of a file with wrong ones.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Import master data; with wrong rows nothing is taken, unless they are skipped."""
    if not file.is_file():
        raise Trouble(f"There is no file {file}.")
    check_import_room()
    with open_database():
        from yipan.foundation.refusals import Refusal
        from yipan.masterdata.jobs import Upload

        upload = Upload(
            kind=kind,
            file_name=file.name,
            content=file.read_bytes(),
            is_dry_run=dry_run,
            skips_wrong_rows=skip_wrong,
        )
        try:
            job = _import_with_progress(upload)
        except Refusal as refused:
            raise Trouble(f"Nothing was imported: {refused.code} {refused.facts}.") from None
    _tell(job, as_json=json)


def _import_with_progress(upload: Upload) -> JobRow:
    """Import in a thread, and show meanwhile how far it is."""
    from django.db import connections

    from yipan.erp.documents.master import master_import
    from yipan.masterdata import jobs

    ended: list[JobRow | Exception] = []

    def work() -> None:
        try:
            ended.append(
                master_import.import_now(
                    upload, by=f"cli:{getpass.getuser()}", clock=lambda: datetime.now(UTC)
                )
            )
        except Exception as error:  # noqa: BLE001 - raised again, below
            ended.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=work, name="import")
    with Progress(console=remarks) as progress:
        bar = progress.add_task(upload.file_name, total=None)
        thread.start()
        while thread.is_alive():
            thread.join(LOOK_SECONDS)
            for job in jobs.list_jobs(limit=1):
                progress.update(bar, completed=job.done, total=job.total or None)
    (result,) = ended
    if isinstance(result, Exception):
        raise result
    return result


def _tell(job: JobRow, *, as_json: bool) -> None:
    has_failed = bool(job.code) or (job.counts.get("wrong", 0) > 0 and not job.skips_wrong_rows)
    counts = ", ".join(f"{count} {what}" for what, count in job.counts.items())
    if not as_json:
        for row in job.sample[:ROWS_SHOWN_MAX]:
            for error in row["errors"]:
                remarks.print(error["pointer"], error["code"], highlight=False, markup=False)
    text = f"{job.state}: {job.code or counts}"
    answer({"job": asdict(job)}, text=text, as_json=as_json)
    if has_failed:
        raise typer.Exit(1)
