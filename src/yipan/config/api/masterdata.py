"""API of master data: goods, sites with their bins, suppliers, and jobs that bring files in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router
from ninja.responses import Status
from pydantic import Field

from yipan.access.actors import Actor, get_actor
from yipan.access.devices import get_device
from yipan.access.doors import endpoint
from yipan.config.api import import_job_schemas as job_schemas
from yipan.config.api import masterdata_schemas as schemas
from yipan.erp.documents.master import master_bulk, master_record
from yipan.erp.documents.master.master_bulk import LineResult
from yipan.erp.documents.master.master_record import Author
from yipan.foundation.refusals import NotFound
from yipan.masterdata import jobs, queries
from yipan.masterdata.jobs import Upload
from yipan.masterdata.rows import SiteRow, SkuRow, SupplierRow

router = Router(tags=["master data"])

Key = Annotated[str, Field(min_length=1, max_length=48)]


@router.get("/skus", response=schemas.SkuPage)
@endpoint(action="masterdata.read")
def list_skus(request: HttpRequest, which: Query[schemas.SkuQuery]) -> schemas.SkuPage:
    """List SKUs by code; `q` searches names, codes and barcodes, the best match first."""
    if which.q:
        rows = queries.search_skus(which.q, which.limit, only_active=which.active)
    else:
        rows = queries.list_skus(after=which.cursor, limit=which.limit, only_active=which.active)
    is_full = len(rows) == which.limit and not which.q
    return schemas.SkuPage(
        data=[_show_sku(row, get_actor(request)) for row in rows],
        next_cursor=rows[-1].code if is_full else None,
    )


@router.get("/barcodes/{barcode}", response=schemas.ScanOut)
@endpoint(action="masterdata.read")
def get_barcode(request: HttpRequest, barcode: Key) -> schemas.ScanOut:
    """Tell what a scan of a barcode means: which SKU, and how many smallest units of it."""
    scan = queries.find_by_barcode(barcode)
    if scan is None:
        raise NotFound(kind="barcode", id=barcode)
    return schemas.ScanOut(
        barcode=scan.barcode,
        pack_size=scan.pack_size,
        sku=_show_sku(scan.sku, get_actor(request)),
    )


@router.post("/skus/bulk", response=schemas.ResultsOut)
@endpoint(action="masterdata.write", repeatable=True)
def put_skus(request: HttpRequest, payload: schemas.SkusIn) -> schemas.ResultsOut:
    """Make or change up to 1,000 SKUs; fields that are left out stay as they are."""
    return _upsert(request, "skus", payload, [row.to_fields() for row in payload.rows])


@router.get("/skus/{sku}", response=schemas.SkuOut)
@endpoint(action="masterdata.read")
def get_sku(request: HttpRequest, sku: Key) -> schemas.SkuOut:
    """Tell one SKU with its barcodes."""
    return _show_sku(_find(queries.find_skus([sku]), "sku", sku), get_actor(request))


@router.put("/skus/{sku}", response=schemas.SkuOut)
@endpoint(action="masterdata.write")
def put_sku(request: HttpRequest, sku: Key, payload: schemas.SkuIn) -> schemas.SkuOut:
    """Make or change one SKU; 412 when it was changed since `version`."""
    known = queries.find_skus([sku]).get(sku) or SkuRow(code=sku, name="")
    row = replace(known, **(payload.to_fields() | {"code": sku}))
    if payload.version is not None:
        row = replace(row, version=payload.version)
    saved = master_record.edit_sku(row, by=_author(request))
    return _show_sku(saved, get_actor(request))


@router.get("/sites", response=schemas.SitePage)
@endpoint(action="masterdata.read")
def list_sites(request: HttpRequest, which: Query[schemas.SiteQuery]) -> schemas.SitePage:
    """List the asker's sites by code."""
    rows = queries.list_sites(
        site_type=which.site_type or "",
        only=get_actor(request).sites,
        text=which.q,
        after=which.cursor,
        limit=which.limit,
    )
    return schemas.SitePage(
        data=[schemas.SiteOut(**asdict(row)) for row in rows],
        next_cursor=rows[-1].code if len(rows) == which.limit else None,
    )


