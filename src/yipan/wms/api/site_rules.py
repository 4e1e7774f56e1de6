"""Operations on what a site asks of goods that come in, and of what is scanned in its zones."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from ninja.responses import Status
from pydantic import Field

from yipan.access.actors import get_actor
from yipan.access.doors import endpoint
from yipan.documents.doors import get_trace
from yipan.foundation.refusals import NotFound
from yipan.wms.api.schemas import Code
from yipan.wms.documents import site_rules
from yipan.wms.documents.site_rules import Asked
from yipan.wms.queries import goods_rules
from yipan.wms.queries.goods_rules import GoodsRuleRow, ZoneRuleRow

router = Router()
OptionalCode = Annotated[str, Field(max_length=48)]
Figure = Annotated[int, Field(ge=0, le=3_650)]


class GoodsRuleIn(Schema):
    """What is asked of a SKU, a supplier, or both; empty is: any. Days and whole percent."""

    sku: OptionalCode = ""
    supplier: OptionalCode = ""
    minimum_life_days: Figure = 0
    warning_life_days: Figure = 0
    sampling_percent: Figure = 0
    is_blind: bool = False


class GoodsRuleOut(GoodsRuleIn):
    rule_id: int
    lines_seen: int
    changed_by: str
    changed_at: datetime

    @classmethod
    def of(cls, row: GoodsRuleRow) -> GoodsRuleOut:
        """Return what the API tells of a rule."""
        return cls(
            rule_id=row.rule_id,
            sku=row.sku.code if row.sku else "",
            supplier=row.supplier.code if row.supplier else "",
            minimum_life_days=row.minimum_life_days,
            warning_life_days=row.warning_life_days,
            sampling_percent=row.sampling_percent,
            is_blind=row.is_blind,
            lines_seen=row.lines_seen,
            changed_by=row.changed_by,
            changed_at=row.changed_at,
        )


class GoodsRulePage(Schema):
    data: list[GoodsRuleOut]


class ZoneRuleIn(Schema):
    """`scan_profile`: `bin`, `bin_product` or `bin_product_lot`."""

    scan_profile: Code


class ZoneRuleOut(Schema):
    zone: str
    zone_type: str
    name: str
    scan_profile: str

    @classmethod
    def of(cls, row: ZoneRuleRow) -> ZoneRuleOut:
        """Return what the API tells of a zone."""
        return cls(
            zone=row.zone, zone_type=row.zone_type, name=row.name, scan_profile=row.scan_profile
        )


class ZoneRulePage(Schema):
    data: list[ZoneRuleOut]


@router.get("/warehouses/{site}/goods-rules", response=GoodsRulePage)
@endpoint(action="wms.read")
def list_goods_rules(request: HttpRequest, site: str) -> GoodsRulePage:
    """Tell what is asked of goods that come in, the general rules first."""
    get_actor(request).require_site(site)
    return GoodsRulePage(data=[GoodsRuleOut.of(row) for row in goods_rules.list_goods_rules(site)])


@router.put("/warehouses/{site}/goods-rules", response=GoodsRuleOut)
@endpoint(action="wms.rule")
def set_goods_rule(request: HttpRequest, site: str, payload: GoodsRuleIn) -> GoodsRuleOut:
    """Keep a rule; one of the same SKU and supplier is replaced, and goes on counting its lines."""
    get_actor(request).require_site(site)
    kept = site_rules.set_goods_rule(
        site=site, asked=Asked(**payload.dict()), by=get_trace(request), at=timezone.now()
    )
    rows = {row.rule_id: row for row in goods_rules.list_goods_rules(site)}
    return GoodsRuleOut.of(rows[kept.pk])


@router.delete("/warehouses/{site}/goods-rules/{rule_id}", response={204: None})
@endpoint(action="wms.rule")
def drop_goods_rule(request: HttpRequest, site: str, rule_id: int) -> Status[None]:
    """Ask for it no more."""
    get_actor(request).require_site(site)
    site_rules.drop_goods_rule(site=site, rule_id=rule_id)
    return Status(204, None)


@router.get("/warehouses/{site}/zone-rules", response=ZoneRulePage)
@endpoint(action="wms.read")
def list_zone_rules(request: HttpRequest, site: str) -> ZoneRulePage:
    """Tell what is scanned in each zone."""
    get_actor(request).require_site(site)
    return ZoneRulePage(data=[ZoneRuleOut.of(row) for row in goods_rules.list_zone_rules(site)])


@router.put("/warehouses/{site}/zone-rules/{zone}", response=ZoneRuleOut)
@endpoint(action="wms.rule")
def set_zone_rule(request: HttpRequest, site: str, zone: str, payload: ZoneRuleIn) -> ZoneRuleOut:
    """Say what a picker scans in a zone; it holds from the next scan on."""
    get_actor(request).require_site(site)
    site_rules.set_scan_profile(
        site=site,
        zone=zone,
        scan_profile=payload.scan_profile,
        by=get_trace(request),
        at=timezone.now(),
    )
    for row in goods_rules.list_zone_rules(site):
        if row.zone == zone:
            return ZoneRuleOut.of(row)
    raise NotFound(kind="zone", id=zone)
