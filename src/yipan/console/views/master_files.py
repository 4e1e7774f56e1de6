"""Pages that bring master data in from files, and out into files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.console.master_words import KINDS, LABELS, OUTCOMES, get_message
from yipan.console.views.masterdata import read_filter
from yipan.documents.doors import tell
from yipan.documents.uploads import read_upload
from yipan.foundation.refusals import NotFound, Refusal
from yipan.masterdata import exports, jobs, kinds, queries
from yipan.masterdata.jobs import JobRow, Upload
from yipan.masterdata.kinds import Kind
from yipan.masterdata.refusals import ColumnsWrong, FileTooLarge, FileUnreadable
from yipan.masterdata.rows import BinRow
from yipan.masterdata.tabular import FILE_BYTES_MAX

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROWS_SHOWN_MAX = 300

#: Why a file may be refused as a whole.
_REFUSALS = (ColumnsWrong, FileTooLarge, FileUnreadable)


@page(action="masterdata.import")
def show_imports(request: HttpRequest) -> HttpResponse:
    """Show how to bring a file in, and the last ones; take a file in, as a dry run first."""
    if request.method == "POST":
        job = _take_in(request)
        if job is not None:
            return redirect("masterdata:job", job=job.public_id)
    rows = [(job, KINDS.get(job.kind, job.kind)) for job in jobs.list_jobs(limit=20)]
    return render(
        request,
        "console/masterdata/imports.html",
        {
            "rows": rows,
            "kinds": [(name, KINDS[name]) for name in kinds.KINDS],
            "kind": request.GET.get("kind", "skus"),
            "columns": [_describe(kind) for kind in kinds.KINDS.values()],
            "megabytes_max": FILE_BYTES_MAX // 1_000_000,
        },
        status=200 if request.method == "GET" else 422,
    )


@page(action="masterdata.import")
def show_job(request: HttpRequest, job: str) -> HttpResponse:
    """Show how far a job is and what became of its rows; htmx asks for the inside alone."""
    found = jobs.get_job(job)
    name = "_job.html" if request.headers.get("HX-Request") == "true" else "job.html"
    rows = found.sample[:ROWS_SHOWN_MAX]
    kept = found.counts.get("new", 0) + found.counts.get("changed", 0)
    return render(
        request,
        f"console/masterdata/{name}",
        {
            "job": found,
            "kind": KINDS.get(found.kind, found.kind),
            "figures": [(*OUTCOMES[outcome], found.counts.get(outcome, 0)) for outcome in OUTCOMES],
            "rows": [_show_row(row) for row in rows],
            "kept": kept,
            "wrong": found.counts.get("wrong", 0),
            "may_keep": found.is_dry_run and found.state == "succeeded" and kept > 0,
            "refusal": _explain(found),
        },
    )


@require_POST
@page(action="masterdata.import")
def keep_job(request: HttpRequest, job: str) -> HttpResponse:
    """Keep the file of a dry run: all rows, or the sound ones."""
    added = jobs.repeat_job(
        job,
        skips_wrong_rows=request.POST.get("rows") == "sound",
        by=get_actor(request).name,
        at=timezone.now(),
    )
    return redirect("masterdata:job", job=added.public_id)


@page(action="masterdata.import")
def send_result(request: HttpRequest, job: str) -> HttpResponse:
    """Send the result of a job: one line per row of the file."""
    del request
    return _send(jobs.read_result(job), f"{job}.csv", "text/csv; charset=utf-8")


@page(action="masterdata.import")
def send_template(request: HttpRequest, kind: str) -> HttpResponse:
    """Send an empty file of a kind, with one example row."""
    del request
    return _send(exports.write_template(_get_kind(kind)), f"{kind}-template.xlsx", XLSX)


@page(action="masterdata.export")
def export(request: HttpRequest, kind: str, form: str) -> HttpResponseBase:
    """Send all rows of a kind as CSV or XLSX; for SKUs, those the list shows."""
    found = _get_kind(kind)
    rows = _list_rows(request, found)
    name = f"{kind}-{timezone.localdate().isoformat()}.{form}"
    if form == "xlsx":
        return _send(exports.write_xlsx(found, rows), name, XLSX)
    if form != "csv":
        raise NotFound(kind="export", id=form)
    response = StreamingHttpResponse(
        exports.write_csv(found, rows), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _list_rows(request: HttpRequest, kind: Kind) -> Iterator[Any]:
    sites = get_actor(request).sites
    if kind is kinds.SKUS:
        which = read_filter(request)
        return exports.iterate_rows(
            lambda after, limit: queries.list_sku_page(which, after=after, limit=limit)
        )
    if kind is kinds.BINS:
        return _list_bins(queries.list_sites(only=sites))
    if kind is kinds.SITES:
        return exports.iterate_rows(
            lambda after, limit: queries.list_sites(only=sites, after=after, limit=limit)
        )
    return exports.iterate_rows(lambda after, limit: kind.list_rows(after=after, limit=limit))


def _list_bins(sites: Sequence[Any]) -> Iterator[BinRow]:
    for site in sites:
        yield from exports.iterate_rows(partial(_list_bins_of, site.code))


def _list_bins_of(site: str, after: str, limit: int) -> list[BinRow]:
    return queries.list_bins(site, after=after, limit=limit)


def _take_in(request: HttpRequest) -> JobRow | None:
    """Put a file into the queue as a dry run; tell what is wrong with it on the page."""
    sent = request.FILES.get("file")
    if sent is None:
        messages.error(request, _("Choose a file first."))
        return None
    try:
        upload = Upload(
            kind=request.POST.get("kind", ""),
            file_name=sent.name or "file",
            content=read_upload(sent),
        )
        return jobs.add_job(upload, by=get_actor(request).name, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, f"{tell(refusal)} ({refusal.code})")
        return None


def _describe(kind: Kind) -> dict[str, Any]:
    return {
        "name": kind.name,
        "label": KINDS[kind.name],
        "template_url": reverse("masterdata:template", args=[kind.name]),
        "columns": [
            {
                "name": column.name,
                "label": LABELS[column.name],
                "is_required": column.is_required,
                "also": ", ".join(column.headers),
            }
            for column in kind.columns
        ],
    }


def _show_row(row: dict[str, Any]) -> dict[str, Any]:
    label, tone = OUTCOMES[row["outcome"]]
    return {
        "line": row["line"],
        "key": row["key"],
        "label": label,
        "tone": tone,
        "errors": [
            (LABELS.get(name, name), get_message(error["code"]))
            for error in row["errors"]
            for name in (error["pointer"].rpartition("/")[2],)
        ],
        "changes": [(LABELS.get(name, name), old, new) for name, old, new in row["changes"]],
    }


def _explain(job: JobRow) -> str:
    """Return why a job was refused as a whole, in the reader's language; empty if it was not."""
    if not job.code or job.code == "import.rows_wrong":
        return ""
    known = next((each for each in _REFUSALS if each.code == job.code), None)
    text = tell(known()) if known else _("Something went wrong on our side; it was written down.")
    named = [
        f"{label}: {', '.join(map(str, job.facts[fact]))}"
        for fact, label in (("missing", _("missing")), ("doubled", _("there twice")))
        if job.facts.get(fact)
    ]
    return f"{text} {'; '.join(named)}".strip()


def _get_kind(name: str) -> Kind:
    if name not in kinds.KINDS:
        raise NotFound(kind="kind", id=name)
    return kinds.get_kind(name)


def _send(content: bytes, name: str, content_type: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
