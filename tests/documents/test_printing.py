"""
Goal: a paper says what its data say, in both languages, on as many pages as it takes.

Method: the PDF is read back as text; codes are compared with the modules their standards give.
"""

from __future__ import annotations

import io
import re
from datetime import UTC, date, datetime

import pytest
from django.test import RequestFactory
from django.utils import translation
from django.utils.translation import gettext_lazy
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from yipan.documents.printing import (
    LABEL_SIZES,
    Cell,
    Code,
    Column,
    Fact,
    FontMissing,
    Label,
    Pair,
    PrinterMissing,
    Sheet,
    choose_language,
    draw_barcode,
    draw_gs1,
    draw_qr,
    engine,
    find_barrier,
    render_labels,
    render_sheet,
    write_clock,
    write_day,
    write_money,
    write_quantity,
)
from yipan.documents.printing.answers import LanguageUnknown


def read(paper: bytes) -> list[str]:
    """Return the text of each page."""
    return [page.extract_text() for page in PdfReader(io.BytesIO(paper)).pages]


def a_sheet(*, lines: int = 2) -> Sheet:
    """Return a sheet with every kind of cell."""
    row: tuple[Cell, ...] = (
        Pair(text="龙井茶 250 克", sub="TEA-250"),
        Code(text="6901234"),
        None,
        "−7",
    )
    return Sheet(
        title=gettext_lazy("Purchase order"),
        number="PO-2026-000123",
        stamp=gettext_lazy("Draft"),
        facts=(Fact(label=gettext_lazy("Supplier"), value="云南茶厂", sub="SUP-01"),),
        columns=(
            Column(label=gettext_lazy("Product"), share=1),
            Column(label=gettext_lazy("Barcode")),
            Column(label=gettext_lazy("Counted")),
            Column(label=gettext_lazy("Quantity"), is_number=True),
        ),
        rows=[row] * lines,
        totals=(Fact(label=gettext_lazy("Amount"), value="CNY 1,234.50"),),
        notes=("Mind the *stairs* and #hash $marks$.",),
        signatures=(gettext_lazy("Approved by"),),
    )


def test_a_sheet_says_everything_in_english() -> None:
    [text] = read(render_sheet(a_sheet(), language="en"))

    for words in (
        "Purchase order", "PO-2026-000123", "Draft", "Supplier", "云南茶厂", "SUP-01", "Product",
        "龙井茶 250 克", "TEA-250", "6901234", "−7", "CNY 1,234.50", "Approved by", "Page 1 of 1",
        "Mind the *stairs* and #hash $marks$.",
    ):  # fmt: skip
        assert words in text


def test_a_sheet_speaks_chinese_whatever_language_is_active() -> None:
    with translation.override("en"):
        [text] = read(render_sheet(a_sheet(), language="zh-hans"))

    for words in ("采购订单", "草稿", "供应商", "商品", "第 1 页 / 共 1 页"):
        assert words in text
    assert "Purchase order" not in text


def test_long_documents_repeat_their_head_and_count_their_pages() -> None:
    pages = read(render_sheet(a_sheet(lines=120), language="en"))

    assert len(pages) == 7
    for place, text in enumerate(pages, start=1):
        assert f"Page {place} of {len(pages)}" in text
        assert "Barcode" in text
        assert "PO-2026-000123" in text
    assert sum(text.count("TEA-250") for text in pages) == 120


def test_the_same_data_give_the_same_bytes_and_no_time_is_in_them() -> None:
    first, second = (render_sheet(a_sheet(), language="zh-hans") for _ in range(2))

    assert first == second
    assert not re.search(rb"CreationDate|ModDate|xmp:CreateDate", first)


def test_a_number_no_barcode_can_hold_is_still_printed() -> None:
    sheet = Sheet(title="Note", number="单据-7", columns=(Column(label="A"),), rows=[("1",)])

    assert draw_barcode("单据-7") == ""
    assert "单据-7" in read(render_sheet(sheet, language="en"))[0]


