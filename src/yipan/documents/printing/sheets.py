"""The sheet of A4 that most documents are: head, facts, lines, sums, places to sign."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from django.utils.functional import Promise

from yipan.documents.printing.codes import draw_barcode
from yipan.documents.printing.engine import render, require_printer

Text: TypeAlias = str | Promise


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """What stands in the head, or a sum at the foot: `sub` is smaller, below."""

    label: Text
    value: Text
    sub: Text = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """
    A column of lines.

    `share` is its part of the width; 0 makes it as wide as what stands in it. Numbers stand
    to the right.
    """

    label: Text
    share: int = 0
    is_number: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """A cell of two rows, the second one small: a name and its code."""

    text: Text
    sub: Text


@dataclass(frozen=True, kw_only=True, slots=True)
class Code:
    """A cell with a barcode, to be scanned back; what it says stands below."""

    text: str


#: A cell. None is a place to write on by hand.
Cell: TypeAlias = str | Promise | Pair | Code | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """
    A document on paper. `stamp` warns in a frame beside the title: a draft, a copy.

    `signatures` are the words below the lines to sign on.
    """

    title: Text
    number: str
    columns: tuple[Column, ...]
    rows: Sequence[Sequence[Cell]]
    stamp: Text = ""
    facts: tuple[Fact, ...] = ()
    totals: tuple[Fact, ...] = ()
    notes: tuple[Text, ...] = ()
    signatures: tuple[Text, ...] = ()
    is_landscape: bool = False


def render_sheet(sheet: Sheet, *, language: str) -> bytes:
    """
    Return a sheet as PDF, on as many pages as it needs; its number is a barcode on top.

    :raises PrinterMissing: if typst is not installed.
    :raises FontMissing: if no font with Chinese is.
    """
    return render_sheets([sheet], language=language)


def render_sheets(sheets: Sequence[Sheet], *, language: str) -> bytes:
    """
    Return sheets as one PDF, each from a page of its own on; pages are numbered through.

    :raises PrinterMissing: if typst is not installed.
    :raises FontMissing: if no font with Chinese is.
    """
    assert sheets
    require_printer()
    data = {"title": sheets[0].title, "sheets": [_write_sheet(sheet) for sheet in sheets]}
    return render(template="documents/printing/sheet", data=data, language=language)


def _write_sheet(sheet: Sheet) -> dict[str, object]:
    assert all(len(row) == len(sheet.columns) for row in sheet.rows)
    return {
        "title": sheet.title,
        "number": sheet.number,
        "code": draw_barcode(sheet.number),
        "stamp": sheet.stamp,
        "facts": [_write_fact(fact) for fact in sheet.facts],
        "columns": [
            {"label": column.label, "share": column.share, "is_number": column.is_number}
            for column in sheet.columns
        ],
        "rows": [[_write_cell(cell) for cell in row] for row in sheet.rows],
        "totals": [_write_fact(fact) for fact in sheet.totals],
        "notes": list(sheet.notes),
        "signatures": list(sheet.signatures),
        "is_landscape": sheet.is_landscape,
    }


def _write_fact(fact: Fact) -> dict[str, Text]:
    return {"label": fact.label, "value": fact.value, "sub": fact.sub}


def _write_cell(cell: Cell) -> dict[str, Text]:
    if cell is None:
        return {"kind": "blank"}
    if isinstance(cell, Pair):
        return {"kind": "pair", "text": cell.text, "sub": cell.sub}
    if isinstance(cell, Code):
        return {"kind": "code", "text": cell.text, "code": draw_barcode(cell.text)}
    return {"kind": "text", "text": cell}
