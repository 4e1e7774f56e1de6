"""Operations on kits (套装): what they are made of, assembling and breaking them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from ninja.responses import Status
from pydantic import Field

from yipan.access.actors import get_actor
from yipan.access.doors import endpoint
from yipan.documents.doors import get_trace
from yipan.foundation.ids import make_id
from yipan.masterdata import queries as masterdata
from yipan.wms.api.schemas import Code, PageQuery, Quantity
from yipan.wms.documents import kit_work
from yipan.wms.documents.kit_work import Work
from yipan.wms.queries import kits
from yipan.wms.queries.kits import KitRow, KitWorkRow

router = Router()


class KitPartIO(Schema):
    """So many smallest units of a part go into one kit."""

    sku: Code
    quantity: Quantity


class KitIn(Schema):
    """All parts of the kit; none ends it."""

    parts: Annotated[list[KitPartIO], Field(max_length=kit_work.PARTS_MAX)]


class KitOut(Schema):
    sku: str
    parts: list[KitPartIO]
    quantity_free: int
    quantity_possible: int

    @classmethod
    def of(cls, row: KitRow) -> KitOut:
        """Return what the API tells of a kit."""
        return cls(
            sku=row.sku.code,
            parts=[KitPartIO(sku=it.sku.code, quantity=it.quantity) for it in row.parts],
            quantity_free=row.quantity_free,
            quantity_possible=row.quantity_possible,
        )


class KitPage(Schema):
    data: list[KitOut]


class KitWorkIn(Schema):
    """Kits assembled out of their parts, or broken into them, at the bench `bin`."""

    site: Code
    kit: Code
    quantity: Quantity
    bin: Code
    work_type: Literal["assemble", "break"] = "assemble"
    external_id: Annotated[str, Field(max_length=64)] = ""


class KitWorkLineOut(Schema):
    """What went in, or came out (`is_made`)."""

    line: int
    is_made: bool
    sku: str
    lot: str
    bin: str
    quantity: int


class KitWorkOut(Schema):
    number: str
    state: str
    site: str
    work_type: str
    kit: str
    quantity: int
    bin: str
    created_by: str
    created_at: datetime
    lines: list[KitWorkLineOut]

    @classmethod
    def of(cls, row: KitWorkRow) -> KitWorkOut:
        """Return what the API tells of kit work."""
        return cls(
            number=row.number,
            state=row.state,
            site=row.site,
            work_type=row.work_type,
            kit=row.sku.code,
            quantity=row.quantity,
            bin=row.bin_code,
            created_by=row.created_by,
            created_at=row.created_at,
            lines=[
                KitWorkLineOut(
                    line=it.line,
                    is_made=it.is_made,
                    sku=it.sku.code,
                    lot=it.lot,
                    bin=it.bin_code,
                    quantity=it.quantity,
                )
                for it in row.lines
            ],
        )


class KitWorkPage(Schema):
    data: list[KitWorkOut]
    next_cursor: str | None


@router.get("/warehouses/{site}/kits", response=KitPage)
@endpoint(action="wms.read")
def list_kits(request: HttpRequest, site: str) -> KitPage:
    """Tell the kits of a warehouse, what they are made of, and how many could be made."""
    get_actor(request).require_site(site)
    today = masterdata.get_business_date(site, timezone.now())
    return KitPage(data=[KitOut.of(row) for row in kits.list_kits(site, today=today)])


@router.put("/warehouses/{site}/kits/{sku}", response={204: None})
@endpoint(action="wms.rule")
def set_kit(request: HttpRequest, site: str, sku: str, payload: KitIn) -> Status[None]:
    """Say what a kit is made of at a warehouse; without parts it is none."""
    get_actor(request).require_site(site)
    kit_work.set_parts(
        site=site,
        kit=sku,
        parts=[(part.sku, part.quantity) for part in payload.parts],
        by=get_trace(request),
        at=timezone.now(),
    )
    return Status(204, None)


@router.get("/kit-work", response=KitWorkPage)
@endpoint(action="wms.read")
def list_kit_work(request: HttpRequest, which: Query[PageQuery]) -> KitWorkPage:
    """List kit work, the last one first, without its lines."""
    rows = kits.list_kit_work(
        sites=get_actor(request).sites,
        site=which.site,
        after=which.cursor,
        limit=which.limit,
    )
    is_full = len(rows) == which.limit
    return KitWorkPage(
        data=[KitWorkOut.of(row) for row in rows],
        next_cursor=rows[-1].number if is_full else None,
    )


@router.post("/kit-work", response={201: KitWorkOut})
@endpoint(action="wms.move")
def create_kit_work(request: HttpRequest, payload: KitWorkIn) -> Status[KitWorkOut]:
    """Book kits that were assembled or broken, and tell the hub."""
    get_actor(request).require_site(payload.site)
    done = kit_work.post(
        work=Work(
            site=payload.site,
            kit=payload.kit,
            quantity=payload.quantity,
            bin_code=payload.bin,
            work_type=payload.work_type,
            external_id=payload.external_id,
        ),
        by=get_trace(request),
        at=timezone.now(),
        message_id=make_id(),
    )
    return Status(201, KitWorkOut.of(kits.get_kit_work(done.number)))


@router.get("/kit-work/{number}", response=KitWorkOut)
@endpoint(action="wms.read")
def get_kit_work(request: HttpRequest, number: str) -> KitWorkOut:
    """Tell one document with what went in and what came out."""
    row = kits.get_kit_work(number)
    get_actor(request).require_site(row.site)
    return KitWorkOut.of(row)