@pytest.mark.parametrize("size", list(LABEL_SIZES))
@pytest.mark.parametrize("kind", ["barcode", "gs1", "qr"])
def test_each_label_is_one_page_of_its_size(size: str, kind: str) -> None:
    code = "00069012345678901234" if kind == "gs1" else "W1/A-01-01"
    label = Label(heading="A-01-01", corner="37", lines=("龙井茶",), code=code, code_kind=kind)  # type: ignore[arg-type]

    paper = render_labels([label] * 3, size=size, language="en")  # type: ignore[arg-type]

    pages = PdfReader(io.BytesIO(paper)).pages
    width, height = LABEL_SIZES[size]  # type: ignore[index]
    assert len(pages) == 3
    for page in pages:
        box = page.mediabox
        assert (round(float(box.width) * 25.4 / 72), round(float(box.height) * 25.4 / 72)) == (
            width,
            height,
        )
        text = page.extract_text()
        assert all(words in text for words in ("A-01-01", "37", "龙井茶", code))


#: Start B, "A", its check character and the stop of Code 128 (ISO/IEC 15417): A is value 33,
#: the check is (104 + 33) mod 103 = 34, which is the pattern of "B".
CODE_128_OF_A = "11010010000" + "10100011000" + "10001011000" + "1100011101011"


def read_modules(svg: str) -> str:
    """Return the modules of a linear code, quiet zones included."""
    found = re.search(r'viewBox="0 0 (\d+) 1"', svg)
    assert found is not None
    modules = ["0"] * int(found[1])
    for start, length in re.findall(r"M(\d+) 0h(\d+)v1h-\d+z", svg):
        for place in range(int(start), int(start) + int(length)):
            modules[place] = "1"
    return "".join(modules)


def test_a_barcode_is_what_its_standard_says() -> None:
    assert read_modules(draw_barcode("A")) == "0" * 10 + CODE_128_OF_A + "0" * 10


def test_gs1_begins_with_its_mark() -> None:
    """Start C and FNC1 (ISO/IEC 15417, annex on GS1-128)."""
    modules = read_modules(draw_gs1("00069012345678901234"))

    assert modules[10:32] == "11010011100" + "11110101110"


def test_a_qr_code_has_its_three_corners_and_a_quiet_zone() -> None:
    svg = draw_qr("https://example.com/PO-2026-000123")

    for x, y in ((4, 4), (26, 4), (4, 26)):
        assert f"M{x} {y}h7v1h-7z" in svg
    assert 'viewBox="0 0 37 37"' in svg


@given(
    st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=48)
)
def test_any_text_of_ascii_has_a_barcode_that_begins_and_ends_dark(text: str) -> None:
    modules = read_modules(draw_barcode(text))

    assert modules[:10] == modules[-10:] == "0" * 10
    assert modules[10] == modules[-11] == "1"


def test_without_typst_a_paper_is_refused_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "find_spec", lambda name: None if name == "typst" else name)

    with pytest.raises(PrinterMissing) as refused:
        render_sheet(a_sheet(), language="en")

    assert (refused.value.code, refused.value.status) == ("printing.not_installed", 503)
    assert 'pip install "yipan[pdf]"' in find_barrier()


def test_without_a_font_a_paper_is_refused_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "CHINESE_FONTS", ("No Such Font",))

    with pytest.raises(FontMissing) as refused:
        render_sheet(a_sheet(), language="en")

    assert (refused.value.code, refused.value.status) == ("printing.font_missing", 503)
    assert "fonts-noto-cjk" in find_barrier()


def test_the_language_is_the_one_asked_for_else_the_readers() -> None:
    build = RequestFactory()
    with translation.override("zh-hans"):
        assert choose_language(build.get("/")) == "zh-hans"
        assert choose_language(build.get("/?language=EN")) == "en"
        with pytest.raises(LanguageUnknown) as refused:
            choose_language(build.get("/?language=fr"))

    assert refused.value.facts == {"language": "fr", "known": ["en", "zh-hans"]}


def test_figures_are_exact_and_days_are_of_the_site() -> None:
    moment = datetime(2026, 3, 1, 17, 5, tzinfo=UTC)

    assert write_quantity(-1234567) == "−1,234,567"
    assert write_money(-123456, currency="CNY") == "−1,234.56"
    assert write_money(123456, currency="JPY") == "123,456"
    assert write_day(date(2026, 3, 1), language="en") == "1 Mar 2026"
    assert write_day(None, language="en") == "–"
    assert write_clock(moment, language="zh-hans", time_zone="Asia/Shanghai") == "2026-03-02 01:05"
