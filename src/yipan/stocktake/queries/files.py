"""Count lists out of CSV and XLSX files: rows that can be taken, and those that cannot, and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yipan.documents import told
from yipan.foundation.moments import to_utc
from yipan.masterdata import queries as masterdata
from yipan.masterdata.tabular import open_table

ROWS_MAX: Final = 5_000

#: What a head may call a column, in either language, to its name here.
HEADS: Final[Mapping[str, str]] = {
    "place": "place", "bin": "place", "area": "place", "location": "place", "库位": "place",
    "区域": "place", "位置": "place", "shelf": "shelf", "货架": "shelf",
    "sku": "sku", "product": "sku", "barcode": "sku", "商品": "sku", "商品编码": "sku",
    "条码": "sku", "单品": "sku", "quantity": "quantity", "counted": "quantity",
    "qty": "quantity", "数量": "quantity", "实盘数量": "quantity", "实盘数": "quantity",
    "lot": "lot", "批次": "lot", "status": "status", "状态": "status",
    "counted_at": "counted_at", "time": "counted_at", "盘点时间": "counted_at",
    "时间": "counted_at", "counter": "counter", "counted_by": "counter", "盘点人": "counter",
}  # fmt: skip
#: How a list to fill in is headed, by language. Name and book are for the reader alone.
WRITTEN: Final[Mapping[str, tuple[str, ...]]] = {
    "en": ("place", "sku", "name", "lot", "status", "quantity", "counted_at", "counter", "book"),
    "zh-hans": (
        "位置", "商品编码", "商品名称", "批次", "状态",
        "实盘数量", "盘点时间", "盘点人", "账面数量",
    ),
}  # fmt: skip
STATUSES: Final = frozenset({"available", "damaged", "blocked", "quarantine"})

WRONG: Final[Mapping[str, str | Promise]] = {
    "columns": _("The first row has to name place, product and quantity."),
    "place": _("This site has no such place."),
    "sku": _("No product has this code or barcode."),
    "quantity": _("The quantity is no whole number from 0 up."),
    "status": _("There is no such status."),
    "time": _("The time cannot be read, or lies ahead."),
    "empty": _("The list is to be complete: write 0 where none is there."),
    "doubled": _("The same goods stand in an earlier row."),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A row that can be taken."""

    number: int
    place: str
    shelf: str
    sku: str
    quantity: int
    lot: str
    status: str
    counted_at: datetime | None
    counter: str


@dataclass(frozen=True, kw_only=True, slots=True)
class WrongRow:
    """A row that cannot: its number in the file, what is wrong, and what stands there."""

    number: int
    code: str
    text: str

    @property
    def words(self) -> str:
        """Return what is wrong in the reader's language."""
        return str(WRONG[self.code])


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheetful:
    """What a file holds. `empty` rows have no quantity: nobody looked there."""

    rows: tuple[Row, ...]
    wrong: tuple[WrongRow, ...]
    empty: int = 0


def read_file(
    content: bytes,
    *,
    find_place: Callable[[str], tuple[str, str] | None],
    time_zone: str,
    now: datetime,
    is_complete: bool = False,
) -> Sheetful:
    """
    Return what a file counts, each row either as it can be taken or with what is wrong.

    `find_place` gives the place and shelf a text means, None when there is none. A time without
    its zone is that of the site. A row without a quantity is left out: nobody looked there; in a
    list that is to be complete (`is_complete`) it is wrong.

    :raises FileUnreadable: if it is no table.
    :raises FileTooLarge: if it is too large.
    :raises TooManyLines: if it has more than `ROWS_MAX` rows.
    """
    lines = _list_lines(content)
    if not lines:
        return Sheetful(rows=(), wrong=())
    number, head = lines[0]
    columns = {
        HEADS[cell.lower()]: place for place, cell in enumerate(head) if cell.lower() in HEADS
    }
    if not {"place", "sku", "quantity"} <= columns.keys():
        wrong = WrongRow(number=number, code="columns", text=", ".join(head)[:120])
        return Sheetful(rows=(), wrong=(wrong,))
    filled = [line for line in lines[1:] if _get(line[1], columns, "quantity")]
    missing = [
        WrongRow(number=number, code="empty", text=" ".join(cells)[:120])
        for number, cells in lines[1:]
        if not _get(cells, columns, "quantity")
    ]
    skus = _find_skus([_get(cells, columns, "sku") for _, cells in filled])
    find = cache(find_place)  # thousands of rows name a few places
    found = _part(
        [
            *(missing if is_complete else ()),
            *(
                _read(
                    {name: _get(cells, columns, name) for name in columns},
                    number=number,
                    skus=skus,
                    place=find(_get(cells, columns, "place")),
                    zone=ZoneInfo(time_zone),
                    now=now,
                )
                for number, cells in filled
            ),
        ]
    )
    return replace(found, empty=0 if is_complete else len(missing))


