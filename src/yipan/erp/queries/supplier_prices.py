"""Reads of price lists of suppliers, and what their files look like."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from django.db.models import Q, QuerySet

from yipan.erp.models import SupplierPrice
from yipan.erp.rules.purchasing import Price
from yipan.masterdata import cells, checks
from yipan.masterdata import queries as masterdata
from yipan.masterdata.cells import Cell, CellWrong
from yipan.masterdata.checks import CURRENCY, Wrong
from yipan.masterdata.kinds import Column, Kind

ROWS_MAX = 1_000

#: Supplier, SKU, first day (as a text), and from which quantity on.
Key = tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class PriceRow:
    """A line of a price list: minor units of `currency` per smallest unit."""

    supplier: str
    sku: str
    valid_from: date
    unit_cost_minor: int = 0
    currency: str = "CNY"
    valid_to: date | None = None
    from_quantity: int = 1
    case_size: int = 1
    minimum_quantity: int = 1
    supplier_sku: str = ""
    version: int = 0

    @property
    def key(self) -> Key:
        """Return what tells this line from all others."""
        return (self.supplier, self.sku, str(self.valid_from), str(self.from_quantity))

    @property
    def code(self) -> str:
        """Return the key as one text."""
        return "|".join(self.key)


def list_prices(
    *, supplier: str = "", text: str = "", on: date | None = None, after: str = "", limit: int = 50
) -> list[PriceRow]:
    """
    Return lines of price lists by supplier, SKU, first day and quantity; those behind `after`.

    `after` is the `code` of the last row read so far, `on` leaves those out that do not hold then.
    """
    assert 0 < limit <= ROWS_MAX
    query = SupplierPrice.objects.all()
    if supplier:
        query = query.filter(supplier=supplier)
    if on is not None:
        query = query.filter(valid_from__lte=on).filter(Q(valid_to=None) | Q(valid_to__gte=on))
    for word in text.split():
        found = masterdata.search_skus(word, 200)
        query = query.filter(
            Q(sku__in=[row.code for row in found])
            | Q(supplier_sku__icontains=word)
            | Q(supplier__iexact=word)
        )
    query = _read_on(query, after)
    ordered = query.order_by("supplier", "sku", "valid_from", "from_quantity")
    return [make_row(price) for price in ordered[:limit]]


def find_prices(keys: Collection[Key], *, is_locked: bool = False) -> dict[Key, PriceRow]:
    """Return the lines that exist among the keys, by key; locked until the transaction ends."""
    wanted = set(keys)
    query = SupplierPrice.objects.filter(
        supplier__in={key[0] for key in wanted}, sku__in={key[1] for key in wanted}
    ).order_by("supplier", "sku", "valid_from", "from_quantity")
    if is_locked:
        query = query.select_for_update()
    rows = [make_row(price) for price in query]
    return {row.key: row for row in rows if row.key in wanted}


def list_prices_of(*, supplier: str, skus: Collection[str]) -> dict[str, list[Price]]:
    """Return all prices a supplier ever asked for SKUs, by SKU."""
    found: dict[str, list[Price]] = {}
    for row in SupplierPrice.objects.filter(supplier=supplier, sku__in=set(skus)):
        found.setdefault(row.sku, []).append(
            Price(
                unit_cost_minor=row.unit_cost_minor,
                valid_from=row.valid_from,
                valid_to=row.valid_to,
                from_quantity=row.from_quantity,
                case_size=row.case_size,
                minimum_quantity=row.minimum_quantity,
                currency=row.currency,
            )
        )
    return found


def check_price(row: PriceRow) -> list[Wrong]:
    """Return what is wrong with a line of a price list; nothing when it can be kept."""
    wrong = [
        *checks.check_number("price", row.unit_cost_minor, lowest=0),
        *checks.check_number("from_quantity", row.from_quantity, lowest=1),
        *checks.check_number("case_size", row.case_size, lowest=1, highest=2**31 - 1),
        *checks.check_number("minimum_quantity", row.minimum_quantity, lowest=1),
        *checks.check_text("supplier_sku", row.supplier_sku, 48),
    ]
    if not CURRENCY.fullmatch(row.currency):
        wrong.append(Wrong(field="currency", code="cell.not_a_choice"))
    if row.valid_to is not None and row.valid_to < row.valid_from:
        wrong.append(Wrong(field="valid_to", code="price.ends_before_it_begins"))
    return wrong


def check_prices(rows: Sequence[PriceRow]) -> dict[Key, Wrong]:
    """Return what is wrong with lines by what suppliers and goods there are, by key."""
    suppliers = masterdata.find_suppliers({row.supplier for row in rows})
    unknown = set(masterdata.list_unknown_skus({row.sku for row in rows}))
    wrong: dict[Key, Wrong] = {}
    for row in rows:
        supplier = suppliers.get(row.supplier)
        if supplier is None:
            wrong[row.key] = Wrong(field="supplier", code="masterdata.supplier_unknown")
        elif row.sku in unknown:
            wrong[row.key] = Wrong(field="sku", code="masterdata.sku_unknown")
        elif supplier.currency != row.currency:
            wrong[row.key] = Wrong(field="currency", code="price.currency_differs")
    return wrong


def make_row(price: SupplierPrice) -> PriceRow:
    """Return the plain row of a line of a price list."""
    return PriceRow(
        supplier=price.supplier,
        sku=price.sku,
        valid_from=price.valid_from,
        unit_cost_minor=price.unit_cost_minor,
        currency=price.currency,
        valid_to=price.valid_to,
        from_quantity=price.from_quantity,
        case_size=price.case_size,
        minimum_quantity=price.minimum_quantity,
        supplier_sku=price.supplier_sku,
        version=price.version,
    )


def _read_on(query: QuerySet[SupplierPrice], after: str) -> QuerySet[SupplierPrice]:
    parts = after.split("|")
    if len(parts) != 4 or not parts[3].isdecimal():
        return query
    supplier, sku, day, quantity = parts
    try:
        first = date.fromisoformat(day)
    except ValueError:
        return query
    return query.filter(
        Q(supplier__gt=supplier)
        | Q(supplier=supplier, sku__gt=sku)
        | Q(supplier=supplier, sku=sku, valid_from__gt=first)
        | Q(supplier=supplier, sku=sku, valid_from=first, from_quantity__gt=int(quantity))
    )


def _read_day(cell: Cell) -> date:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = cells.read_text(cell).replace("/", "-").replace(".", "-")
    if not text:
        raise CellWrong("cell.missing")
    try:
        year, month, day = (int(part) for part in text.split("-"))
        return date(year, month, day)
    except ValueError:
        raise CellWrong("cell.not_a_date") from None


def _read_last_day(cell: Cell) -> date | None:
    return None if cells.read_text(cell) == "" else _read_day(cell)


def _read_break(cell: Cell) -> int:
    return 1 if cells.read_text(cell) == "" else cells.read_integer(cell)


def _write_day(value: date | None) -> str:
    return value.isoformat() if value else ""


def _find_rows(keys: Iterable[Key]) -> dict[Key, Any]:
    return dict(find_prices(list(keys)))


_number = partial(Column, read=cells.read_integer, write=int)

#: A file of price lists, for imports, exports and templates.
PRICES = Kind(
    name="supplier-prices",
    row=PriceRow,
    check=check_price,
    check_all=check_prices,
    find=_find_rows,
    list_rows=list_prices,
    key=("supplier", "sku", "valid_from", "from_quantity"),
    columns=(
        Column(name="supplier", read=cells.read_code, headers=("供应商", "供应商编码"),
               is_required=True),
        Column(name="sku", read=cells.read_code, headers=("商品编码", "编码", "code"),
               is_required=True),
        Column(name="valid_from", read=_read_day, headers=("生效日期", "from"), is_required=True,
               write=_write_day),
        Column(name="valid_to", read=_read_last_day, headers=("失效日期", "to"), write=_write_day),
        Column(name="from_quantity", read=_read_break, headers=("起始数量", "break"),
               is_required=True, write=int),
        Column(name="currency", read=cells.read_code, headers=("币种",)),
        Column(name="price", field="unit_cost_minor", read=str, headers=("进价", "单价", "cost"),
               is_money=True),
        _number(name="case_size", headers=("箱规", "pack")),
        _number(name="minimum_quantity", headers=("起订量", "moq")),
        Column(name="supplier_sku", read=cells.read_code, headers=("供应商货号",)),
    ),
    example={"supplier": "SUP-01", "sku": "TEA-250", "valid_from": "2026-01-01",
             "from_quantity": "1", "currency": "CNY", "price": "42.50", "case_size": "24",
             "minimum_quantity": "48"},
)  # fmt: skip
