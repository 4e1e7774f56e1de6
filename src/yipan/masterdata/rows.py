"""What reads of master data return: plain frozen rows, free of any framework.

Quantities are whole smallest units, money whole minor units of the row's currency.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time


@dataclass(frozen=True, kw_only=True, slots=True)
class BarcodeRow:
    """A code on a package, and how many smallest units one scan of it means."""

    code: str
    pack_size: int = 1
    unit: str = "piece"


@dataclass(frozen=True, kw_only=True, slots=True)
class SkuRow:
    """
    A SKU with the barcodes that are valid now, ordered by pack size and code.

    `is_hot` says that it is stolen often: hot goods (易盗商品).
    """

    code: str
    name: str
    name_zh: str = ""
    category: str = ""
    unit: str = "piece"
    case_size: int = 1
    is_lot_tracked: bool = False
    is_expiry_tracked: bool = False
    is_serial_tracked: bool = False
    is_weighed: bool = False
    is_hot: bool = False
    temperature_class: str = "ambient"
    cost_minor: int = 0
    price_minor: int = 0
    currency: str = "CNY"
    is_active: bool = True
    external_id: str = ""
    version: int = 0
    style: str = ""
    color: str = ""
    size: str = ""
    barcodes: tuple[BarcodeRow, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Scan:
    """What a scanned barcode means: so many smallest units of this SKU."""

    barcode: str
    sku: SkuRow
    pack_size: int


@dataclass(frozen=True, kw_only=True, slots=True)
class CategoryRow:
    """A branch of the tree of goods; `code` is its whole path."""

    code: str
    parent: str = ""
    name: str = ""
    name_zh: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class CalendarRow:
    """A business calendar, with how many days are closed in it and how many sites follow it."""

    code: str
    name: str
    name_zh: str = ""
    closed_days: int = 0
    sites: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteRow:
    """A site. `site_type` is warehouse, store, in_transit or virtual."""

    code: str
    site_type: str
    name: str
    name_zh: str = ""
    time_zone: str = "Asia/Shanghai"
    day_starts_at: time = time(0, 0)
    address: str = ""
    region: str = ""
    calendar: str = ""
    is_active: bool = True
    external_id: str = ""
    version: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class ZoneRow:
    """A part of a site with one purpose."""

    site: str
    code: str
    name: str = ""
    zone_type: str = "storage"
    temperature_class: str = "ambient"


@dataclass(frozen=True, kw_only=True, slots=True)
class BinRow:
    """A bin with the zone and aisle it lies in. No capacity means no limit."""

    site: str
    code: str
    zone: str
    zone_type: str = "storage"
    aisle: str = ""
    capacity: int | None = None
    mixing: str = "mixed"
    temperature_class: str = "ambient"
    sequence: int = 0
    is_active: bool = True
    version: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class SupplierRow:
    """
    A supplier and its terms. Tolerances are whole percent of the ordered quantity.

    Those by quantity are smallest units per line, 0 where there is none; the tighter one holds.
    """

    code: str
    name: str
    name_zh: str = ""
    lead_time_days: int = 7
    lead_time_spread_days: int = 0
    minimum_order_quantity: int = 1
    minimum_order_value_minor: int = 0
    currency: str = "CNY"
    tolerance_over_percent: int = 0
    tolerance_under_percent: int = 0
    tolerance_over_quantity: int = 0
    tolerance_under_quantity: int = 0
    tolerance_price_percent: int = 0
    contact: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    is_active: bool = True
    external_id: str = ""
    version: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomerRow:
    """A customer known by name."""

    code: str
    name: str
    name_zh: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    is_active: bool = True
    external_id: str = ""
    version: int = 0
