"""Goal: a number, an amount and a moment read the same on every page, in either language."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation

from yipan.config import assets
from yipan.console import formats

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
HANGZHOU = ZoneInfo("Asia/Shanghai")


@pytest.fixture(autouse=True, scope="module")
def _translations() -> None:
    assets.compile_translations()


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (-12, "−12"), (1_234_567, "1,234,567"), (10**12, "1,000,000,000,000")],
)
def test_integers_have_commas_and_a_real_minus(value: int, text: str) -> None:
    assert formats.write_integer(value) == text


@pytest.mark.parametrize(("value", "text"), [(5, "+5"), (-3, "−3"), (0, "0")])
def test_changes_have_a_sign_unless_there_is_none(value: int, text: str) -> None:
    assert formats.write_signed(value) == text


@pytest.mark.parametrize(
    ("minor", "currency", "written"),
    [
        (1_234_550, "CNY", ("¥", "12,345.50")),
        (-99, "CNY", ("¥", "−0.99")),
        (12_000, "JPY", ("JP¥", "12,000")),
        (1_500, "KWD", ("KWD", "1.500")),
    ],
)
def test_money_knows_the_digits_of_its_currency(
    minor: int, currency: str, written: tuple[str, str]
) -> None:
    assert formats.write_money(minor, currency=currency) == written


@pytest.mark.parametrize(
    ("language", "day", "ago", "ahead"),
    [
        ("en", "24 Nov 2025", "3 min ago", "in 5 h"),
        ("zh-hans", "2025-11-24", "3 分钟前", "5 小时后"),
    ],
)
def test_days_and_ages_follow_the_language(language: str, day: str, ago: str, ahead: str) -> None:
    with translation.override(language):
        assert formats.write_day(date(2025, 11, 24)) == day
        assert formats.write_relative(NOON - timedelta(minutes=3), now=NOON) == ago
        assert formats.write_relative(NOON + timedelta(hours=5), now=NOON) == ahead


def test_a_moment_beyond_a_week_is_a_date_in_the_zone_of_the_site() -> None:
    moment = datetime(2020, 2, 29, 23, 30, tzinfo=UTC)

    with timezone.override(HANGZHOU):
        assert formats.write_relative(moment, now=NOON) == "1 Mar 2020 07:30"
        assert formats.write_exact(moment) == "1 Mar 2020 07:30:00 CST"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (59, "59 s"), (60, "1 min"), (3_600, "1 h"), (172_800, "2 days"), (-5, "0 s")],
)
def test_spans_are_rounded_down_to_the_largest_unit(seconds: float, text: str) -> None:
    assert formats.write_age(seconds) == text
