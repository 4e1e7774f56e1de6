"""What the API of master data takes and tells, in smallest units and minor units."""

from __future__ import annotations

from datetime import time
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import Field

from yipan.config.edge.wall_times import WallTime
from yipan.masterdata.checks import NUMBER_MAX
from yipan.masterdata.rows import BarcodeRow

ROWS_MAX = 1_000

Code = Annotated[str, Field(min_length=1, max_length=48)]
Text = Annotated[str, Field(max_length=200)]
Number = Annotated[int, Field(ge=0, le=NUMBER_MAX)]
Currency = Annotated[str, Field(pattern="^[A-Z]{3}$")]
Limit = Annotated[int, Field(ge=1, le=ROWS_MAX)]
Version = Annotated[int, Field(ge=0, le=NUMBER_MAX)]
Temperature = Literal["ambient", "cool", "chilled", "frozen"]
SiteType = Literal["warehouse", "store", "in_transit", "virtual"]


class FieldsIn(Schema):
    """Fields of a row; what is left out stays as it is, or takes the default of a new row."""

    version: Version | None = None

    def to_fields(self) -> dict[str, Any]:
        """Return what was really sent, as the fields of a row."""
        return {name: getattr(self, name) for name in self.model_fields_set if name != "version"}


class BarcodeIn(Schema):
    """A code on a package, and how many smallest units one scan of it means."""

    code: Code
    pack_size: Annotated[int, Field(ge=1, le=NUMBER_MAX)] = 1
    unit: Annotated[str, Field(max_length=16)] = "piece"


class SkuIn(FieldsIn):
    """The fields of a SKU. `barcodes` replaces all of them; `is_hot`: it is stolen often."""

    name: Text = ""
    name_zh: Text = ""
    category: Annotated[str, Field(max_length=96)] = ""
    unit: Literal["piece", "gram", "milliliter"] = "piece"
    case_size: Annotated[int, Field(ge=1, le=NUMBER_MAX)] = 1
    is_lot_tracked: bool = False
    is_expiry_tracked: bool = False
    is_serial_tracked: bool = False
    is_weighed: bool = False
    is_hot: bool = False
    temperature_class: Temperature = "ambient"
    cost_minor: Number = 0
    price_minor: Number = 0
    currency: Currency = "CNY"
    is_active: bool = True
    external_id: Annotated[str, Field(max_length=96)] = ""
    style: Annotated[str, Field(max_length=48)] = ""
    color: Annotated[str, Field(max_length=48)] = ""
    size: Annotated[str, Field(max_length=48)] = ""
    barcodes: Annotated[list[BarcodeIn], Field(max_length=50)] = []

    def to_fields(self) -> dict[str, Any]:
        """Return what was really sent, as the fields of a row."""
        fields = super().to_fields()
        if "barcodes" in fields:
            rows = [BarcodeRow(**barcode.model_dump()) for barcode in self.barcodes]
            fields["barcodes"] = tuple(sorted(rows, key=lambda row: (row.pack_size, row.code)))
        return fields


class SkuRowIn(SkuIn):
    """One row of a bulk call."""

    code: Code


class BulkIn(Schema):
    """What becomes of sound rows beside wrong ones."""

    error_policy: Literal["reject_everything", "reject_failed_rows"] = "reject_failed_rows"


class SkusIn(BulkIn):
    """Rows of SKUs."""

    rows: Annotated[list[SkuRowIn], Field(min_length=1, max_length=ROWS_MAX)]


class BarcodeOut(Schema):
    """A code on a package, and how many smallest units one scan of it means."""

    code: str
    pack_size: int
    unit: str


class SkuOut(Schema):
    """A SKU. `cost_minor` is told to those who may see cost."""

    code: str
    name: str
    name_zh: str
    category: str
    unit: str
    case_size: int
    is_lot_tracked: bool
    is_expiry_tracked: bool
    is_serial_tracked: bool
    is_weighed: bool
    is_hot: bool
    temperature_class: str
    cost_minor: int | None
    price_minor: int
    currency: str
    is_active: bool
    external_id: str
    version: int
    style: str
    color: str
    size: str
    barcodes: list[BarcodeOut]


class ScanOut(Schema):
    """What a scan means."""

    barcode: str
    pack_size: int
    sku: SkuOut


class ListQuery(Schema):
    """Which rows: words to find, where to go on, how many."""

    q: Annotated[str, Field(max_length=200)] = ""
    cursor: Annotated[str, Field(max_length=48)] = ""
    limit: Limit = 100


class SkuQuery(ListQuery):
    """Which SKUs; `active` leaves out those that are no longer used."""

    active: bool = False


class SkuPage(Schema):
    """SKUs in order, and where to go on."""

    data: list[SkuOut]
    next_cursor: str | None


class SiteIn(FieldsIn):
    """The fields of a site."""

    site_type: SiteType = "store"
    name: Annotated[str, Field(max_length=96)] = ""
    name_zh: Annotated[str, Field(max_length=96)] = ""
    time_zone: Annotated[str, Field(max_length=48)] = "Asia/Shanghai"
    day_starts_at: WallTime = time(0, 0)
    address: Text = ""
    region: Annotated[str, Field(max_length=48)] = ""
    is_active: bool = True
    external_id: Annotated[str, Field(max_length=96)] = ""


