"""
Stock corrections in a wholesaler's sales file (UCI Online Retail; Chen, CC BY 4.0).

There a correction is a line at no price and without a customer; its description says why, or is
the name of the goods. Parquet is read by polars (extra `planning`), CSV needs nothing.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from yipan.simulate.baskets import FileUnfit, read_rows

COLUMNS = ("Description", "Quantity", "InvoiceDate", "UnitPrice")
#: There in one of the two files of the set.
SKU_COLUMN = "StockCode"


@dataclass(frozen=True, kw_only=True, slots=True)
class CorrectionLine:
    """A line at no price. `at` is the wall clock of the firm; `quantity` is signed."""

    row: int
    at: datetime
    quantity: int
    text: str
    sku: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CorrectionFile:
    """All corrections of a file, its name by content, and the names of goods sold in it."""

    origin: str
    lines: tuple[CorrectionLine, ...]
    goods: frozenset[str]


def read_corrections(path: Path) -> CorrectionFile:
    """
    Return the negative lines at no price, and the positive ones whose text names no goods.

    :raises FileUnfit: if it is no such file; the message says which line is at fault.
    """
    lines = []
    goods = set()
    for number, row in enumerate(read_rows(path, ()), start=1):
        missing = [column for column in COLUMNS if column not in row]
        if missing:
            raise FileUnfit(f"{path.name} has no column {', '.join(missing)}.")
        text = str(row["Description"] or "").strip()
        if _read_number(row["UnitPrice"], row=number) > 0:
            goods.add(text)
            continue
        line = CorrectionLine(
            row=number,
            at=_read_time(row["InvoiceDate"], row=number),
            quantity=int(_read_number(row["Quantity"], row=number)),
            text=text,
            sku=str(row.get(SKU_COLUMN) or ""),
        )
        lines.append(line)
    kept = [line for line in lines if line.quantity < 0 or (line.text and line.text not in goods)]
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return CorrectionFile(origin=digest, lines=tuple(kept), goods=frozenset(goods - {""}))


def _read_number(value: Any, *, row: int) -> float:
    try:
        return float(value or 0)
    except (TypeError, ValueError):
        raise FileUnfit(f"Line {row}: {value!r} is no number.") from None


def _read_time(value: Any, *, row: int) -> datetime:
    if isinstance(value, datetime):
        return value.replace(tzinfo=None, microsecond=0)
    try:
        return datetime.fromisoformat(str(value)).replace(tzinfo=None, microsecond=0)
    except ValueError:
        raise FileUnfit(f"Line {row}: {value!r} is no time.") from None
