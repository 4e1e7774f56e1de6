"""
Real invoices of a web shop, read from the files of "Online Retail" (Chen, UCI, CC BY 4.0).

What is odd about the data is known here and nowhere else:

- an invoice whose number begins with C takes back what an earlier one sold: a cancellation;
- a negative quantity without C is a correction of stock by the firm, and no order;
- postage, discounts, fees and samples have codes too, and are no goods;
- times have no zone: they are read as the wall clock in London; prices are in pounds;
- the file of the whole set lacks the numbers of invoices and products: lines of one minute,
  customer and country are one invoice, a product is known by its description, and what is
  negative at a price is a cancellation; without a price it is a correction of stock.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from yipan.simulate.baskets import FileUnfit, read_rows

COLUMNS: Final = (
    "InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID",
    "Country",
)  # fmt: skip
COLUMNS_BARE: Final = tuple(it for it in COLUMNS if it not in {"InvoiceNo", "StockCode"})
LONDON: Final = ZoneInfo("Europe/London")

#: Goods have five digits and at most a few letters, or are known by their name; all else is
#: postage, fees and the like.
GOODS: Final = re.compile(r"\d{5}[A-Z]{0,3}|N[0-9A-F]{10}")
NO_GOODS: Final = frozenset(
    {
        "POSTAGE", "DOTCOM POSTAGE", "MANUAL", "DISCOUNT", "CARRIAGE", "NEXT DAY CARRIAGE",
        "BANK CHARGES", "AMAZON FEE", "ADJUST BAD DEBT", "SAMPLES", "CRUK COMMISSION",
    }
)  # fmt: skip
NAME_LENGTH_MAX: Final = 180


@dataclass(frozen=True, kw_only=True, slots=True)
class InvoiceLine:
    """So many pieces of a product; `amount_minor` is in pence, for all of them."""

    product: str
    quantity: int
    amount_minor: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Invoice:
    """What one customer bought, or took back: quantities are above zero in both."""

    number: str
    is_cancellation: bool
    placed_at: datetime
    customer: str
    country: str
    lines: tuple[InvoiceLine, ...]


@dataclass(kw_only=True, slots=True)
class Invoices:
    """Invoices in the order they were made, names of products, and how many rows are none."""

    invoices: list[Invoice] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    rows_left_out: dict[str, int] = field(default_factory=dict)


def read_invoices(path: Path, *, limit: int | None = None) -> Invoices:
    """
    Return the invoices of a Parquet or CSV file by time, the first `limit` of them.

    :raises FileUnfit: if it is neither, or lacks a column.
    """
    try:
        try:
            return gather(read_rows(path, COLUMNS), limit=limit)
        except FileUnfit:
            return gather(number_rows(read_rows(path, COLUMNS_BARE)), limit=limit)
    except (KeyError, ValueError) as error:
        raise FileUnfit(f"{path.name} has a row that is none of an invoice: {error}") from error


def gather(rows: Iterable[Mapping[str, Any]], *, limit: int | None = None) -> Invoices:
    """Return the invoices that rows of single products make up."""
    found = Invoices()
    heads: dict[str, tuple[datetime, str, str]] = {}
    lines: dict[str, list[InvoiceLine]] = {}
    for row in rows:
        number, product = str(row["InvoiceNo"]), str(row["StockCode"]).strip().upper()
        quantity, is_cancellation = int(row["Quantity"]), str(row["InvoiceNo"]).startswith("C")
        why = _leave_out(product, quantity, is_cancellation=is_cancellation)
        if why:
            found.rows_left_out[why] = found.rows_left_out.get(why, 0) + 1
            continue
        name = str(row["Description"] or "").strip()
        if name and product not in found.names:
            found.names[product] = name.capitalize()[:NAME_LENGTH_MAX]
        heads.setdefault(
            number,
            (_read_time(row["InvoiceDate"]), str(row["CustomerID"] or ""), str(row["Country"])),
        )
        price = Decimal(str(row["UnitPrice"] or 0)) * 100 * abs(quantity)
        amount = int(price.quantize(Decimal(1), rounding=ROUND_HALF_UP))
        line = InvoiceLine(product=product, quantity=abs(quantity), amount_minor=max(0, amount))
        lines.setdefault(number, []).append(line)
    numbers = sorted(heads, key=lambda number: (heads[number][0], number))[:limit]
    for number in numbers:
        placed_at, customer, country = heads[number]
        found.invoices.append(
            Invoice(
                number=number,
                is_cancellation=number.startswith("C"),
                placed_at=placed_at,
                customer=customer,
                country=country,
                lines=_merge(lines[number]),
            )
        )
    return found


def number_rows(rows: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """
    Yield rows without numbers of invoices and products with such numbers made up.

    The same rows always get the same numbers. What moves no goods of a customer gets the code
    of no goods, or stays a correction of stock.
    """
    for row in rows:
        name = " ".join(str(row["Description"] or "").upper().split())
        customer = str(int(row["CustomerID"])) if row["CustomerID"] else ""
        quantity, price = int(row["Quantity"]), row["UnitPrice"] or 0
        is_correction = not price and (quantity < 0 or not customer)
        placed_at, country = _read_time(row["InvoiceDate"]), str(row["Country"])
        digest = hashlib.sha256(name.encode()).hexdigest()[:10].upper()
        # A correction is none of a customer, whichever way it goes.
        letter = "C" if quantity < 0 and not is_correction else "N"
        yield {
            **row,
            "InvoiceNo": f"{letter}{placed_at:%y%m%d%H%M}-{customer}-{country[:24]}",
            "StockCode": "" if not name or name in NO_GOODS else f"N{digest}",
            "Quantity": -abs(quantity) if is_correction else quantity,
            "CustomerID": customer,
        }


def _leave_out(product: str, quantity: int, *, is_cancellation: bool) -> str:
    if not GOODS.fullmatch(product):
        return "no goods"
    if quantity == 0:
        return "nothing"
    return "stock correction" if quantity < 0 and not is_cancellation else ""


def _merge(lines: Iterable[InvoiceLine]) -> tuple[InvoiceLine, ...]:
    """Return one line per product, in the order they first came."""
    merged: dict[str, InvoiceLine] = {}
    for line in lines:
        known = merged.get(line.product)
        merged[line.product] = InvoiceLine(
            product=line.product,
            quantity=line.quantity + (known.quantity if known else 0),
            amount_minor=line.amount_minor + (known.amount_minor if known else 0),
        )
    return tuple(merged.values())


def _read_time(value: object) -> datetime:
    """Return a time written as 12/1/10 8:26, month first."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=LONDON)
    return datetime.strptime(str(value), "%m/%d/%y %H:%M").replace(tzinfo=LONDON)
