"""One run of an import: judge all rows, then keep all of them, the good ones, or none."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from yipan.foundation.refusals import Refusal
from yipan.masterdata import imports, jobs, kinds
from yipan.masterdata.exports import escape_formula
from yipan.masterdata.imports import Header, Judged, Outcome
from yipan.masterdata.jobs import Beat, JobRow
from yipan.masterdata.kinds import Kind
from yipan.masterdata.models.jobs import JobState
from yipan.masterdata.tabular import Table, open_table

#: How many rows of each outcome a job shows on its page; all of them are in its result file.
SAMPLE_ROWS = {Outcome.WRONG: 300, Outcome.CHANGED: 100, Outcome.NEW: 50}

#: Keeps rows of a kind of master data; the hub's verb, which also tells the sites.
Keep = Callable[[str, Sequence[Any]], object]


class RowsWrong(Refusal):
    """Some rows of the file are wrong, and nothing of it was kept."""

    code = "import.rows_wrong"
    status = 422


class Report:
    """What became of the rows so far: counts, a sample, and the result file being written."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {str(outcome): 0 for outcome in Outcome}
        self.ignored_columns: tuple[str, ...] = ()
        self._sample: dict[Outcome, list[dict[str, Any]]] = {name: [] for name in SAMPLE_ROWS}
        self._bytes = io.BytesIO()
        packed = gzip.GzipFile(fileobj=self._bytes, mode="wb", compresslevel=3, mtime=0)
        self._text = io.TextIOWrapper(packed, encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._text)
        self._writer.writerow(["line", "key", "outcome", "errors", "changes"])

    def note_header(self, header: Header) -> None:
        """Remember which columns of the file are not read."""
        self.ignored_columns = header.ignored

    def add(self, rows: Sequence[Judged]) -> None:
        """Count rows and write them into the result file."""
        for row in rows:
            self.counts[row.outcome] += 1
            if len(self._sample.get(row.outcome, ())) < SAMPLE_ROWS.get(row.outcome, 0):
                self._sample[row.outcome].append(_describe(row))
            errors = "; ".join(f"{wrong.field}: {wrong.code}" for wrong in row.errors)
            changes = "; ".join(f"{name}: {old} -> {new}" for name, old, new in row.changes)
            cells = (str(row.line), row.key, str(row.outcome), errors, changes)
            self._writer.writerow([escape_formula(cell) for cell in cells])

    def close(self) -> dict[str, Any]:
        """Return what the job keeps of it: counts, sample, facts and the result file."""
        self._text.close()
        return {
            "counts": self.counts,
            "sample": [row for rows in self._sample.values() for row in rows],
            "facts": {"ignored_columns": list(self.ignored_columns)},
            "result": self._bytes.getvalue(),
        }


class Progress:
    """Counts rows over both passes and tells the job's page after each chunk."""

    def __init__(self, *, total: int, beat: Beat, clock: Callable[[], datetime]) -> None:
        self._total = total
        self._beat = beat
        self._clock = clock
        self.done = 0

    def add(self, rows: int) -> None:
        """Count rows that were worked on."""
        self.done += rows
        self._beat.tell(done=self.done, total=self._total, at=self._clock())

    def close(self) -> dict[str, int]:
        """Return what the job keeps of it."""
        return {"done": self.done, "total": self.done}


def run_import(job: JobRow, content: bytes, *, keep: Keep, clock: Callable[[], datetime]) -> JobRow:
    """
    Work on a job that was taken, to its end, and return what became of it.

    A refusal ends the job as refused, with its code; a fault of ours ends it as failed and
    is raised. Either way nothing of the file was kept.
    """
    beat = Beat(job.public_id)
    try:
        _work(job, content, keep=keep, clock=clock, beat=beat)
    except Refusal as refusal:
        jobs.finish_job(
            job.public_id,
            state=JobState.REFUSED,
            at=clock(),
            code=refusal.code,
            facts=refusal.facts,
        )
    except Exception:
        jobs.finish_job(job.public_id, state=JobState.FAILED, at=clock(), code="import.fault")
        raise
    finally:
        beat.close()
    return jobs.get_job(job.public_id)


def _work(
    job: JobRow, content: bytes, *, keep: Keep, clock: Callable[[], datetime], beat: Beat
) -> None:
    kind = kinds.get_kind(job.kind)
    passes = 1 if job.is_dry_run else 2
    table = open_table(content)
    progress = Progress(total=table.rows_about * passes, beat=beat, clock=clock)
    report = Report()
    for _ in _judge(kind, table, report, progress):
        pass
    judged = report.close() | progress.close()
    if job.is_dry_run:
        jobs.finish_job(job.public_id, state=JobState.SUCCEEDED, at=clock(), **judged)
    elif _is_refused(job, report):
        jobs.finish_job(
            job.public_id, state=JobState.REFUSED, at=clock(), code=RowsWrong.code, **judged
        )
    else:
        _keep_all(job, kind, content, keep=keep, progress=progress, clock=clock)


def _is_refused(job: JobRow, report: Report) -> bool:
    return report.counts[Outcome.WRONG] > 0 and not job.skips_wrong_rows


@transaction.atomic
def _keep_all(
    job: JobRow,
    kind: Kind,
    content: bytes,
    *,
    keep: Keep,
    progress: Progress,
    clock: Callable[[], datetime],
) -> None:
    report = Report()
    for chunk in _judge(kind, open_table(content), report, progress):
        if _is_refused(job, report):
            # Somebody changed master data between the two passes.
            raise RowsWrong(wrong=report.counts[Outcome.WRONG])
        rows = [row.row for row in chunk if row.outcome in {Outcome.NEW, Outcome.CHANGED}]
        if rows:
            keep(kind.name, rows)
    ended = report.close() | progress.close()
    jobs.finish_job(job.public_id, state=JobState.SUCCEEDED, at=clock(), **ended)


def _judge(kind: Kind, table: Table, report: Report, progress: Progress) -> Iterator[list[Judged]]:
    for chunk in imports.judge_file(kind, table, report_header=report.note_header):
        report.add(chunk)
        yield chunk
        progress.add(len(chunk))


def _describe(row: Judged) -> dict[str, Any]:
    return {
        "line": row.line,
        "key": row.key,
        "outcome": str(row.outcome),
        "errors": row.get_errors(),
        "changes": [list(change) for change in row.changes],
    }