@router.post("/sites/bulk", response=schemas.ResultsOut)
@endpoint(action="masterdata.write", repeatable=True)
def put_sites(request: HttpRequest, payload: schemas.SitesIn) -> schemas.ResultsOut:
    """Make or change up to 1,000 sites; fields that are left out stay as they are."""
    for row in payload.rows:
        get_actor(request).require_site(row.code)
    return _upsert(request, "sites", payload, [row.to_fields() for row in payload.rows])


@router.get("/sites/{site}", response=schemas.SiteOut)
@endpoint(action="masterdata.read")
def get_site(request: HttpRequest, site: Key) -> schemas.SiteOut:
    """Tell one site."""
    get_actor(request).require_site(site)
    return schemas.SiteOut(**asdict(_find(queries.find_sites([site]), "site", site)))


@router.put("/sites/{site}", response=schemas.SiteOut)
@endpoint(action="masterdata.write")
def put_site(request: HttpRequest, site: Key, payload: schemas.SiteIn) -> schemas.SiteOut:
    """Make or change one site; 412 when it was changed since `version`."""
    get_actor(request).require_site(site)
    known = queries.find_sites([site]).get(site) or SiteRow(code=site, site_type="", name="")
    row = replace(known, **(payload.to_fields() | {"code": site}))
    if payload.version is not None:
        row = replace(row, version=payload.version)
    return schemas.SiteOut(**asdict(master_record.edit_site(row, by=_author(request))))


@router.get("/sites/{site}/bins", response=schemas.BinPage)
@endpoint(action="masterdata.read")
def list_bins(request: HttpRequest, site: Key, which: Query[schemas.ListQuery]) -> schemas.BinPage:
    """List the bins of a site by code."""
    get_actor(request).require_site(site)
    rows = queries.list_bins(site, text=which.q, after=which.cursor, limit=which.limit)
    return schemas.BinPage(
        data=[schemas.BinOut(**asdict(row)) for row in rows],
        next_cursor=rows[-1].code if len(rows) == which.limit else None,
    )


@router.post("/sites/{site}/bins/bulk", response=schemas.ResultsOut)
@endpoint(action="masterdata.write", repeatable=True)
def put_bins(request: HttpRequest, site: Key, payload: schemas.BinsIn) -> schemas.ResultsOut:
    """Make or change up to 1,000 bins of a site, with their zones and aisles."""
    get_actor(request).require_site(site)
    _find(queries.find_sites([site]), "site", site)
    rows = [row.to_fields() | {"site": site} for row in payload.rows]
    return _upsert(request, "bins", payload, rows)


@router.get("/suppliers", response=schemas.SupplierPage)
@endpoint(action="masterdata.read")
def list_suppliers(request: HttpRequest, which: Query[schemas.ListQuery]) -> schemas.SupplierPage:
    """List suppliers by code."""
    rows = queries.list_suppliers(text=which.q, after=which.cursor, limit=which.limit)
    return schemas.SupplierPage(
        data=[schemas.SupplierOut(**asdict(row)) for row in rows],
        next_cursor=rows[-1].code if len(rows) == which.limit else None,
    )


@router.post("/suppliers/bulk", response=schemas.ResultsOut)
@endpoint(action="masterdata.write", repeatable=True)
def put_suppliers(request: HttpRequest, payload: schemas.SuppliersIn) -> schemas.ResultsOut:
    """Make or change up to 1,000 suppliers; fields that are left out stay as they are."""
    return _upsert(request, "suppliers", payload, [row.to_fields() for row in payload.rows])


@router.get("/suppliers/{supplier}", response=schemas.SupplierOut)
@endpoint(action="masterdata.read")
def get_supplier(request: HttpRequest, supplier: Key) -> schemas.SupplierOut:
    """Tell one supplier with its terms."""
    found = _find(queries.find_suppliers([supplier]), "supplier", supplier)
    return schemas.SupplierOut(**asdict(found))


