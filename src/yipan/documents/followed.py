"""How a site system follows the hub's master data (主数据同步), the same in WMS and POS."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time

from yipan.exchange.subscriptions import Heard
from yipan.foundation.limits import Limit, Purpose
from yipan.foundation.promotions import Promotion
from yipan.masterdata import limits, promotions, replication
from yipan.masterdata.rows import BarcodeRow, SiteRow, SkuRow
from yipan.messages.erp import SiteChanged, SkuChanged
from yipan.messages.erp_promotions import PromotionChanged
from yipan.messages.limits import AdjustmentLimitChanged


def follow_skus(run: Sequence[tuple[SkuChanged, Heard]]) -> int:
    """Take over a run of SKUs. Return how many were newer than known; the rest changes nothing."""
    latest = max(message.occurred_at for message, _ in run)
    return replication.apply_skus([_make_sku_row(message) for message, _ in run], at=latest)


def follow_site(message: SiteChanged) -> bool:
    """Take over one site. Return False when this or a newer version is known."""
    return replication.apply_site(
        SiteRow(
            code=message.site,
            version=message.version,
            site_type=message.site_type,
            name=message.name,
            name_zh=message.name_zh,
            time_zone=message.time_zone,
            day_starts_at=time.fromisoformat(message.day_starts_at),
            is_active=message.is_active,
        )
    )


def follow_limit(message: AdjustmentLimitChanged) -> bool:
    """Take over one limit. Return False when this or a newer version is known."""
    return limits.apply_limit(
        Limit(
            purpose=Purpose.POST,
            role=message.role,
            adjustment_type=message.adjustment_type,
            site_type=message.site_type,
            site=message.site,
            quantity_max=message.quantity_max,
            value_max_minor=message.value_max_minor,
            percent_max=message.percent_max,
            number=message.limit_number,
            version=message.version,
        ),
        is_active=message.is_active,
    )


def follow_promotion(message: PromotionChanged) -> bool:
    """Take over one promotion. Return False when this or a newer version is known."""
    row = Promotion(
        code=message.promotion,
        version=message.version,
        kind=message.promotion_kind,
        name=message.name,
        name_zh=message.name_zh,
        percent=message.percent,
        amount_minor=message.amount_minor,
        buy_quantity=message.buy_quantity,
        pay_quantity=message.pay_quantity,
        gift_sku=message.gift_sku,
        gift_quantity=message.gift_quantity,
        skus=message.skus,
        categories=message.categories,
        sites=message.sites,
        regions=message.regions,
        valid_from=date.fromisoformat(message.valid_from) if message.valid_from else None,
        valid_to=date.fromisoformat(message.valid_to) if message.valid_to else None,
        priority=message.priority,
        is_active=message.is_active,
    )
    return promotions.take_over([row]) == 1


def _make_sku_row(message: SkuChanged) -> SkuRow:
    return SkuRow(
        code=message.sku,
        version=message.version,
        name=message.name,
        name_zh=message.name_zh,
        category=message.category,
        unit=message.unit,
        case_size=message.case_size,
        is_lot_tracked=message.is_lot_tracked,
        is_expiry_tracked=message.is_expiry_tracked,
        is_serial_tracked=message.is_serial_tracked,
        is_weighed=message.is_weighed,
        is_hot=message.is_hot,
        temperature_class=message.temperature_class,
        price_minor=message.price_minor,
        currency=message.currency,
        is_active=message.is_active,
        style=message.style,
        color=message.color,
        size=message.size,
        barcodes=tuple(
            BarcodeRow(
                code=barcode.code,
                pack_size=barcode.pack_size,
                unit="piece" if barcode.pack_size == 1 else "case",
            )
            for barcode in message.barcodes
        ),
    )
