"""Cells of a file become values, or say why not. Nothing is guessed: what is ambiguous is wrong.

A cell of a CSV file is a text; one of a spreadsheet may be a number, a truth or a moment.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TypeAlias

from yipan.masterdata.checks import NUMBER_MAX
from yipan.masterdata.rows import BarcodeRow
from yipan.masterdata.search import fold

Cell: TypeAlias = str | float | int | bool | datetime | date | time | timedelta | None

#: Digits behind the point of one unit of a currency; two unless named here (ISO 4217).
MINOR_DIGITS = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "KWD": 3, "BHD": 3, "TND": 3}

CELL_LENGTH_MAX = 4_000

_INTEGER = re.compile(r"[+-]?[0-9]+")
_DECIMAL = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]+")
_SCIENTIFIC = re.compile(r"[+-]?[0-9]*[.,]?[0-9]+e[+-]?[0-9]+")
_FORMULA_GUARD = re.compile(r"'(?=[=+\-@\t\r\n＝＋－＠])")
_BARCODE_PARTS = re.compile(r"[;|,\n，；]+")
_PACK = re.compile(r"(?P<code>[^*×]+)(?:[*×](?P<pack>[^:*×]+))?(?::(?P<unit>[a-z_]+))?")

_TRUE = {"true", "yes", "y", "1", "x", "是", "有", "真", "√"}
_FALSE = {"false", "no", "n", "0", "", "否", "无", "假", "-"}


class CellWrong(Exception):
    """The cell cannot become the value its column wants."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read_text(cell: Cell) -> str:
    """Return a text without the spaces around it; whole numbers without their `.0`."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < NUMBER_MAX else repr(cell)
    text = str(cell).strip().strip("\ufeff")
    if len(text) > CELL_LENGTH_MAX:
        raise CellWrong("cell.too_long")
    if "\x00" in text:
        raise CellWrong("cell.control_character")
    return _FORMULA_GUARD.sub("", text, count=1) if text.startswith("'") else text


def read_code(cell: Cell) -> str:
    """
    Return a code, full-width characters made plain, letters as they are.

    A spreadsheet that shortened a long code to `6.9E+12` has lost digits: that is wrong.
    """
    text = _narrow(read_text(cell))
    if _SCIENTIFIC.fullmatch(text.casefold()) and "e+" in text.casefold():
        raise CellWrong("cell.number_scientific")
    return text


def read_integer(cell: Cell) -> int:
    """Return a whole number. `1e3`, `1.000,00` and `1,000` could mean several: they are wrong."""
    if isinstance(cell, float) and not isinstance(cell, bool):
        if not cell.is_integer():
            raise CellWrong("cell.not_whole")
        return _bound(int(cell))
    text = _narrow(read_text(cell))
    if _INTEGER.fullmatch(text) and len(text) <= 20:
        return _bound(int(text))
    value = _read_decimal(text)
    if value != value.to_integral_value():
        raise CellWrong("cell.not_whole")
    return _bound(int(value))


def read_money(cell: Cell, currency: str) -> int:
    """Return an amount in minor units of the currency. More digits than it has are wrong."""
    text = repr(cell) if isinstance(cell, float) else _narrow(read_text(cell))
    minor = _read_decimal(text.lstrip("¥$€£")) * 10 ** MINOR_DIGITS.get(currency, 2)
    if minor != minor.to_integral_value():
        raise CellWrong("cell.too_many_digits")
    return _bound(int(minor))


def write_money(minor: int, currency: str) -> str:
    """Return minor units as the decimal text that `read_money` reads."""
    digits = MINOR_DIGITS.get(currency, 2)
    return str(Decimal(minor).scaleb(-digits)) if digits else str(minor)


def read_truth(cell: Cell) -> bool:
    """Return yes or no, in either language."""
    text = fold(read_text(cell))
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise CellWrong("cell.not_a_truth")


def read_choice(cell: Cell, choices: dict[str, str]) -> str:
    """Return one of the choices; keys are what people write, folded, values what is meant."""
    text = fold(read_text(cell))
    if text not in choices:
        raise CellWrong("cell.not_a_choice")
    return choices[text]


def read_time(cell: Cell) -> time:
    """Return a time of the day such as 06:00."""
    if isinstance(cell, datetime):
        return cell.time()
    if isinstance(cell, time):
        return cell
    text = _narrow(read_text(cell))
    try:
        return time.fromisoformat(text.zfill(5) if ":" in text else text)
    except ValueError:
        raise CellWrong("cell.not_a_time") from None


def read_barcodes(cell: Cell) -> tuple[BarcodeRow, ...]:
    """Return the barcodes of `6901234567892; 16901234567899*24:case`: code, pack size, unit."""
    barcodes: list[BarcodeRow] = []
    for part in _BARCODE_PARTS.split(read_code(cell)):
        if not part.strip():
            continue
        found = _PACK.fullmatch(part.strip().replace(" ", ""))
        if found is None:
            raise CellWrong("cell.not_a_code")
        pack = read_integer(found["pack"]) if found["pack"] else 1
        unit = found["unit"] or ("piece" if pack == 1 else "case")
        barcodes.append(
            BarcodeRow(code=read_code(found["code"]).upper(), pack_size=pack, unit=unit)
        )
    return tuple(sorted(barcodes, key=lambda row: (row.pack_size, row.code)))


def write_barcodes(barcodes: tuple[BarcodeRow, ...]) -> str:
    """Return barcodes as the text that `read_barcodes` reads."""
    return "; ".join(_write_barcode(barcode) for barcode in barcodes)


def _write_barcode(barcode: BarcodeRow) -> str:
    usual = "piece" if barcode.pack_size == 1 else "case"
    text = barcode.code if barcode.pack_size == 1 else f"{barcode.code}*{barcode.pack_size}"
    return text if barcode.unit == usual else f"{text}:{barcode.unit}"


def _narrow(text: str) -> str:
    """Make full-width letters, digits and signs plain; leave everything else as it is."""
    if text.isascii():
        return text
    return "".join(
        chr(ord(character) - 0xFEE0) if "\uff01" <= character <= "\uff5e" else character
        for character in text
    ).strip("\u3000 \u00a0")


def _read_decimal(text: str) -> Decimal:
    if not text:
        raise CellWrong("cell.missing")
    if len(text) > 40:
        raise CellWrong("cell.out_of_range")
    if _DECIMAL.fullmatch(text):
        return Decimal(text)
    if _GROUPED.fullmatch(text):
        return Decimal(text.replace(",", ""))
    if _SCIENTIFIC.fullmatch(text.casefold()):
        raise CellWrong("cell.number_scientific")
    if text.replace(",", "").replace(".", "").replace(" ", "").replace("'", "").isdecimal():
        raise CellWrong("cell.number_ambiguous")
    raise CellWrong("cell.not_a_number")


def _bound(value: int) -> int:
    if abs(value) > NUMBER_MAX:
        raise CellWrong("cell.out_of_range")
    return value
