"""What can be imported and exported: the columns of each kind, and how its rows are kept.

One literal table per kind. A column says how its cell is read, under which headers it is
known, and how a value is written, so that an export can be imported again unchanged.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from yipan.masterdata import cells, checks, queries, refusals
from yipan.masterdata.cells import Cell
from yipan.masterdata.checks import Wrong
from yipan.masterdata.rows import BinRow, CustomerRow, SiteRow, SkuRow, SupplierRow

Finder = Callable[[Collection[tuple[str, ...]]], dict[tuple[str, ...], Any]]
Row = SkuRow | SiteRow | BinRow | SupplierRow | CustomerRow


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """One column of a file and the field of the row it fills. Headers are compared folded."""

    name: str
    read: Callable[[Cell], Any]
    headers: tuple[str, ...] = ()
    field: str = ""
    is_required: bool = False
    is_money: bool = False
    write: Callable[[Any], str | int] = str

    @property
    def target(self) -> str:
        """Return the field of the row; the name of the column unless told otherwise."""
        return self.field or self.name


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """
    One kind of file: its columns in the order of exports, and what becomes of its rows.

    `check` judges a row by itself, `check_all` many at once by what stands in the database: it
    returns what is wrong by key.
    """

    name: str
    row: type[Any]
    columns: tuple[Column, ...]
    find: Finder
    check: Callable[[Any], list[Wrong]]
    list_rows: Callable[..., Sequence[Any]]
    key: tuple[str, ...] = ("code",)
    check_all: Callable[[Sequence[Any]], dict[tuple[str, ...], Wrong]] | None = None
    example: dict[str, str] = field(default_factory=dict)


def connect(kind: Kind) -> None:
    """Add a kind of file that a context keeps: once, when the program starts."""
    assert KINDS.setdefault(kind.name, kind) is kind, f"two kinds are called {kind.name}"


def get_kind(name: str) -> Kind:
    """
    Return a kind by its name.

    :raises KindUnknown: if there is none.
    """
    if name not in KINDS:
        raise refusals.KindUnknown(kind=name, kinds=sorted(KINDS))
    return KINDS[name]


def _write_truth(value: bool) -> str:  # noqa: FBT001 - called with a field's value
    return "yes" if value else "no"


def _write_optional(value: int | None) -> str | int:
    return "" if value is None else value


def _read_capacity(cell: Cell) -> int | None:
    return None if cells.read_text(cell) == "" else cells.read_integer(cell)


def _choice(**choices: str) -> Callable[[Cell], str]:
    known = {value: value for value in choices} | {
        word: value for value, words in choices.items() for word in words.split()
    }
    return partial(cells.read_choice, choices=known)


_UNIT = _choice(piece="件 个 pcs pc each ea ct count", gram="克 g", milliliter="毫升 ml millilitre")
_TEMPERATURE = _choice(ambient="常温", cool="阴凉", chilled="冷藏", frozen="冷冻")
_SITE_TYPE = _choice(
    warehouse="仓 仓库", store="店 门店", in_transit="在途 transit", virtual="虚拟 虚拟仓"
)
_ZONE_TYPE = _choice(
    receiving="收货", storage="存储 存储区", picking="拣货", packing="装箱 打包", shipping="发货",
    quarantine="待检", damaged="残次", returns="退货", shop_floor="卖场", backroom="后仓",
    pickup_shelf="自提货架",
)  # fmt: skip
_MIXING = _choice(mixed="混放", one_sku="单品", one_lot="单批次")

_CODE = Column(name="code", read=cells.read_code, headers=("编码", "代码"), is_required=True)
_NAME = Column(
    name="name", read=cells.read_text, headers=("名称", "name_en", "英文名称"), is_required=True
)
_NAME_ZH = Column(name="name_zh", read=cells.read_text, headers=("中文名称", "中文名"))
_CURRENCY = Column(name="currency", read=cells.read_code, headers=("币种",))
_EXTERNAL = Column(name="external_id", read=cells.read_code, headers=("外部编码",))


def _truth(name: str, *headers: str) -> Column:
    return Column(name=name, read=cells.read_truth, headers=headers, write=_write_truth)


def _number(name: str, *headers: str) -> Column:
    return Column(name=name, read=cells.read_integer, headers=headers, write=int)


def _money(name: str, target: str, *headers: str) -> Column:
    return Column(name=name, field=target, read=str, headers=headers, is_money=True)


def _by_code(find: Callable[[Collection[str]], dict[str, Any]]) -> Finder:
    def find_by_key(keys: Collection[tuple[str, ...]]) -> dict[tuple[str, ...], Any]:
        return {(code,): row for code, row in find([key[0] for key in keys]).items()}

    return find_by_key


_ACTIVE = _truth("is_active", "启用", "active")
_PHONE = Column(name="phone", read=cells.read_text, headers=("电话",))
_EMAIL = Column(name="email", read=cells.read_text, headers=("邮箱",))
_ADDRESS = Column(name="address", read=cells.read_text, headers=("地址",))
_CLIMATE = Column(name="temperature_class", read=_TEMPERATURE, headers=("温层", "temperature"))

SKUS = Kind(
    name="skus",
    row=SkuRow,
    check=checks.check_sku,
    find=_by_code(queries.find_skus),
    list_rows=queries.list_skus,
    columns=(
        Column(name="code", read=cells.read_code, headers=("sku", "商品编码", "编码"),
               is_required=True),
        Column(name="name", read=cells.read_text, headers=("商品名称", "名称", "description"),
               is_required=True),
        _NAME_ZH,
        Column(name="category", read=cells.read_text, headers=("品类", "类别")),
        Column(name="style", read=cells.read_text, headers=("款号", "款式")),
        Column(name="color", read=cells.read_text, headers=("颜色", "colour")),
        Column(name="size", read=cells.read_text, headers=("尺码", "规格")),
        Column(name="unit", read=_UNIT, headers=("单位",)),
        _number("case_size", "箱规", "pack"),
        Column(name="barcodes", read=cells.read_barcodes, write=cells.write_barcodes,
               headers=("barcode", "条码", "ean", "gtin")),
        _truth("is_lot_tracked", "批次管理", "lot"),
        _truth("is_expiry_tracked", "效期管理", "expiry"),
        _truth("is_serial_tracked", "序列号管理", "serial"),
        _truth("is_weighed", "称重", "weighed"),
        _truth("is_hot", "易盗", "易盗商品", "hot", "hot_goods"),
        _CLIMATE,
        _CURRENCY,
        _money("cost", "cost_minor", "成本", "进价"),
        _money("price", "price_minor", "售价", "零售价"),
        _ACTIVE,
        _EXTERNAL,
    ),
    example={
        "code": "TEA-250", "name": "Longjing tea 250 g", "name_zh": "龙井茶 250克",
        "category": "food/tea", "unit": "piece", "case_size": "24",
        "barcodes": "6901234567892; 16901234567899*24", "currency": "CNY", "price": "68.00",
    },
)  # fmt: skip

SITES = Kind(
    name="sites",
    row=SiteRow,
    check=checks.check_site,
    find=_by_code(queries.find_sites),
    list_rows=queries.list_sites,
    columns=(
        Column(name="code", read=cells.read_code, headers=("site", "站点编码", "编码"),
               is_required=True),
        Column(name="site_type", read=_SITE_TYPE, headers=("type", "类型", "站点类型"),
               is_required=True),
        _NAME,
        _NAME_ZH,
        Column(name="time_zone", read=cells.read_code, headers=("时区",)),
        Column(name="day_starts_at", read=cells.read_time, headers=("营业日开始",),
               write=lambda value: f"{value:%H:%M}"),
        _ADDRESS,
        Column(name="region", read=cells.read_text, headers=("区域", "大区")),
        _ACTIVE,
        _EXTERNAL,
    ),
    example={"code": "S12", "site_type": "store", "name": "Binjiang", "name_zh": "滨江店",
             "time_zone": "Asia/Shanghai", "day_starts_at": "06:00"},
)  # fmt: skip


def _find_bins(keys: Collection[tuple[str, ...]]) -> dict[tuple[str, ...], Any]:
    found: dict[tuple[str, ...], Any] = {}
    for site in sorted({key[0] for key in keys}):
        rows = queries.find_bins(site, [code for owner, code in keys if owner == site])
        found.update({(site, code): row for code, row in rows.items()})
    return found


BINS = Kind(
    name="bins",
    row=BinRow,
    check=checks.check_bin,
    find=_find_bins,
    list_rows=queries.list_bins,
    key=("site", "code"),
    columns=(
        Column(name="site", read=cells.read_code, headers=("站点", "仓库"), is_required=True),
        Column(name="code", read=cells.read_code, headers=("bin", "库位", "编码"),
               is_required=True),
        Column(name="zone", read=cells.read_code, headers=("库区",), is_required=True),
        Column(name="zone_type", read=_ZONE_TYPE, headers=("库区类型",)),
        Column(name="aisle", read=cells.read_code, headers=("巷道",)),
        Column(name="capacity", read=_read_capacity, headers=("容量",), write=_write_optional),
        Column(name="mixing", read=_MIXING, headers=("混放规则",)),
        _CLIMATE,
        _number("sequence", "顺序", "动线顺序"),
        _ACTIVE,
    ),
    example={"site": "W1", "code": "A-01-01", "zone": "A", "zone_type": "picking", "aisle": "01",
             "capacity": "500", "mixing": "one_sku", "sequence": "10"},
)  # fmt: skip

SUPPLIERS = Kind(
    name="suppliers",
    row=SupplierRow,
    check=checks.check_supplier,
    find=_by_code(queries.find_suppliers),
    list_rows=queries.list_suppliers,
    columns=(
        Column(name="code", read=cells.read_code, headers=("supplier", "供应商编码", "编码"),
               is_required=True),
        _NAME,
        _NAME_ZH,
        _number("lead_time_days", "提前期", "lead_time"),
        _number("lead_time_spread_days", "提前期波动", "lead_time_spread"),
        _number("minimum_order_quantity", "起订量", "moq"),
        _CURRENCY,
        _money("minimum_order_value", "minimum_order_value_minor", "起订金额"),
        _number("tolerance_over_percent", "多收容差"),
        _number("tolerance_under_percent", "少收容差"),
        _number("tolerance_over_quantity", "多收容差数量"),
        _number("tolerance_under_quantity", "少收容差数量"),
        _number("tolerance_price_percent", "价格容差"),
        Column(name="contact", read=cells.read_text, headers=("联系人",)),
        _PHONE,
        _EMAIL,
        _ADDRESS,
        _ACTIVE,
        _EXTERNAL,
    ),
    example={"code": "SUP-01", "name": "West Lake Tea", "name_zh": "西湖茶业",
             "lead_time_days": "7", "minimum_order_quantity": "24", "currency": "CNY"},
)  # fmt: skip

CUSTOMERS = Kind(
    name="customers",
    row=CustomerRow,
    check=checks.check_customer,
    find=_by_code(queries.find_customers),
    list_rows=queries.list_customers,
    columns=(
        Column(name="code", read=cells.read_code, headers=("customer", "顾客编码", "编码"),
               is_required=True),
        _NAME, _NAME_ZH, _PHONE, _EMAIL, _ADDRESS, _ACTIVE, _EXTERNAL,
    ),
    example={"code": "C-1001", "name": "Li Na", "phone": "13800000000"},
)  # fmt: skip

KINDS: dict[str, Kind] = {kind.name: kind for kind in (SKUS, SITES, BINS, SUPPLIERS, CUSTOMERS)}
