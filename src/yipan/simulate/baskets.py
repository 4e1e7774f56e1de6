"""
Real baskets of a grocer, read from the files of "The Complete Journey" (dunnhumby, CC0).

Parquet is read by polars, which comes with the extra `planning`; CSV of the same columns
needs nothing. What is odd about the data is known here and nowhere else:

- times have no zone: they are read as the wall clock of the store;
- quantities are written as 1.0; a whole number is wanted, and zero is a line that moves nothing;
- weighed goods and fuel come in thousands of some small unit: they are taken as they are;
- a basket belongs to one store, and its number is used once.
"""

from __future__ import annotations

import csv
import importlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

COLUMNS = (
    "store_id", "basket_id", "product_id", "quantity", "sales_value", "transaction_timestamp",
)  # fmt: skip


class FileUnfit(Exception):
    """The file cannot be read, or lacks columns that baskets have. Says which."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BasketLine:
    """One product in a basket. `amount_minor` is in cents."""

    product: str
    quantity: int
    amount_minor: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Basket:
    """What one customer took home. `bought_at` is the wall clock of the store, without zone."""

    store: str
    number: str
    bought_at: datetime
    lines: tuple[BasketLine, ...]


def read_baskets(path: Path) -> list[Basket]:
    """
    Return the baskets of a Parquet or CSV file, ordered by time, store and number.

    :raises FileUnfit: if it is neither, or lacks a column.
    """
    return gather(read_rows(path, COLUMNS))


def read_rows(path: Path, columns: tuple[str, ...]) -> Iterator[Mapping[str, Any]]:
    """
    Yield the rows of a Parquet or CSV file that has these columns, by name.

    All columns of the file are in a row when some of them are asked for in a CSV file.

    :raises FileUnfit: if it is neither, or lacks a column.
    """
    is_parquet = path.suffix == ".parquet"
    return _read_parquet(path, columns) if is_parquet else _read_csv(path, columns)


def gather(rows: Iterable[Mapping[str, Any]]) -> list[Basket]:
    """Return the baskets that rows of single products make up, ordered as `read_baskets`."""
    found: dict[tuple[str, str], tuple[datetime, list[BasketLine]]] = {}
    for row in rows:
        key = (str(row["store_id"]), str(row["basket_id"]))
        bought_at = _read_time(row["transaction_timestamp"])
        first, lines = found.setdefault(key, (bought_at, []))
        if bought_at < first:
            found[key] = (bought_at, lines)
        lines.append(
            BasketLine(
                product=str(row["product_id"]),
                quantity=_read_whole(row["quantity"]),
                amount_minor=_read_cents(row["sales_value"]),
            )
        )
    baskets = [
        Basket(store=store, number=number, bought_at=bought_at, lines=tuple(lines))
        for (store, number), (bought_at, lines) in found.items()
    ]
    return sorted(baskets, key=lambda basket: (basket.bought_at, basket.store, basket.number))


def read_products(path: Path) -> dict[str, str]:
    """Return the names of products, by their number, from the products file of the same set."""
    is_parquet = path.suffix == ".parquet"
    rows = _read_parquet(path, ()) if is_parquet else _read_csv(path, ("product_id",))
    return {str(row["product_id"]): _name_product(row) for row in rows}


def find_products_file(path: Path) -> Path | None:
    """Return the products file that lies beside a file of baskets, if one does."""
    for name in (f"completejourney_products{path.suffix}", f"products{path.suffix}"):
        if (path.parent / name).is_file():
            return path.parent / name
    return None


def _name_product(row: Mapping[str, Any]) -> str:
    parts = (row.get("product_category"), row.get("product_type"), row.get("package_size"))
    words = " · ".join(str(part).strip() for part in parts if part)
    return (words or str(row.get("department") or "")).capitalize()[:180]


def _read_parquet(path: Path, columns: tuple[str, ...]) -> Iterator[Mapping[str, Any]]:
    try:
        polars = importlib.import_module("polars")
    except ImportError:
        raise FileUnfit(
            "Parquet files need polars: install the extra `planning`, or use CSV."
        ) from None
    try:
        table = polars.read_parquet(path, columns=list(columns) or None)
    except (OSError, polars.exceptions.PolarsError) as error:
        raise FileUnfit(f"{path.name} cannot be read: {error}") from error
    rows: Iterator[Mapping[str, Any]] = table.iter_rows(named=True)
    return rows


def _read_csv(path: Path, columns: tuple[str, ...]) -> Iterator[Mapping[str, Any]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            missing = set(columns) - set(reader.fieldnames or ())
            if missing:
                raise FileUnfit(f"{path.name} has no column {', '.join(sorted(missing))}.")
            yield from reader
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise FileUnfit(f"{path.name} cannot be read: {error}") from error


def _read_time(value: object) -> datetime:
    if isinstance(value, datetime):
        return value.replace(tzinfo=None, microsecond=0)
    try:
        return datetime.fromisoformat(str(value)).replace(tzinfo=None, microsecond=0)
    except ValueError as error:
        raise FileUnfit(f"{value!r} is no time.") from error


def _read_whole(value: object) -> int:
    number = _read_number(value)
    if number != number.to_integral_value():
        raise FileUnfit(f"The quantity {value!r} is not whole.")
    return int(number)


def _read_cents(value: object) -> int:
    return int((_read_number(value) * 100).to_integral_value())


def _read_number(value: object) -> Decimal:
    try:
        number = Decimal(str(value))
    except InvalidOperation as error:
        raise FileUnfit(f"{value!r} is no number.") from error
    if not number.is_finite():
        raise FileUnfit(f"{value!r} is no number.")
    return number
