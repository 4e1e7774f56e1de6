"""
Radio tags (RFID) read as goods: SGTIN-96 in hexadecimal, EPC URNs, and GS1 Digital Links.

Layout of SGTIN-96: GS1 EPC Tag Data Standard 2.1, section 14.6.1 and table 14-2: header 0x30,
filter, partition, company prefix, indicator with item reference, serial.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from yipan.foundation.refusals import Refusal

#: Partition to the bits and digits of the company prefix; the item reference has the rest.
_PARTITIONS = {
    0: (40, 12), 1: (37, 11), 2: (34, 10), 3: (30, 9), 4: (27, 8), 5: (24, 7), 6: (20, 6),
}  # fmt: skip
_HEADER = 0x30
_HEX = re.compile(r"[0-9A-Fa-f]{24}")
_URN = re.compile(r"urn:epc:id:sgtin:(\d{6,12})\.(\d{1,7})\.(.{1,40})")
_URN_TAG = re.compile(r"urn:epc:tag:sgtin-(?:96|198):\d\.(\d{6,12})\.(\d{1,7})\.(.{1,40})")
_LINK = re.compile(
    r"https?://[^/]{1,200}/(?:.{1,100}/)?01/(\d{14})(?:/10/([^/?]{1,20}))?/21/([^/?]{1,40})"
)


class TagUnreadable(Refusal):
    """This is no tag of goods: neither an EPC of an article nor a link to one."""

    code = "stocktake.tag_unreadable"
    status = 422


@dataclass(frozen=True, kw_only=True, slots=True)
class Tag:
    """The article a tag says it is (GTIN of 14 digits), its lot where told, and its serial."""

    gtin: str
    serial: str
    lot: str = ""


def read_tag(text: str) -> Tag:
    """
    Return what a tag says.

    :raises TagUnreadable: if it says nothing of an article.
    """
    text = text.strip()[:400]
    if _HEX.fullmatch(text):
        return _read_binary(int(text, 16), text=text)
    link = _LINK.match(text)
    if link:
        return Tag(gtin=link[1], lot=link[2] or "", serial=link[3])
    urn = _URN_TAG.fullmatch(text) or _URN.fullmatch(text)
    if urn:
        return Tag(gtin=_join(urn[1], urn[2], text=text), serial=urn[3])
    raise TagUnreadable(tag=text[:64])


def _read_binary(value: int, *, text: str) -> Tag:
    header, partition = value >> 88, (value >> 82) & 0b111
    if header != _HEADER or partition not in _PARTITIONS:
        raise TagUnreadable(tag=text)
    bits, digits = _PARTITIONS[partition]
    company = (value >> (82 - bits)) & ((1 << bits) - 1)
    item = (value >> 38) & ((1 << (44 - bits)) - 1)
    if company >= 10**digits or item >= 10 ** (13 - digits):
        raise TagUnreadable(tag=text)
    return Tag(
        gtin=_join(f"{company:0{digits}d}", f"{item:0{13 - digits}d}", text=text),
        serial=str(value & ((1 << 38) - 1)),
    )


def _join(company: str, item: str, *, text: str) -> str:
    """Return the GTIN: the indicator leads the item reference, the check digit ends it."""
    if len(company) + len(item) != 13:
        raise TagUnreadable(tag=text[:64])
    digits = item[0] + company + item[1:]
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(digits))
    return digits + str(-total % 10)
