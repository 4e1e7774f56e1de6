"""Rows with everything filled in, each changeable by keyword."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from yipan.masterdata import queries
from yipan.masterdata.rows import BarcodeRow, Scan, SiteRow, SkuRow

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def a_sku(code: str = "TEA-250", **changes: Any) -> SkuRow:
    fields: dict[str, Any] = {
        "code": code,
        "name": "Longjing tea 250 g",
        "name_zh": "龙井茶 250克",
        "category": "food/tea",
        "case_size": 24,
        "cost_minor": 3_000,
        "price_minor": 6_800,
        "barcodes": (
            BarcodeRow(code=f"69{code}1"),
            BarcodeRow(code=f"169{code}1", pack_size=24, unit="case"),
        ),
    }
    return SkuRow(**(fields | changes))


def a_site(code: str = "S12", **changes: Any) -> SiteRow:
    fields: dict[str, Any] = {
        "code": code,
        "site_type": "store",
        "name": "Binjiang",
        "name_zh": "滨江店",
    }
    return SiteRow(**(fields | changes))


def scan(barcode: str) -> Scan:
    """Scan a barcode that some SKU carries."""
    found = queries.find_by_barcode(barcode)
    assert found is not None
    return found
