"""Reads of what a site asks of goods that come in, and of what is scanned in its zones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SkuRow, SupplierRow
from yipan.wms.models import GoodsRule, ZoneRule
from yipan.wms.models.inspection import ScanProfile

ROWS_MAX = 1_000


@dataclass(frozen=True, kw_only=True, slots=True)
class GoodsRuleRow:
    """What is asked of a SKU, a supplier, or both (None: any). Days and whole percent."""

    rule_id: int
    site: str
    sku: SkuRow | None
    supplier: SupplierRow | None
    minimum_life_days: int
    warning_life_days: int
    sampling_percent: int
    is_blind: bool
    lines_seen: int
    changed_by: str
    changed_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ZoneRuleRow:
    """A zone of a site and what a picker scans there."""

    zone: str
    zone_type: str
    name: str
    scan_profile: str


def find_goods_rule(site: str, *, sku: str, supplier: str) -> GoodsRule | None:
    """Return the most exact rule of a SKU from a supplier, as its table has it; None without."""
    rules = GoodsRule.objects.filter(site=site, sku__in=["", sku], supplier__in=["", supplier])
    return max(rules, key=lambda it: (bool(it.sku), bool(it.supplier)), default=None)


def list_goods_rules(site: str) -> list[GoodsRuleRow]:
    """Return the rules of a site, the general ones first."""
    rows = list(GoodsRule.objects.filter(site=site).order_by("sku", "supplier")[:ROWS_MAX])
    skus = masterdata.find_skus({row.sku for row in rows if row.sku})
    suppliers = masterdata.find_suppliers({row.supplier for row in rows if row.supplier})
    return [
        GoodsRuleRow(
            rule_id=row.pk,
            site=row.site,
            sku=skus.get(row.sku),
            supplier=suppliers.get(row.supplier),
            minimum_life_days=row.minimum_life_days,
            warning_life_days=row.warning_life_days,
            sampling_percent=row.sampling_percent,
            is_blind=row.is_blind,
            lines_seen=row.lines_seen,
            changed_by=row.changed_by,
            changed_at=row.changed_at,
        )
        for row in rows
    ]


def is_blind_receipt(site: str, *, supplier: str) -> bool:
    """Tell whether who counts a supplier's delivery may not see what is expected."""
    found = GoodsRule.objects.filter(site=site, sku="", supplier__in=["", supplier])
    best = max(found, key=lambda it: bool(it.supplier), default=None)
    return best is not None and best.is_blind


def get_scan_profile(site: str, zone: str) -> str:
    """Return what has to be scanned in a zone: bin and product, where nobody said otherwise."""
    found = ZoneRule.objects.filter(site=site, zone=zone).values_list("scan_profile", flat=True)
    return str(found.first() or ScanProfile.BIN_PRODUCT)


def list_zone_rules(site: str) -> list[ZoneRuleRow]:
    """Return every zone of a site with what is scanned in it, by code."""
    profiles = dict(ZoneRule.objects.filter(site=site).values_list("zone", "scan_profile"))
    return [
        ZoneRuleRow(
            zone=zone.code,
            zone_type=zone.zone_type,
            name=zone.name,
            scan_profile=profiles.get(zone.code, ScanProfile.BIN_PRODUCT),
        )
        for zone in masterdata.list_zones(site)
    ]
