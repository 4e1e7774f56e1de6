"""Labels that warehouses and stores alike stick on: products with their price, command cards."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final

from django.http import HttpRequest
from django.utils.functional import Promise

from yipan.documents.printing.labels import LABEL_SIZES, LABELS_MAX, Label, Size
from yipan.documents.printing.writing import name_of, write_money
from yipan.foundation.refusals import Refusal
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SkuRow

TEXT_LENGTH_MAX = 4_000
COPIES_MAX = 50
SKUS_PER_WORD_MAX = 50

#: Goods are priced in the unit shoppers compare by: so many smallest units of it, and its sign.
PRICED_BY: Final = {"gram": (1_000, "kg"), "milliliter": (1_000, "l")}
SIGNS: Final = {"CNY": "¥", "JPY": "¥", "USD": "$", "EUR": "€", "GBP": "£"}


#: A name of so many columns (a Chinese character takes two) fits in so many sizes of the text.
FITTING: Final = ((10, 2.1), (22, 1.5), (36, 1.2))
COLUMNS_MAX = 48


class NothingToPrint(Refusal):
    """Nothing here is written like that: there is no label to print."""

    code = "printing.nothing_to_print"
    status = 422


class TooManyLabels(Refusal):
    """So many labels are not printed at once. Ask for fewer, or for fewer copies."""

    code = "printing.too_many_labels"
    status = 422


def find_skus(text: str) -> list[SkuRow]:
    """Return the SKUs that words, codes or barcodes mean, parted by commas or lines, each once."""
    found: dict[str, SkuRow] = {}
    for part in re.split(r"[,，;；\n]+", text[:TEXT_LENGTH_MAX]):
        for row in masterdata.search_skus(part, SKUS_PER_WORD_MAX) if part.strip() else ():
            found.setdefault(row.code, row)
    return list(found.values())[:LABELS_MAX]


def make_product_labels(skus: Sequence[SkuRow], *, language: str) -> list[Label]:
    """Return a label of each SKU: name, price, and the barcode of the smallest package."""
    labels = []
    for sku in skus:
        barcode = sku.barcodes[0].code if sku.barcodes else sku.code
        name = _cut(name_of(sku, language=language))
        told = " · ".join(each for each in (sku.code, sku.color, sku.size) if each)
        columns = _count_columns(name)
        labels.append(
            Label(
                heading=name,
                heading_em=next((em for most, em in FITTING if columns <= most), 1.0),
                corner=write_price(sku),
                lines=(told,),
                code=barcode,
            )
        )
    return labels


def _cut(name: str) -> str:
    """Return a name that fits on a label, its end told by a sign."""
    if _count_columns(name) <= COLUMNS_MAX:
        return name
    while _count_columns(name) >= COLUMNS_MAX:
        name = name[:-1]
    return f"{name.rstrip()}…"


def _count_columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text)


def write_price(sku: SkuRow) -> str:
    """Write the shelf price of a SKU with its currency: of a piece, a kilogram or a liter."""
    if not sku.price_minor:
        return ""
    factor, sign = PRICED_BY.get(sku.unit, (1, ""))
    amount = write_money(sku.price_minor * factor, currency=sku.currency)
    shown = SIGNS.get(sku.currency, f"{sku.currency} ")
    return f"{shown}{amount}" + (f"/{sign}" if sign else "")


def make_command_labels(commands: Mapping[str, str | Promise]) -> list[Label]:
    """Return command cards: what is scanned to what it does, in words."""
    return [
        Label(heading=words, heading_em=1.5, code=text, code_text=text, code_kind="qr")
        for text, words in commands.items()
    ]


def repeat(labels: Sequence[Label], *, copies: int) -> list[Label]:
    """
    Return each label as often as it is wanted.

    :raises NothingToPrint: if there is none.
    :raises TooManyLabels: if they are more than are printed at once.
    """
    if not labels:
        raise NothingToPrint
    if len(labels) * copies > LABELS_MAX:
        raise TooManyLabels(labels=len(labels) * copies, maximum=LABELS_MAX)
    return [label for label in labels for _copy in range(copies)]


def read_copies(request: HttpRequest) -> int:
    """Return how many copies are asked for; one where that is no number up to `COPIES_MAX`."""
    text = request.GET.get("copies", "")
    is_number = text.isascii() and text.isdecimal() and len(text) < 4
    return max(1, min(int(text), COPIES_MAX)) if is_number else 1


def read_size(request: HttpRequest) -> Size:
    """Return the size asked for, 60 x 40 mm where that is none."""
    asked = request.GET.get("size", "")
    return next((size for size in LABEL_SIZES if size == asked), "60x40")
