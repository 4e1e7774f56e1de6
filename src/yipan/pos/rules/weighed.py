"""
Barcodes of restricted circulation (店内码): 02 and 20 to 29, with a weight or a price inside.

Which figure means what is up to the company that prints the labels (GS1 General Specifications,
section 2.1.11, variable measure), and differs from country to country. So a store writes its
layouts as patterns, one sign for each figure of the barcode:

- a figure stands for itself: `21`
- `A` the article, `W` a weight in grams, `P` a price in minor units, `N` a number of pieces
- `X` any figure, as the check digit of a price; `C` the check digit of all before it

The same rule runs in the register (`static/pos/weighed.js`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

SIGNS: Final = frozenset("0123456789AWPNXC")
LENGTH_MIN, LENGTH_MAX = 8, 24
PATTERNS_MAX = 24

#: As scales in shops print them: 20 to 24 with a weight, 25 to 29 with a price.
DEFAULT_PATTERNS: Final = (
    *(f"{prefix}AAAAAWWWWWC" for prefix in range(20, 25)),
    *(f"{prefix}AAAAAPPPPPC" for prefix in range(25, 30)),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Weighed:
    """
    What such a barcode says. `barcode` is the part that names the article, prefix included.

    Of `weight_grams`, `pieces` and `price_minor` one is given, and the others are None. Where a
    label tells both a weight and a price, the weight counts.
    """

    barcode: str
    weight_grams: int | None = None
    price_minor: int | None = None
    pieces: int | None = None


def read_weighed(text: str, patterns: Sequence[str] = DEFAULT_PATTERNS) -> Weighed | None:
    """Return what a weighed barcode says; None when no pattern fits, check digit included."""
    if not text.isascii() or not text.isdecimal():
        return None
    fitting = (_fit(text, pattern) for pattern in patterns)
    return next((found for found in fitting if found is not None), None)


def is_pattern(text: str) -> bool:
    """Tell whether a text is a pattern: it names an article and a value, and checks at the end."""
    return (
        LENGTH_MIN <= len(text) <= LENGTH_MAX
        and set(text) <= SIGNS
        and "A" in text
        and bool(set(text) & set("WPN"))
        and "C" not in text[:-1]
    )


def _fit(text: str, pattern: str) -> Weighed | None:
    if len(text) != len(pattern):
        return None
    signs = list(zip(text, pattern, strict=True))
    if any(sign.isdecimal() and sign != digit for digit, sign in signs):
        return None
    if pattern[-1] == "C" and get_check_digit(text[:-1]) != int(text[-1]):
        return None
    barcode = "".join(digit for digit, sign in signs if sign == "A" or sign.isdecimal())
    weight, pieces, price = (
        "".join(digit for digit, sign in signs if sign == wanted) for wanted in "WNP"
    )
    if weight:
        return Weighed(barcode=barcode, weight_grams=int(weight))
    if pieces:
        return Weighed(barcode=barcode, pieces=int(pieces))
    return Weighed(barcode=barcode, price_minor=int(price))


def get_check_digit(digits: str) -> int:
    """Return the check digit of EAN: from the right, weights of three and one in turn."""
    total = sum(
        int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits))
    )
    return -total % 10
