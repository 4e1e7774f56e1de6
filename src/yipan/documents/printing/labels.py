"""Labels (标签): one per page, in the sizes that label printers take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from django.utils.functional import Promise

from yipan.documents.printing.codes import draw_barcode, draw_gs1, draw_qr
from yipan.documents.printing.engine import render, require_printer

Size: TypeAlias = Literal["100x150", "100x50", "60x40", "50x30"]

#: Name of a size to width and height in millimeters.
LABEL_SIZES: Final[Mapping[Size, tuple[int, int]]] = {
    "100x150": (100, 150),
    "100x50": (100, 50),
    "60x40": (60, 40),
    "50x30": (50, 30),
}

LABELS_MAX = 1_000

DRAWERS: Final = {"barcode": draw_barcode, "gs1": draw_gs1, "qr": draw_qr}


@dataclass(frozen=True, kw_only=True, slots=True)
class Label:
    """
    One label. `heading` is its biggest word: a bin, a product, a price.

    `code` is what scanners read, `code_text` what stands below it when that is not the same;
    `corner` is a word in the upper right: check digits, a carrier. `heading_em` is how large
    the heading is, in sizes of the other text: a long one has to be smaller.
    """

    heading: str | Promise
    code: str
    lines: tuple[str | Promise, ...] = ()
    code_kind: Literal["barcode", "gs1", "qr"] = "barcode"
    code_text: str = ""
    corner: str | Promise = ""
    heading_em: float = 2.1


def render_labels(labels: Sequence[Label], *, size: Size, language: str) -> bytes:
    """
    Return labels as PDF, a page for each, in their order.

    :raises PrinterMissing: if typst is not installed.
    :raises FontMissing: if no font with Chinese is.
    """
    assert 0 < len(labels) <= LABELS_MAX
    require_printer()
    width, height = LABEL_SIZES[size]
    data = {
        "title": str(labels[0].heading),
        "width": width,
        "height": height,
        "labels": [
            {
                "heading": label.heading,
                "heading_em": label.heading_em,
                "corner": label.corner,
                "lines": list(label.lines),
                "is_square": label.code_kind == "qr",
                "code": DRAWERS[label.code_kind](label.code),
                "text": label.code_text or label.code,
            }
            for label in labels
        ],
    }
    return render(template="documents/printing/label", data=data, language=language)
