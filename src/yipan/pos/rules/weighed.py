"""
Barcodes of restricted circulation (店内码): 20 to 29, with a weight or a price inside.

As scales in shops print them: two digits of prefix, five of the article, five of the value and
the check digit of EAN-13 (GS1 General Specifications, section 2.1.11, variable measure).
Which prefix holds what is up to the company that prints them.
"""

from __future__ import annotations

from dataclasses import dataclass

LENGTH = 13

#: Prefixes whose value is a weight in grams; the others of 20 to 29 hold a price in minor units.
WEIGHT_PREFIXES = frozenset({"20", "21", "22", "23", "24"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Weighed:
    """
    What such a barcode says. `barcode` is the part that names the article, prefix included.

    Of `weight_grams` and `price_minor` one is given, and the other None.
    """

    barcode: str
    weight_grams: int | None = None
    price_minor: int | None = None


def read_weighed(text: str) -> Weighed | None:
    """Return what a weighed barcode says; None when it is none, or its check digit is wrong."""
    if len(text) != LENGTH or not text.isascii() or not text.isdecimal() or text[0] != "2":
        return None
    if get_check_digit(text[:-1]) != int(text[-1]):
        return None
    value = int(text[7:12])
    if text[:2] in WEIGHT_PREFIXES:
        return Weighed(barcode=text[:7], weight_grams=value)
    return Weighed(barcode=text[:7], price_minor=value)


def get_check_digit(digits: str) -> int:
    """Return the check digit of EAN: from the right, weights of three and one in turn."""
    total = sum(
        int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits))
    )
    return -total % 10
