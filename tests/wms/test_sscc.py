"""The number on a parcel: eighteen digits of which the last one checks the others."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from yipan.wms.rules.sscc import get_check_digit, make_sscc, read_sscc

PREFIXES = st.text("0123456789", min_size=4, max_size=10)


def test_the_check_digit_is_that_of_the_standard() -> None:
    # The example of the GS1 General Specifications, section 7.9.1.
    assert get_check_digit("37610425002123456") == 9


@given(PREFIXES, st.integers(0, 9), st.integers(0, 10**12))
def test_what_is_made_is_read_bare_in_brackets_and_with_its_identifier(
    prefix: str, extension: int, serial: int
) -> None:
    code = make_sscc(prefix=prefix, extension=extension, serial=serial)

    assert len(code) == 18
    assert code.startswith(f"{extension}{prefix}")
    for text in (code, f"00{code}", f"(00){code}", f"]C100{code}", f" {code} "):
        assert read_sscc(text) == code


@given(PREFIXES, st.integers(0, 9), st.integers(0, 10**6), st.integers(0, 17), st.integers(1, 9))
def test_one_misread_digit_makes_it_no_sscc(
    prefix: str, extension: int, serial: int, place: int, change: int
) -> None:
    code = make_sscc(prefix=prefix, extension=extension, serial=serial)
    digit = (int(code[place]) + change) % 10
    misread = f"{code[:place]}{digit}{code[place + 1 :]}"

    assert read_sscc(misread) == ""


@given(st.integers(0, 5_000), st.integers(1, 5_000))
def test_two_serials_never_share_a_number(serial: int, further: int) -> None:
    first, second = (
        make_sscc(prefix="9521234567", extension=0, serial=it) for it in (serial, serial + further)
    )

    assert first != second


def test_what_is_no_sscc_is_read_as_none() -> None:
    for text in ("", "TOTE-1", "12345678901234567", "٣٤٥٣١٢٤٥٦٧٨٩٠١٢٣٤٥"):
        assert read_sscc(text) == ""
