"""The code a customer shows to get goods: it travels and is kept as a hash alone."""

from __future__ import annotations

import hashlib
import hmac


def get_code_hash(*, number: str, code: str) -> str:
    """
    Return the hash of the hand-over code of one fulfillment order, as 64 hexadecimal digits.

    Spaces, hyphens and the case of letters do not count: codes are typed from a phone. The
    number of the order is part of it, so that equal codes of two orders look different.
    """
    return hashlib.sha256(f"{number}:{_clean(code)}".encode()).hexdigest()


def is_code(*, number: str, code: str, code_hash: str) -> bool:
    """Tell whether somebody knows the code, in a time that says nothing about it."""
    return bool(code_hash) and hmac.compare_digest(
        get_code_hash(number=number, code=code), code_hash
    )


def _clean(code: str) -> str:
    return "".join(letter for letter in code if letter.isalnum()).upper()
