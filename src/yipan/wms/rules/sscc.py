"""
Serial shipping container codes (SSCC, 物流单元编码): the number on each parcel and pallet.

Eighteen digits: extension digit, GS1 company prefix, serial reference, check digit. Source: GS1
General Specifications, section 2.2.1 (SSCC) and 7.9 (check digit).
"""

from __future__ import annotations

SSCC_LENGTH = 18

#: How an SSCC begins when it is scanned out of a GS1-128 barcode: application identifier (00).
IDENTIFIER = "00"

#: A serial has at least this many digits, so a prefix is at most ten long.
PREFIX_LENGTH_MAX = 10


def get_check_digit(digits: str) -> int:
    """Return the check digit: weights 3 and 1 from the right, up to the next multiple of ten."""
    assert digits.isdecimal()
    total = sum(int(it) * (3 if place % 2 == 0 else 1) for place, it in enumerate(reversed(digits)))
    return -total % 10


def make_sscc(*, prefix: str, extension: int, serial: int) -> str:
    """
    Return the SSCC of a serial under a company prefix of 4 to 10 digits.

    A serial beyond the room that the prefix leaves begins again at zero: GS1 lets an SSCC be
    used again a year after its unit is gone, and the room is a million at the least.
    """
    assert prefix.isdecimal()
    assert 4 <= len(prefix) <= PREFIX_LENGTH_MAX
    assert 0 <= extension <= 9
    room = SSCC_LENGTH - 2 - len(prefix)
    body = f"{extension}{prefix}{serial % 10**room:0{room}d}"
    return f"{body}{get_check_digit(body)}"


def read_sscc(text: str) -> str:
    """
    Return the SSCC a scan holds, bare, with its identifier, or in brackets; empty when it is none.

    A wrong check digit makes it none: a digit was misread.
    """
    digits = text.strip().removeprefix("]C1").replace("(", "").replace(")", "").replace(" ", "")
    if len(digits) == SSCC_LENGTH + len(IDENTIFIER):
        digits = digits.removeprefix(IDENTIFIER)
    if len(digits) != SSCC_LENGTH or not (digits.isascii() and digits.isdecimal()):
        return ""
    return digits if get_check_digit(digits[:-1]) == int(digits[-1]) else ""
