"""How numbers, money, days and names are written on paper: exact, and never relative to now."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.formats import date_format

from yipan.foundation.money import get_digits

MINUS: Final = "\u2212"


class Named(Protocol):
    """A row of master data."""

    @property
    def code(self) -> str:
        """Return its code."""

    @property
    def name(self) -> str:
        """Return its name."""

    @property
    def name_zh(self) -> str:
        """Return its Chinese name, empty without one."""


def name_of(row: Named, *, language: str) -> str:
    """Return the name of a row of master data in a language, or what there is of it."""
    first, second = row.name, row.name_zh
    if language.startswith("zh"):
        first, second = second, first
    return first or second or row.code


def write_quantity(quantity: int) -> str:
    """Write a quantity with thousands parted and a real minus."""
    return f"{quantity:,}".replace("-", MINUS)


def write_money(minor: int, *, currency: str) -> str:
    """Write an amount given in minor units, without its currency: columns name it."""
    digits = get_digits(currency)
    whole, rest = divmod(abs(minor), 10**digits)
    text = f"{whole:,}" + (f".{rest:0{digits}d}" if digits else "")
    return (MINUS if minor < 0 else "") + text


def write_day(day: date | None, *, language: str) -> str:
    """Write a day: 24 Nov 2025, 2025-11-24 in Chinese; a dash without one."""
    if day is None:
        return "–"
    with translation.override(language):
        return date_format(day, "Y-m-d" if language.startswith("zh") else "j M Y")


def write_clock(moment: datetime | None, *, language: str, time_zone: str) -> str:
    """Write a moment to the minute in the zone of a site, with its year; a dash without one."""
    if moment is None:
        return "–"
    local = moment.astimezone(ZoneInfo(time_zone))
    return f"{write_day(local.date(), language=language)} {local:%H:%M}"
