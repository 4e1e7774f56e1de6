"""
What a GS1 code says, with codes as scanners send them.

Goal: product, lot, date, serial, count, weight and license plate come out exactly, and a broken
code is never half understood.
"""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from yipan.masterdata.gs1 import CodeUnreadable, Gs1Code, list_gtin_forms, read_gs1

GTIN = "06901234567892"
SSCC = "106141412345678908"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            f"01{GTIN}1727123110L2401",
            Gs1Code(gtin=GTIN, expires_on=date(2027, 12, 31), lot="L2401"),
        ),
        (
            f"]C101{GTIN}10AB/1\x1d21S-77",
            Gs1Code(gtin=GTIN, lot="AB/1", serial="S-77"),
        ),
        (
            f"(01){GTIN}(15)270600(10)L-1",
            Gs1Code(gtin=GTIN, expires_on=date(2027, 6, 30), lot="L-1"),
        ),
        (f"01{GTIN}3103001250", Gs1Code(gtin=GTIN, weight_grams=1_250)),
        (f"02{GTIN}3724\x1d10L1", Gs1Code(gtin=GTIN, is_content=True, count=24, lot="L1")),
        (f"00{SSCC}", Gs1Code(sscc=SSCC)),
        (SSCC, Gs1Code(sscc=SSCC)),
        (
            f"https://id.gs1.org/01/{GTIN}/10/AB%2F1/21/9?17=271231",
            Gs1Code(gtin=GTIN, lot="AB/1", serial="9", expires_on=date(2027, 12, 31)),
        ),
    ],
)
def test_a_code_says_what_its_elements_say(text: str, said: Gs1Code) -> None:
    assert read_gs1(text) == said


@pytest.mark.parametrize(
    "text", ["A-01-01", "6901234567892", "TOTE-7", "IN-2026-000001", "", "10L1"]
)
def test_what_is_no_gs1_code_is_left_to_others(text: str) -> None:
    assert read_gs1(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "01069012345678911727123110L2401",  # the check digit of the product is wrong
        f"01{GTIN}17271399",  # there is no month 13
        "]C1not a code",
        "https://example.org/cheese",
        "00106141412345678907",  # the check digit of the license plate is wrong
    ],
)
def test_a_broken_code_is_refused_and_not_half_understood(text: str) -> None:
    with pytest.raises(CodeUnreadable):
        read_gs1(text)


def test_a_number_may_stand_in_master_data_with_and_without_its_zeros() -> None:
    assert list_gtin_forms(GTIN) == [GTIN, GTIN[1:]]
    assert list_gtin_forms("00000012345670") == [
        "00000012345670",
        "0000012345670",
        "000012345670",
        "12345670",
    ]


@given(st.text(max_size=60))
@example("\x1d")
def test_whatever_is_scanned_is_read_or_refused(text: str) -> None:
    try:
        said = read_gs1(text)
    except CodeUnreadable:
        return
    assert said is None or said.gtin or said.sscc or said != Gs1Code()
