"""Tables out of files: CSV in the encodings Chinese offices write, and XLSX, both streamed.

What a hostile file can do is bounded here: bytes unpacked, cells, length of a cell.
"""

from __future__ import annotations

import codecs
import csv
import io
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import python_calamine

from yipan.masterdata.cells import Cell
from yipan.masterdata.refusals import FileTooLarge, FileUnreadable

FILE_BYTES_MAX = 100_000_000
UNPACKED_BYTES_MAX = 600_000_000
PARTS_MAX = 2_000
SHEET_CELLS_MAX = 20_000_000
ROWS_MAX = 1_000_000
COLUMNS_MAX = 200

#: What the standard library raises about archives that are none, or broken, or locked.
_ZIP_FAULTS = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
    struct.error,
)
_ZIP = b"PK\x03\x04"
_CHUNK = 1 << 20
_REFERENCE = re.compile(rb'<c\b[^>]{0,200}?\br="([A-Z]{1,3})([0-9]{1,7})"')
_DELIMITERS = ",;\t|"


class Line(NamedTuple):
    """One row of a file, with the number an editor or spreadsheet shows beside it."""

    number: int
    cells: Sequence[Cell]


class Table(NamedTuple):
    """A file being read: its format, how many rows it roughly has, and its rows."""

    file_format: str
    rows_about: int
    lines: Iterator[Line]


def open_table(content: bytes) -> Table:
    """
    Return the rows of a CSV or XLSX file that are not empty, the header row first.

    CSV is read as UTF-8 (with or without BOM), UTF-16 with BOM, or GB18030 with GBK and
    GB2312 in it; the delimiter is the one the first line uses most.

    :raises FileUnreadable: if it is neither, or broken.
    :raises FileTooLarge: if it is, or unpacks to, more than an import may be.
    """
    if len(content) > FILE_BYTES_MAX:
        raise FileTooLarge(bytes=len(content), maximum=FILE_BYTES_MAX)
    if content.startswith(_ZIP):
        return _open_workbook(content)
    if not content.strip(b"\x00 \r\n\t"):
        raise FileUnreadable(reason="empty")
    return _open_csv(content)


def _open_csv(content: bytes) -> Table:
    encoding = detect_encoding(content)
    first = content[:65_536].decode(encoding, errors="ignore").partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    text = io.TextIOWrapper(io.BytesIO(content), encoding=encoding, newline="")
    reader = csv.reader(text, delimiter=delimiter if first.count(delimiter) else ",")
    return Table("csv", content.count(b"\n"), _read_csv(reader))


def _read_csv(reader: Iterator[list[str]]) -> Iterator[Line]:
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            if number > ROWS_MAX + 1:
                raise FileTooLarge(rows=number, maximum=ROWS_MAX)
            if len(cells) > COLUMNS_MAX:
                raise FileUnreadable(reason="too_many_columns", line=number, maximum=COLUMNS_MAX)
            if any(cells):
                yield Line(number, cells)
    except csv.Error:
        raise FileUnreadable(reason="broken_quotes", line=number + 1) from None


def detect_encoding(content: bytes) -> str:
    """
    Return the encoding of a text file.

    :raises FileUnreadable: if it is in none that we read.
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates = ["utf-16"]
    else:
        candidates = ["utf-8-sig", "gb18030"]
    for encoding in candidates:
        if _decodes(content, encoding):
            return encoding
    raise FileUnreadable(reason="encoding")


def _decodes(content: bytes, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for start in range(0, len(content), _CHUNK):
            decoder.decode(content[start : start + _CHUNK])
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _open_workbook(content: bytes) -> Table:
    _inspect_zip(content)
    try:
        workbook = python_calamine.load_workbook(io.BytesIO(content))
        sheet = workbook.get_sheet_by_index(0)
        lines = _read_sheet(sheet)
        return Table("xlsx", sheet.total_height, lines)
    except BaseException as fault:
        _blame_file(fault)
        raise


def _blame_file(fault: BaseException) -> None:
    """Turn what the workbook reader throws about a broken file into our refusal."""
    is_panic = type(fault).__name__ == "PanicException"
    if is_panic or isinstance(fault, python_calamine.CalamineError | IndexError | OSError):
        raise FileUnreadable(reason="workbook") from None


def _read_sheet(sheet: python_calamine.CalamineSheet) -> Iterator[Line]:
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        if any(cell not in {None, ""} for cell in cells):
            yield Line(number, cells)


def _inspect_zip(content: bytes) -> None:
    """Refuse a workbook that unpacks to too much, before the reader unpacks it."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if len(parts) > PARTS_MAX:
                raise FileTooLarge(parts=len(parts), maximum=PARTS_MAX)
            unpacked = 0
            for part in parts:
                unpacked += _inspect_part(archive, part, unpacked)
    except _ZIP_FAULTS:
        raise FileUnreadable(reason="workbook") from None


def _inspect_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo, before: int) -> int:
    is_sheet = part.filename.startswith("xl/worksheets/")
    size, columns, rows, rest = 0, 0, 0, b""
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            if before + size > UNPACKED_BYTES_MAX:
                raise FileTooLarge(maximum=UNPACKED_BYTES_MAX)
            if not is_sheet:
                continue
            for column, row in _REFERENCE.findall(rest + chunk):
                columns, rows = max(columns, _count_column(column)), max(rows, int(row))
            rest = chunk[-256:]
    # The reader lays a sheet out as a rectangle: one cell far away would fill all memory.
    if columns * rows > SHEET_CELLS_MAX or rows > ROWS_MAX + 1 or columns > 16_384:
        raise FileTooLarge(rows=rows, columns=columns, maximum=SHEET_CELLS_MAX)
    return size


def _count_column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
