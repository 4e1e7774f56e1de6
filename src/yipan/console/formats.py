"""How numbers, money and moments are written for people, in the language that is active."""

from __future__ import annotations

from datetime import UTC, date, datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext, ngettext

MINUS = "\u2212"

#: Currency (ISO 4217) to the sign in front of the amount; others stand by their code.
CURRENCY_SIGNS = {"CNY": "¥", "EUR": "€", "GBP": "£", "HKD": "HK$", "JPY": "JP¥", "USD": "$"}

#: Currencies whose minor unit is not a hundredth.
CURRENCY_DIGITS = {"JPY": 0, "KRW": 0, "VND": 0, "BHD": 3, "KWD": 3}

MINUTE, HOUR, DAY = 60, 3600, 86400
RELATIVE_DAYS_MAX = 7


def write_integer(value: int) -> str:
    """Write an integer with thousands parted by a comma and a real minus."""
    return f"{value:,}".replace("-", MINUS)


def write_signed(value: int) -> str:
    """Write a change: `+5`, `−3`, and a bare 0."""
    return f"+{value:,}" if value > 0 else write_integer(value)


def write_money(minor: int, *, currency: str) -> tuple[str, str]:
    """Return the sign of the currency and the amount, given in its minor unit, as text."""
    digits = CURRENCY_DIGITS.get(currency, 2)
    whole, rest = divmod(abs(minor), 10**digits)
    text = f"{whole:,}" + (f".{rest:0{digits}d}" if digits else "")
    return CURRENCY_SIGNS.get(currency, currency), (MINUS if minor < 0 else "") + text


def write_day(day: date) -> str:
    """Write a day short and without doubt: 24 Nov 2025, 2025-11-24 in Chinese."""
    return date_format(day, "Y-m-d" if _speaks_chinese() else "j M Y")


def write_exact(moment: datetime) -> str:
    """Write a moment to the second with its zone, in the zone that is active."""
    local = timezone.localtime(moment)
    return f"{write_day(local.date())} {local:%H:%M:%S} {local:%Z}"


def write_clock(moment: datetime) -> str:
    """Write a moment as day and minute, without the year when it is this one."""
    local = timezone.localtime(moment)
    this_year = local.year == timezone.localtime(timezone.now()).year
    if _speaks_chinese():
        return date_format(local, "m-d H:i" if this_year else "Y-m-d H:i")
    return date_format(local, "j M H:i" if this_year else "j M Y H:i")


def write_age(seconds: float) -> str:
    """Write a span as people say it: 12 s, 5 min, 3 h, 2 d."""
    whole = max(0, int(seconds))
    if whole < MINUTE:
        return gettext("%(count)s s") % {"count": whole}
    if whole < HOUR:
        return gettext("%(count)s min") % {"count": whole // MINUTE}
    if whole < 2 * DAY:
        return gettext("%(count)s h") % {"count": whole // HOUR}
    return ngettext("%(count)s day", "%(count)s days", whole // DAY) % {"count": whole // DAY}


def write_relative(moment: datetime, *, now: datetime) -> str:
    """Write a moment as seen from `now`; beyond a week, as day and minute."""
    seconds = (now - moment.astimezone(UTC)).total_seconds()
    if abs(seconds) >= RELATIVE_DAYS_MAX * DAY:
        return write_clock(moment)
    if 0 <= seconds < MINUTE:
        return gettext("just now")
    if seconds < 0:
        return gettext("in %(age)s") % {"age": write_age(-seconds)}
    return gettext("%(age)s ago") % {"age": write_age(seconds)}


def _speaks_chinese() -> bool:
    return (get_language() or "").startswith("zh")
