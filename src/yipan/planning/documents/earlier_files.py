"""Files of demand of the system before, read into days: a line per SKU, site and day."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Final

from yipan.masterdata.cells import Cell, CellWrong, read_code, read_integer, read_text, read_truth
from yipan.masterdata.search import fold
from yipan.masterdata.tabular import Line, open_table
from yipan.planning.documents.earlier import HistoryWrong, PastDay

#: What a head says, folded -> the field of a day.
HEADS: Final[Mapping[str, str]] = {
    "sku": "sku", "单品": "sku", "商品编码": "sku",
    "site": "site", "站点": "site", "门店": "site",
    "day": "day", "date": "day", "日期": "day",
    "sold": "sold", "quantity": "sold", "销量": "sold", "数量": "sold",
    "returned": "returned", "退货": "returned",
    "out_of_stock": "is_out", "缺货": "is_out",
}  # fmt: skip
NEEDED: Final = ("sku", "site", "day", "sold")


def read_days(content: bytes) -> list[PastDay]:
    """
    Return the days of a CSV or XLSX file, in its order; columns nobody knows are not read.

    :raises FileUnreadable: if it is no table.
    :raises FileTooLarge: if it is larger than an import may be.
    :raises HistoryWrong: if a column is missing, or a cell cannot be read; with its line.
    """
    lines = open_table(content).lines
    head = next(lines, Line(1, ()))
    places: dict[str, int] = {}
    for place, cell in enumerate(head.cells):
        field = HEADS.get(fold(read_text(cell)).replace(" ", "_"))
        if field is not None:
            places.setdefault(field, place)
    missing = [it for it in NEEDED if it not in places]
    if missing:
        raise HistoryWrong(columns_missing=missing)
    return [_read_line(line, places) for line in lines]


def _read_line(line: Line, places: Mapping[str, int]) -> PastDay:
    values: dict[str, Any] = {}
    for field, place in places.items():
        cell = line.cells[place] if place < len(line.cells) else None
        try:
            if cell in (None, "") and field not in NEEDED:
                continue
            values[field] = READERS[field](cell)
        except CellWrong as wrong:
            raise HistoryWrong(line=line.number, column=field, reason=wrong.code) from None
    return PastDay(**values)


def _read_day(cell: Cell) -> date:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    try:
        return date.fromisoformat(read_text(cell).replace("/", "-")[:10])
    except ValueError:
        raise CellWrong("cell.not_a_date") from None


READERS: Final[Mapping[str, Callable[[Cell], Any]]] = {
    "sku": read_code,
    "site": read_code,
    "day": _read_day,
    "sold": read_integer,
    "returned": read_integer,
    "is_out": read_truth,
}