def _list_lines(content: bytes) -> list[tuple[int, list[str]]]:
    lines: list[tuple[int, list[str]]] = []
    for line in open_table(content).lines:
        if len(lines) > ROWS_MAX:
            raise told.TooManyLines(lines=len(lines), maximum=ROWS_MAX)
        lines.append(
            (line.number, [("" if cell is None else str(cell)).strip() for cell in line.cells])
        )
    return lines


def _part(rows: Sequence[Row | WrongRow]) -> Sheetful:
    """Part good rows from wrong ones; the same goods twice are wrong the second time."""
    good: dict[tuple[str, ...], Row] = {}
    wrong: list[WrongRow] = []
    for row in rows:
        if isinstance(row, WrongRow):
            wrong.append(row)
            continue
        key = (row.place, row.shelf, row.sku, row.lot, row.status)
        if key in good:
            text = f"{row.place} {row.sku}"
            wrong.append(WrongRow(number=row.number, code="doubled", text=text))
        else:
            good[key] = row
    return Sheetful(rows=tuple(good.values()), wrong=tuple(wrong))


def _read(
    cells: Mapping[str, str],
    *,
    number: int,
    skus: Mapping[str, str],
    place: tuple[str, str] | None,
    zone: ZoneInfo,
    now: datetime,
) -> Row | WrongRow:
    if place is None:
        return WrongRow(number=number, code="place", text=cells["place"][:120])
    sku = skus.get(cells["sku"])
    if sku is None:
        return WrongRow(number=number, code="sku", text=cells["sku"][:120])
    digits = cells["quantity"].removesuffix(".0").replace(",", "")
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 8):
        return WrongRow(number=number, code="quantity", text=cells["quantity"][:120])
    status = cells.get("status", "").lower() or "available"
    if status not in STATUSES:
        return WrongRow(number=number, code="status", text=status[:120])
    told_at = cells.get("counted_at", "")
    moment = _read_time(told_at, zone=zone) if told_at else None
    if told_at and (moment is None or moment > now):
        return WrongRow(number=number, code="time", text=told_at[:120])
    return Row(
        number=number,
        place=place[0],
        shelf=cells.get("shelf", "")[:24] or place[1],
        sku=sku,
        quantity=int(digits),
        lot=cells.get("lot", "")[:48],
        status=status,
        counted_at=moment,
        counter=cells.get("counter", "")[:160],
    )


def _get(cells: Sequence[str], columns: Mapping[str, int], name: str) -> str:
    place = columns.get(name)
    return cells[place] if place is not None and place < len(cells) else ""


def _read_time(text: str, *, zone: ZoneInfo) -> datetime | None:
    try:
        moment = parse_datetime(text)
        if moment is None:
            return None
        return to_utc(moment if moment.tzinfo is not None else moment.replace(tzinfo=zone))
    except ValueError:
        return None


def _find_skus(texts: Sequence[str]) -> dict[str, str]:
    """Return text to SKU, for codes and barcodes that are one."""
    wanted = {text for text in texts if text}
    found: dict[str, str] = {}
    codes = masterdata.find_skus({text.upper() for text in wanted})
    for text in wanted:
        if text.upper() in codes:
            found[text] = text.upper()
        else:
            scan = masterdata.find_by_barcode(text.removesuffix(".0"))
            if scan is not None and scan.pack_size == 1:
                found[text] = scan.sku.code
    return found
