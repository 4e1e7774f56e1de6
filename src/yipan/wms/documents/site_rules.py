"""What a site asks of goods that come in, and what is scanned in its zones: kept by the lead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from yipan.foundation.refusals import NotFound, Refusal
from yipan.ledger.moves import Trace
from yipan.masterdata import queries as masterdata
from yipan.wms.models import GoodsRule, ZoneRule
from yipan.wms.models.inspection import ScanProfile

DAYS_MAX = 3_650


class RuleWrong(Refusal):
    """Days are whole numbers up to 3,650, and a sample is 0 to 100 percent."""

    code = "goods_rule.wrong"
    status = 422


class ProfileUnknown(Refusal):
    """A zone is picked by bin, by bin and product, or by bin, product and lot."""

    code = "zone_rule.profile_unknown"
    status = 422


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What is asked of a SKU, a supplier, or both; empty is: any."""

    sku: str = ""
    supplier: str = ""
    minimum_life_days: int = 0
    warning_life_days: int = 0
    sampling_percent: int = 0
    is_blind: bool = False


@transaction.atomic
def set_goods_rule(*, site: str, asked: Asked, by: Trace, at: datetime) -> GoodsRule:
    """
    Keep a rule; one of the same SKU and supplier is replaced, and goes on counting its lines.

    :raises RuleWrong: if a figure is out of bounds.
    :raises SkuUnknown: if there is no such SKU.
    :raises SupplierUnknown: if there is no such supplier.
    """
    days = (asked.minimum_life_days, asked.warning_life_days)
    if not all(0 <= it <= DAYS_MAX for it in days) or not 0 <= asked.sampling_percent <= 100:
        raise RuleWrong(days=list(days), percent=asked.sampling_percent)
    if asked.sku:
        masterdata.get_sku(asked.sku)
    if asked.supplier:
        masterdata.get_supplier(asked.supplier)
    rule, _is_new = GoodsRule.objects.update_or_create(
        site=site,
        sku=asked.sku,
        supplier=asked.supplier,
        defaults={
            "minimum_life_days": asked.minimum_life_days,
            "warning_life_days": asked.warning_life_days,
            "sampling_percent": asked.sampling_percent,
            "is_blind": asked.is_blind,
            "changed_by": by.actor,
            "changed_at": at,
        },
    )
    return rule


@transaction.atomic
def drop_goods_rule(*, site: str, rule_id: int) -> None:
    """
    Ask for it no more.

    :raises NotFound: if the site has no such rule.
    """
    gone, _by_model = GoodsRule.objects.filter(site=site, pk=rule_id).delete()
    if not gone:
        raise NotFound(kind="goods_rule", id=str(rule_id))


@transaction.atomic
def set_scan_profile(
    *, site: str, zone: str, scan_profile: str, by: Trace, at: datetime
) -> ZoneRule:
    """
    Say what a picker scans in a zone.

    :raises ProfileUnknown: if it is none of the profiles.
    :raises NotFound: if the site has no such zone.
    """
    if scan_profile not in ScanProfile.values:
        raise ProfileUnknown(profile=scan_profile)
    if zone not in {row.code for row in masterdata.list_zones(site)}:
        raise NotFound(kind="zone", id=zone)
    rule, _is_new = ZoneRule.objects.update_or_create(
        site=site,
        zone=zone,
        defaults={"scan_profile": scan_profile, "changed_by": by.actor, "changed_at": at},
    )
    return rule