class SiteRowIn(SiteIn):
    """One row of a bulk call."""

    code: Annotated[str, Field(min_length=1, max_length=16)]


class SitesIn(BulkIn):
    """Rows of sites."""

    rows: Annotated[list[SiteRowIn], Field(min_length=1, max_length=ROWS_MAX)]


class SiteOut(Schema):
    """A site."""

    code: str
    site_type: str
    name: str
    name_zh: str
    time_zone: str
    day_starts_at: WallTime
    address: str
    region: str
    calendar: str
    is_active: bool
    external_id: str
    version: int


class SiteQuery(ListQuery):
    """Which sites."""

    site_type: SiteType | None = None


class SitePage(Schema):
    """Sites in order, and where to go on."""

    data: list[SiteOut]
    next_cursor: str | None


class BinIn(FieldsIn):
    """One bin of a bulk call. Zone and aisle are made when they do not exist."""

    code: Annotated[str, Field(min_length=1, max_length=32)]
    zone: Annotated[str, Field(min_length=1, max_length=32)] = "MAIN"
    zone_type: Annotated[str, Field(max_length=16)] = "storage"
    aisle: Annotated[str, Field(max_length=32)] = ""
    capacity: Annotated[int, Field(ge=1, le=NUMBER_MAX)] | None = None
    mixing: Literal["mixed", "one_sku", "one_lot"] = "mixed"
    temperature_class: Temperature = "ambient"
    sequence: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0
    is_active: bool = True

    def to_fields(self) -> dict[str, Any]:
        """Return what was really sent; a new bin needs a zone in any case."""
        return {"zone": self.zone} | super().to_fields()


class BinsIn(BulkIn):
    """Rows of bins of one site."""

    rows: Annotated[list[BinIn], Field(min_length=1, max_length=ROWS_MAX)]


class BinOut(Schema):
    """A bin with the zone and aisle it lies in."""

    site: str
    code: str
    zone: str
    zone_type: str
    aisle: str
    capacity: int | None
    mixing: str
    temperature_class: str
    sequence: int
    is_active: bool
    version: int


class BinPage(Schema):
    """Bins in order, and where to go on."""

    data: list[BinOut]
    next_cursor: str | None


class SupplierIn(FieldsIn):
    """The fields of a supplier. Tolerances are whole percent of the ordered quantity."""

    name: Annotated[str, Field(max_length=96)] = ""
    name_zh: Annotated[str, Field(max_length=96)] = ""
    lead_time_days: Annotated[int, Field(ge=0, le=3650)] = 7
    minimum_order_quantity: Annotated[int, Field(ge=1, le=NUMBER_MAX)] = 1
    currency: Currency = "CNY"
    tolerance_over_percent: Annotated[int, Field(ge=0, le=1000)] = 0
    tolerance_under_percent: Annotated[int, Field(ge=0, le=100)] = 0
    lead_time_spread_days: Annotated[int, Field(ge=0, le=3650)] = 0
    minimum_order_value_minor: Number = 0
    tolerance_over_quantity: Number = 0
    tolerance_under_quantity: Number = 0
    tolerance_price_percent: Annotated[int, Field(ge=0, le=100)] = 0
    contact: Annotated[str, Field(max_length=96)] = ""
    phone: Annotated[str, Field(max_length=48)] = ""
    email: Annotated[str, Field(max_length=96)] = ""
    address: Text = ""
    is_active: bool = True
    external_id: Annotated[str, Field(max_length=96)] = ""


class SupplierRowIn(SupplierIn):
    """One row of a bulk call."""

    code: Annotated[str, Field(min_length=1, max_length=32)]


class SuppliersIn(BulkIn):
    """Rows of suppliers."""

    rows: Annotated[list[SupplierRowIn], Field(min_length=1, max_length=ROWS_MAX)]


class SupplierOut(Schema):
    code: str
    name: str
    name_zh: str
    lead_time_days: int
    minimum_order_quantity: int
    currency: str
    tolerance_over_percent: int
    tolerance_under_percent: int
    lead_time_spread_days: int
    minimum_order_value_minor: int
    tolerance_over_quantity: int
    tolerance_under_quantity: int
    tolerance_price_percent: int
    contact: str
    phone: str
    email: str
    address: str
    is_active: bool
    external_id: str
    version: int


class SupplierPage(Schema):
    """Suppliers in order, and where to go on."""

    data: list[SupplierOut]
    next_cursor: str | None


class ErrorOut(Schema):
    """Where in the call, or in the file, and why."""

    pointer: str
    code: str


class ResultOut(Schema):
    """What became of one row: ok, duplicate (it stood so), or refused."""

    id: str
    status: str
    errors: list[ErrorOut]


class ResultsOut(Schema):
    """One result per row, in the order they were sent."""

    data: list[ResultOut]
