"""Exports: rows of a kind as CSV or XLSX, in the columns its import reads."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from yipan.masterdata.imports import write_cell
from yipan.masterdata.kinds import Kind

ROWS_PER_READ = 1_000
ROWS_MAX = 1_000_000

#: With these a spreadsheet begins a formula (OWASP, CSV injection).
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

ReadPage = Callable[[str, int], Sequence[Any]]


def escape_formula(text: str) -> str:
    """Return a text a spreadsheet shows and does not compute; imports take the mark off again."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def iterate_rows(read_page: ReadPage) -> Iterator[Any]:
    """Go through all rows of a list in pages; `read_page` takes the code to start behind."""
    after, count = "", 0
    while rows := read_page(after, ROWS_PER_READ):
        yield from rows
        count += len(rows)
        assert count <= ROWS_MAX, "an export without end"
        after = rows[-1].code


def write_csv(kind: Kind, rows: Iterator[Any]) -> Iterator[bytes]:
    """Return the pieces of a CSV file, UTF-8 with BOM so that a spreadsheet reads Chinese."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([column.name for column in kind.columns])
    yield b"\xef\xbb\xbf"
    for count, row in enumerate(rows, start=1):
        writer.writerow(_write_row(kind, row))
        if count % ROWS_PER_READ == 0:
            yield _take(text)
    yield _take(text)


def write_xlsx(kind: Kind, rows: Iterator[Any]) -> bytes:
    """Return an XLSX file; rows pass through a temporary file, so memory does not grow."""
    with tempfile.TemporaryDirectory(prefix="yipan-export-") as directory:
        path = Path(directory) / "export.xlsx"
        options = {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        workbook = xlsxwriter.Workbook(str(path), options)
        sheet = workbook.add_worksheet(kind.name)
        heading = workbook.add_format({"bold": True})
        sheet.freeze_panes(1, 0)
        for position, column in enumerate(kind.columns):
            sheet.set_column(position, position, 16)
            sheet.write_string(0, position, column.name, heading)
        for number, row in enumerate(rows, start=1):
            for position, cell in enumerate(_write_row(kind, row)):
                if isinstance(cell, int):
                    sheet.write_number(number, position, cell)
                else:
                    sheet.write_string(number, position, cell)
        workbook.close()
        return path.read_bytes()


def write_template(kind: Kind) -> bytes:
    """Return an XLSX file with the columns of a kind and one example row."""
    with tempfile.TemporaryDirectory(prefix="yipan-export-") as directory:
        path = Path(directory) / "template.xlsx"
        workbook = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False})
        sheet = workbook.add_worksheet(kind.name)
        heading = workbook.add_format({"bold": True})
        for position, column in enumerate(kind.columns):
            sheet.set_column(position, position, 18)
            title = f"{column.name}*" if column.is_required else column.name
            sheet.write_string(0, position, title, heading)
            sheet.write_string(1, position, kind.example.get(column.name, ""))
        workbook.close()
        return path.read_bytes()


def _write_row(kind: Kind, row: Any) -> list[str | int]:
    cells = [write_cell(column, row) for column in kind.columns]
    return [escape_formula(cell) if isinstance(cell, str) else cell for cell in cells]


def _take(text: io.StringIO) -> bytes:
    piece = text.getvalue().encode()
    text.seek(0)
    text.truncate()
    return piece
