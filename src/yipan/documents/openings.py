"""What openings of stock (期初库存) share: lines out of a text or a file, and a control total.

A migration load is counted twice: by whoever took the lines out of the old system, who says how
many there are and what they add up to, and here. Unless both agree, nothing is booked.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.http import HttpRequest

from yipan.documents.uploads import read_upload
from yipan.foundation.refusals import Refusal
from yipan.masterdata.tabular import open_table

#: A quantity with more digits than this is none: it becomes 0, which no line may have.
_DIGITS_MAX = 9


class ControlTotalWrong(Refusal):
    """The lines do not add up to the control total. Nothing is booked until they do."""

    code = "stock_opening.control_total_wrong"
    status = 422


class ControlTotalMissing(Refusal):
    """An opening needs a control total: how many lines there are, and the sum of quantities."""

    code = "stock_opening.control_total_missing"
    status = 422


@dataclass(frozen=True, kw_only=True, slots=True)
class ControlTotal:
    """How many lines there are, and the sum of their quantities in smallest units."""

    line_count: int
    quantity: int


def require_total(stated: ControlTotal, quantities: Collection[int]) -> None:
    """
    Return quietly when lines add up to what was stated.

    :raises ControlTotalWrong: if they do not.
    """
    found = ControlTotal(line_count=len(quantities), quantity=sum(quantities))
    if found != stated:
        raise ControlTotalWrong(
            lines=found.line_count,
            lines_stated=stated.line_count,
            quantity=found.quantity,
            quantity_stated=stated.quantity,
        )


def read_total(request: HttpRequest) -> ControlTotal:
    """
    Return the control total of a form: `control_lines` and `control_quantity`.

    :raises ControlTotalMissing: if one is not there, or is no number.
    """
    lines, quantity = (
        request.POST.get(name, "").strip().replace(",", "")
        for name in ("control_lines", "control_quantity")
    )
    if not (_is_number(lines) and _is_number(quantity)):
        raise ControlTotalMissing
    return ControlTotal(line_count=int(lines), quantity=int(quantity))


def read_rows(request: HttpRequest, *, columns: int) -> list[tuple[list[str], int]]:
    """
    Return the lines of a form: codes, and a quantity; out of its file, else out of its text.

    A row without a number in its last column is a head when it is the first one; elsewhere its
    quantity is 0, and no opening takes it.

    :raises FileUnreadable: if the file is no table.
    :raises FileTooLarge: if it is too large.
    """
    return [_read(row, columns=columns) for row in _read_table(request, columns=columns)]


def read_long_rows(
    request: HttpRequest, *, columns: int, more: int
) -> list[tuple[list[str], int, list[str]]]:
    """
    Return the lines of a form as `read_rows` does, and `more` cells behind the quantity of each.

    :raises FileUnreadable: if the file is no table.
    :raises FileTooLarge: if it is too large.
    """
    return [
        (*_read(row, columns=columns), [*row[columns:], *[""] * more][:more])
        for row in _read_table(request, columns=columns)
    ]


def _read_table(request: HttpRequest, *, columns: int) -> list[Sequence[str]]:
    uploaded = request.FILES.get("file")
    rows: list[Sequence[str]]
    if uploaded is not None:
        rows = [
            [str(cell).strip() for cell in line.cells]
            for line in open_table(read_upload(uploaded)).lines
        ]
    else:
        rows = [_split(line) for line in request.POST.get("lines", "").splitlines()]
    rows = [row for row in rows if any(row)]
    is_head = rows and not _is_number([*rows[0], *[""] * columns][columns - 1])
    return rows[1:] if is_head else rows


def _read(row: Sequence[str], *, columns: int) -> tuple[list[str], int]:
    cells = [*row, *[""] * columns][:columns]
    quantity = cells[-1].removesuffix(".0")
    codes = [cell.upper() for cell in cells[:-1]]
    return codes, int(quantity) if _is_number(quantity) else 0


def _split(line: str) -> list[str]:
    return [cell.strip() for cell in line.replace("\t", ",").replace("，", ",").split(",")]


def _is_number(text: str) -> bool:
    return text.removesuffix(".0").isdecimal() and len(text) <= _DIGITS_MAX + 2
