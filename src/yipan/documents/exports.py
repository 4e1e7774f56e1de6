"""Lists as files that spreadsheets open in either language: CSV and XLSX, never with a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

import xlsxwriter
from django.http import HttpResponse
from django.utils.http import content_disposition_header

from yipan.masterdata.exports import escape_formula

FORMATS: Final = ("csv", "xlsx")
CONTENT_TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
#: Without it, Excel takes UTF-8 for the code page of the machine.
BYTE_ORDER_MARK: Final = "\ufeff"

Cell = str | int | None


def answer_file(
    *, name: str, file_format: str, head: Sequence[str], rows: Iterable[Sequence[Cell]]
) -> HttpResponse:
    """Return a file named `name` with a head and rows. Numbers stay numbers."""
    assert file_format in FORMATS
    content = _write_csv(head, rows) if file_format == "csv" else _write_xlsx(head, rows)
    response = HttpResponse(content, content_type=CONTENT_TYPES[file_format])
    response["Content-Disposition"] = content_disposition_header(
        as_attachment=True, filename=f"{name}.{file_format}"
    )
    return response


def _write_csv(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(head)
    writer.writerows([_write_cell(cell) for cell in row] for row in rows)
    return (BYTE_ORDER_MARK + text.getvalue()).encode()


def _write_xlsx(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    content = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(content, options) as workbook:
        sheet = workbook.add_worksheet()
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, head, workbook.add_format({"bold": True}))
        for number, row in enumerate(rows, start=1):
            sheet.write_row(number, 0, ["" if cell is None else cell for cell in row])
    return content.getvalue()


def _write_cell(cell: Cell) -> Cell:
    return escape_formula(cell) if isinstance(cell, str) else cell
