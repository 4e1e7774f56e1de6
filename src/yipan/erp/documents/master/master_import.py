"""Imports of master data (主数据导入): files become rows the hub keeps and tells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction

from yipan.erp.documents.master import master_record, supplier_price
from yipan.erp.documents.master.master_record import Author
from yipan.erp.queries.supplier_prices import PRICES
from yipan.masterdata import import_run, jobs
from yipan.masterdata.jobs import JobRow, Upload

Clock = Callable[[], datetime]


def run_next(*, clock: Clock) -> JobRow | None:
    """
    Work on the oldest job that waits, to its end. Return it, or nothing when none waits.

    A job whose worker died is taken again; since a job is kept in one transaction together
    with its end, nothing is ever kept twice.
    """
    taken = jobs.take_job(at=clock())
    return None if taken is None else _run(*taken, clock=clock)


def import_now(upload: Upload, *, by: str, clock: Clock) -> JobRow:
    """
    Import a file in this process and return what became of it: for the command line.

    :raises KindUnknown: if there is no such kind of import.
    :raises FileTooLarge: if the file is larger than an import may be.
    """
    with transaction.atomic():
        # Added and taken at once: no worker gets to see it waiting.
        job = jobs.add_job(upload, by=by, at=clock())
        taken = jobs.take_job(at=clock(), public_id=job.public_id)
    assert taken is not None
    return _run(*taken, clock=clock)


def _run(job: JobRow, content: bytes, *, clock: Clock) -> JobRow:
    by = Author(name=job.created_by, at=clock(), reason=job.public_id)
    return import_run.run_import(job, content, keep=partial(_keep, by=by), clock=clock)


def _keep(kind: str, rows: Sequence[Any], *, by: Author) -> None:
    if kind == PRICES.name:
        supplier_price.save_prices(rows, by=by)
    else:
        master_record.keep_rows(kind, rows, by=by)
