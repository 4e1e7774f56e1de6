"""What a GS1 code says: product, lot, date, serial, count, weight, license plate.

GS1-128, GS1 DataMatrix and GS1 QR codes carry element strings, each behind its application
identifier (AI); a Digital Link carries the same in an address (GS1 General Specifications, 3 and
7.8; GS1 Digital Link Standard: URI Syntax). Read by biip; what is ours is which AI means what.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from urllib.parse import unquote

from biip import ParseError
from biip.gs1_digital_link_uris import GS1DigitalLinkURI
from biip.gs1_element_strings import GS1ElementStrings
from biip.gs1_messages import GS1Message
from biip.sscc import Sscc

from yipan.foundation.refusals import Refusal

TEXT_LENGTH_MAX = 256

#: FNC1 as scanners send it (ASCII 29).
SEPARATOR = "\x1d"

#: Symbology identifiers of codes that carry element strings: GS1-128, DataBar, DataMatrix, QR.
SYMBOLOGIES = ("]C1", "]e0", "]d2", "]Q3", "]J1")

_HUMAN = re.compile(r"\((\d{2,4})\)([^(]+)")
_LIKELY = re.compile(r"(?:00\d{18}|0[12]\d{14}.)")
GRAMS_PER_KILOGRAM = 1_000


class CodeUnreadable(Refusal):
    """This looks like a GS1 code, but cannot be read: scan it again, or another code beside it."""

    code = "masterdata.code_unreadable"
    status = 422


@dataclass(frozen=True, kw_only=True, slots=True)
class Gs1Code:
    """
    What one scan says. Empty or None is: nothing was said of it.

    `gtin` has 14 digits: of the item itself, or of what a logistic unit holds (`is_content`).
    `expires_on` is the last day of use (AI 17), else the best-before date (AI 15). `count` is the
    number of items (AI 30, 37), `weight_grams` the net weight (AI 310n).
    """

    gtin: str = ""
    is_content: bool = False
    sscc: str = ""
    lot: str = ""
    serial: str = ""
    expires_on: date | None = None
    count: int | None = None
    weight_grams: int | None = None


def read_gs1(text: str) -> Gs1Code | None:
    """
    Return what a GS1 code says, or None when the text is no such code.

    :raises CodeUnreadable: if it is one, but broken.
    """
    text = text[:TEXT_LENGTH_MAX].strip(" \t")
    if text.isascii() and text.isdecimal() and len(text) == 18:
        return Gs1Code(sscc=text) if _is_sscc(text) else None
    is_link = text.lower().startswith(("http://", "https://"))
    if not (is_link or _is_message(text)):
        return None
    try:
        if is_link:
            elements = GS1DigitalLinkURI.parse(text).element_strings
        else:
            elements = GS1Message.parse(_normalize(text)).element_strings
        if not elements:
            raise CodeUnreadable(text=text[:96])
        return _read(elements, is_link=is_link)
    except (ParseError, ValueError) as error:
        raise CodeUnreadable(text=text[:96]) from error


def list_gtin_forms(gtin: str) -> list[str]:
    """Return the ways a GTIN may stand in master data: 14 digits, and without leading zeros."""
    forms = [gtin]
    forms += [gtin[-length:] for length in (13, 12, 8) if not gtin[:-length].strip("0")]
    return forms


def _is_message(text: str) -> bool:
    if text.startswith(SYMBOLOGIES) or SEPARATOR in text or _HUMAN.match(text):
        return True
    return _LIKELY.match(text) is not None


def _normalize(text: str) -> str:
    for symbology in SYMBOLOGIES:
        text = text.removeprefix(symbology)
    if _HUMAN.match(text):
        # A separator behind every element is harmless, and needed behind those of any length.
        text = SEPARATOR.join(f"{ai}{value}" for ai, value in _HUMAN.findall(text))
    return text.strip(SEPARATOR)


def _is_sscc(text: str) -> bool:
    try:
        Sscc.parse(text)
    except ParseError:
        return False
    return True


def _read(elements: GS1ElementStrings, *, is_link: bool) -> Gs1Code:
    said = {element.ai.ai: element for element in elements}
    for ai in ("00", "01", "02"):
        element = said.get(ai)
        if element is not None and (element.sscc_error or element.gtin_error):
            raise ParseError(element.sscc_error or element.gtin_error or "")

    def get(ai: str) -> str:
        value = said[ai].value if ai in said else ""
        return unquote(value) if is_link else value

    ends = said.get("17") or said.get("15")
    weight = next((it.decimal for ai, it in said.items() if ai.startswith("310")), None)
    count = get("37") or get("30")
    return Gs1Code(
        gtin=get("01") or get("02"),
        is_content="01" not in said and "02" in said,
        sscc=get("00"),
        lot=get("10"),
        serial=get("21"),
        expires_on=ends.date if ends is not None else None,
        count=int(count) if count else None,
        weight_grams=None if weight is None else int(weight * Decimal(GRAMS_PER_KILOGRAM)),
    )
