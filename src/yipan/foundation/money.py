"""Money as people write it and as we keep it: whole minor units of a currency."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

#: Currencies whose minor unit is not a hundredth (ISO 4217).
DIGITS = {"JPY": 0, "KRW": 0, "VND": 0, "BHD": 3, "KWD": 3}


def get_digits(currency: str) -> int:
    """Return how many decimals an amount of the currency has."""
    return DIGITS.get(currency, 2)


def parse_amount(text: str, *, currency: str) -> int | None:
    """
    Return the minor units an amount such as `12.80` means; None when it means none.

    Commas between thousands and full-width digits are read; more decimals than the
    currency has are not.
    """
    cleaned = text.strip().replace(",", "").replace("，", "").replace("．", ".")
    try:
        amount = Decimal(cleaned)
    except InvalidOperation:
        return None
    if not amount.is_finite() or abs(amount) >= 10**15:
        return None
    minor = amount.scaleb(get_digits(currency))
    return int(minor) if minor == minor.to_integral_value() else None


def write_amount(minor: int, *, currency: str) -> str:
    """Return an amount as a plain decimal: 1280 of CNY is `12.80`."""
    digits = get_digits(currency)
    sign = "-" if minor < 0 else ""
    whole, rest = divmod(abs(minor), 10**digits)
    return f"{sign}{whole}" + (f".{rest:0{digits}d}" if digits else "")
