"""Typst templates kept in the packages become PDF: the same data give the same bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from django.core.serializers.json import DjangoJSONEncoder
from django.utils import translation

from yipan.foundation.refusals import Refusal

if TYPE_CHECKING:
    import typst

#: Families with Chinese, the best first: what Debian, macOS and Windows bring or offer.
CHINESE_FONTS: Final = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "PingFang SC",
    "Microsoft YaHei",
    "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei",
    "Droid Sans Fallback",
)

#: What every template may import: `#import "paper.typ": *`.
HOUSE = "paper.typ"

#: No template reads the clock, and if one did, it would find this.
NO_TIME = datetime(2000, 1, 1, tzinfo=UTC)


class PrinterMissing(Refusal):
    """This server was set up without printing. Its operator has to install it: `pip install "yipan[pdf]"`."""  # noqa: E501  # one sentence, shown as it is

    code = "printing.not_installed"
    status = 503


class FontMissing(Refusal):
    """This server has no font with Chinese. Its operator has to install one: `apt install fonts-noto-cjk`."""  # noqa: E501  # one sentence, shown as it is

    code = "printing.font_missing"
    status = 503


def render(*, template: str, data: Mapping[str, object], language: str) -> bytes:
    """
    Return a PDF.

    `template` is `package/name`: `erp/price_tag` is the file `papers/price_tag.typ` of the
    package `yipan.erp`. It reads `data` by `json("data.json")`, and may import the house's
    parts by `#import "paper.typ": *`. Texts in `data` may be lazy translations: they are
    written in `language`, a code of `settings.LANGUAGES`. Nothing but the arguments and the
    fonts of the machine decides what comes out.

    :raises PrinterMissing: if typst is not installed.
    :raises FontMissing: if no font with Chinese is.
    """
    require_printer()
    import typst  # noqa: PLC0415  # an extra, and 30 MB

    with translation.override(language):
        text = json.dumps(
            {**data, "language": language, "fonts": [_find_font()]},
            cls=DjangoJSONEncoder,
            ensure_ascii=False,
        )
    sources = {
        "main.typ": _read(template),
        HOUSE: _read(f"documents/printing/{HOUSE.removesuffix('.typ')}"),
        "data.json": text.encode(),
    }
    compiler = typst.Compiler(
        sources,  # type: ignore[type-var]  # the stub knows of one file only
        font_paths=_load_fonts(),
    )
    made = compiler.compile(format="pdf", timestamp=NO_TIME)
    assert isinstance(made, bytes)
    return made


def require_printer() -> None:
    """
    Return quietly when papers can be made here.

    :raises PrinterMissing: if typst, or what draws codes, is not installed.
    :raises FontMissing: if no font with Chinese is.
    """
    if not is_installed():
        raise PrinterMissing
    if not _find_font():
        raise FontMissing(fonts=list(CHINESE_FONTS))


def find_barrier() -> str:
    """Return why no paper can be made here, as a sentence with what to do; empty when one can."""
    try:
        require_printer()
    except Refusal as refusal:
        return (type(refusal).__doc__ or "").strip()
    return ""


def describe() -> str:
    """Return what papers are made with here."""
    return f"Papers are made with typst {version('typst')} and the font {_find_font()}"


def is_installed() -> bool:
    """Tell whether the extra `pdf` is there."""
    return all(find_spec(name) is not None for name in ("typst", "segno", "barcode"))


@cache
def _load_fonts() -> typst.Fonts:
    """Look through the fonts of the machine once per process: it takes a tenth of a second."""
    import typst  # noqa: PLC0415  # an extra

    return typst.Fonts()


@cache
def _list_families() -> frozenset[str]:
    return frozenset(_load_fonts().families())


def _find_font() -> str:
    """Return the best family with Chinese there is, empty without one."""
    return next((family for family in CHINESE_FONTS if family in _list_families()), "")


@cache
def _read(template: str) -> bytes:
    package, _, name = template.rpartition("/")
    place = files(f"yipan.{package.replace('/', '.')}").joinpath("papers", f"{name}.typ")
    return place.read_bytes()
