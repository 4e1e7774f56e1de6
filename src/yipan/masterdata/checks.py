"""What can be wrong with a row of master data, told field by field. Pure: no database."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from yipan.masterdata.models.goods import TemperatureClass, Unit
from yipan.masterdata.models.places import Mixing, SiteType, ZoneType
from yipan.masterdata.rows import BinRow, CustomerRow, SiteRow, SkuRow, SupplierRow

#: Above this a JavaScript number is no longer exact, so no quantity or amount may be larger.
NUMBER_MAX = 2**53 - 1
BARCODES_PER_SKU_MAX = 50
CURRENCY = re.compile(r"[A-Z]{3}")

_UNITS = frozenset(Unit.values)
_TEMPERATURES = frozenset(TemperatureClass.values)
_SITE_TYPES = frozenset(SiteType.values)
_ZONE_TYPES = frozenset(ZoneType.values)
_MIXINGS = frozenset(Mixing.values)
_CODE = re.compile(r"[^\s/\\\"'<>|]+(?: [^\s/\\\"'<>|]+)*")
_PATH = re.compile(r"[^/]+(?:/[^/]+)*")


@dataclass(frozen=True, kw_only=True, slots=True)
class Wrong:
    """One field that cannot be kept, and the code of the reason."""

    field: str
    code: str


def check_sku(row: SkuRow) -> list[Wrong]:
    """Return what is wrong with a SKU; nothing when it can be kept."""
    return [
        *check_code("code", row.code, 48),
        *check_text("name", row.name, 200, is_required=True),
        *check_text("name_zh", row.name_zh, 200),
        *check_text("external_id", row.external_id, 96),
        *check_text("style", row.style, 48),
        *check_text("color", row.color, 48),
        *check_text("size", row.size, 48),
        *check_choice("unit", row.unit, _UNITS),
        *check_choice("temperature_class", row.temperature_class, _TEMPERATURES),
        *check_number("case_size", row.case_size, lowest=1),
        *check_number("cost_minor", row.cost_minor, lowest=0),
        *check_number("price_minor", row.price_minor, lowest=0),
        *_check_currency(row.currency),
        *_check_category(row.category),
        *_check_barcodes(row),
    ]


def check_site(row: SiteRow) -> list[Wrong]:
    """Return what is wrong with a site."""
    return [
        *check_code("code", row.code, 16),
        *check_text("name", row.name, 96, is_required=True),
        *check_text("name_zh", row.name_zh, 96),
        *check_text("address", row.address, 200),
        *check_text("region", row.region, 48),
        *check_text("external_id", row.external_id, 96),
        *check_choice("site_type", row.site_type, _SITE_TYPES),
        *(
            []
            if is_time_zone(row.time_zone)
            else [Wrong(field="time_zone", code="cell.not_a_zone")]
        ),
    ]


def check_bin(row: BinRow) -> list[Wrong]:
    """Return what is wrong with a bin."""
    return [
        *check_code("site", row.site, 16),
        *check_code("code", row.code, 32),
        *check_code("zone", row.zone, 32),
        *(check_code("aisle", row.aisle, 32) if row.aisle else []),
        *check_choice("zone_type", row.zone_type, _ZONE_TYPES),
        *check_choice("mixing", row.mixing, _MIXINGS),
        *check_choice("temperature_class", row.temperature_class, _TEMPERATURES),
        *([] if row.capacity is None else check_number("capacity", row.capacity, lowest=1)),
        *check_number("sequence", row.sequence, lowest=0, highest=2**31 - 1),
    ]


def check_supplier(row: SupplierRow) -> list[Wrong]:
    """Return what is wrong with a supplier."""
    return [
        *_check_party(row),
        *_check_currency(row.currency),
        *check_text("contact", row.contact, 96),
        *check_number("lead_time_days", row.lead_time_days, lowest=0, highest=3650),
        *check_number("minimum_order_quantity", row.minimum_order_quantity, lowest=1),
        *check_number("tolerance_over_percent", row.tolerance_over_percent, lowest=0, highest=1000),
        *check_number("tolerance_under_percent", row.tolerance_under_percent, highest=100),
        *check_number("lead_time_spread_days", row.lead_time_spread_days, highest=3650),
        *check_number("minimum_order_value_minor", row.minimum_order_value_minor),
        *check_number("tolerance_over_quantity", row.tolerance_over_quantity),
        *check_number("tolerance_under_quantity", row.tolerance_under_quantity),
        *check_number("tolerance_price_percent", row.tolerance_price_percent, highest=100),
    ]


def check_customer(row: CustomerRow) -> list[Wrong]:
    """Return what is wrong with a customer."""
    return _check_party(row)


def check_code(field: str, value: str, length: int) -> list[Wrong]:
    """A code is short, without quotes, slashes and angle brackets, since paths are made of it."""
    if not value:
        return [Wrong(field=field, code="cell.missing")]
    if len(value) > length:
        return [Wrong(field=field, code="cell.too_long")]
    if not _CODE.fullmatch(value) or has_control(value) or value[0] in "=+-@":
        return [Wrong(field=field, code="cell.not_a_code")]
    return []


def check_text(field: str, value: str, length: int, *, is_required: bool = False) -> list[Wrong]:
    """A text fits its field and holds no control characters."""
    if is_required and not value.strip():
        return [Wrong(field=field, code="cell.missing")]
    if len(value) > length:
        return [Wrong(field=field, code="cell.too_long")]
    if has_control(value):
        return [Wrong(field=field, code="cell.control_character")]
    return []


def check_number(
    field: str, value: int, *, lowest: int = 0, highest: int = NUMBER_MAX
) -> list[Wrong]:
    """A number lies within its bounds."""
    if lowest <= value <= highest:
        return []
    return [Wrong(field=field, code="cell.out_of_range")]


def check_choice(field: str, value: str, choices: frozenset[str]) -> list[Wrong]:
    """A choice is one of the list."""
    return [] if value in choices else [Wrong(field=field, code="cell.not_a_choice")]


def has_control(value: str) -> bool:
    """Tell whether the text holds what no keyboard writes: NUL, escapes, lone surrogates."""
    return not value.isprintable() and any(
        unicodedata.category(character) in {"Cc", "Cs"} for character in value
    )


@cache
def is_time_zone(name: str) -> bool:
    """Tell whether this is a zone of the IANA list, such as Asia/Shanghai."""
    return name in _list_zones() and bool(ZoneInfo(name))


@cache
def _list_zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _check_party(row: SupplierRow | CustomerRow) -> list[Wrong]:
    return [
        *check_code("code", row.code, 32),
        *check_text("name", row.name, 96, is_required=True),
        *check_text("name_zh", row.name_zh, 96),
        *check_text("phone", row.phone, 48),
        *check_text("email", row.email, 96),
        *check_text("address", row.address, 200),
        *check_text("external_id", row.external_id, 96),
    ]


def _check_currency(currency: str) -> list[Wrong]:
    return (
        [] if CURRENCY.fullmatch(currency) else [Wrong(field="currency", code="cell.not_a_choice")]
    )


def _check_category(category: str) -> list[Wrong]:
    if not category:
        return []
    if len(category) > 96:
        return [Wrong(field="category", code="cell.too_long")]
    if has_control(category) or not _PATH.fullmatch(category):
        return [Wrong(field="category", code="cell.not_a_code")]
    return []


def _check_barcodes(row: SkuRow) -> list[Wrong]:
    codes = [barcode.code for barcode in row.barcodes]
    if len(codes) > BARCODES_PER_SKU_MAX:
        return [Wrong(field="barcodes", code="cell.too_long")]
    if len(set(codes)) < len(codes):
        return [Wrong(field="barcodes", code="cell.doubled")]
    wrong: list[Wrong] = []
    for barcode in row.barcodes:
        wrong.extend(check_code("barcodes", barcode.code, 48))
        wrong.extend(check_number("barcodes", barcode.pack_size, lowest=1))
    return wrong[:1]