@router.put("/suppliers/{supplier}", response=schemas.SupplierOut)
@endpoint(action="masterdata.write")
def put_supplier(
    request: HttpRequest, supplier: Key, payload: schemas.SupplierIn
) -> schemas.SupplierOut:
    """Make or change one supplier; 412 when it was changed since `version`."""
    found = queries.find_suppliers([supplier])
    known = found.get(supplier) or SupplierRow(code=supplier, name="")
    row = replace(known, **(payload.to_fields() | {"code": supplier}))
    if payload.version is not None:
        row = replace(row, version=payload.version)
    return schemas.SupplierOut(**asdict(master_record.edit_supplier(row, by=_author(request))))


_FILE_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "text/csv": {"schema": {"type": "string", "format": "binary"}},
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": {
                "schema": {"type": "string", "format": "binary"}
            },
        },
    }
}


@router.post("/jobs", response={202: job_schemas.JobOut}, openapi_extra=_FILE_BODY)
@endpoint(action="masterdata.import")
def add_job(request: HttpRequest, which: Query[job_schemas.JobQuery]) -> Status[job_schemas.JobOut]:
    """Bring a file in: the body is a CSV or XLSX file. A dry run says what would happen."""
    job = jobs.add_job(
        Upload(
            kind=which.kind,
            file_name=which.file_name,
            content=request.body,
            is_dry_run=which.dry_run,
            skips_wrong_rows=which.skip_wrong_rows,
        ),
        by=get_actor(request).name,
        at=timezone.now(),
    )
    return Status(202, job_schemas.JobOut.of(job))


@router.get("/jobs", response=job_schemas.JobsOut)
@endpoint(action="masterdata.import")
def list_jobs(
    request: HttpRequest, limit: Annotated[int, Field(ge=1, le=100)] = 20
) -> job_schemas.JobsOut:
    """List the newest jobs, newest first."""
    return job_schemas.JobsOut(
        data=[job_schemas.JobOut.of(job) for job in jobs.list_jobs(limit=limit)]
    )


@router.get("/jobs/{job}", response=job_schemas.JobOut)
@endpoint(action="masterdata.import")
def get_job(request: HttpRequest, job: Key) -> job_schemas.JobOut:
    """Tell how far a job is, and what became of its rows."""
    return job_schemas.JobOut.of(jobs.get_job(job))


@router.get("/jobs/{job}/result", openapi_extra={"responses": {200: {"content": {"text/csv": {}}}}})
@endpoint(action="masterdata.import")
def get_job_result(request: HttpRequest, job: Key) -> HttpResponse:
    """Return the result file of a job: one line per row of the file that came in."""
    response = HttpResponse(jobs.read_result(job), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{job}.csv"'
    return response


def _author(request: HttpRequest) -> Author:
    actor = get_actor(request)
    return Author(name=actor.name, at=timezone.now(), device=get_device(request))


def _upsert(
    request: HttpRequest, kind: str, payload: schemas.BulkIn, rows: Sequence[dict[str, Any]]
) -> schemas.ResultsOut:
    results = master_bulk.upsert(
        kind=kind,
        rows=rows,
        rejects_everything=payload.error_policy == "reject_everything",
        by=_author(request),
    )
    return schemas.ResultsOut(data=[_show_result(place, it) for place, it in enumerate(results)])


def _show_result(place: int, result: LineResult) -> schemas.ResultOut:
    return schemas.ResultOut(
        id=result.key,
        status=result.status,
        errors=[
            schemas.ErrorOut(pointer=f"/rows/{place}/{wrong.field}", code=wrong.code)
            for wrong in result.errors
        ],
    )


def _show_sku(row: SkuRow, actor: Actor) -> schemas.SkuOut:
    shown = schemas.SkuOut(**asdict(row))
    if not actor.may("masterdata.read_cost"):
        shown.cost_minor = None
    return shown


def _find(found: dict[str, Any], kind: str, code: str) -> Any:
    if code not in found:
        raise NotFound(kind=kind, id=code)
    return found[code]
