"""Numbers of documents in the hub."""

from __future__ import annotations


def get_hub_number(*, site: str, number: str) -> str:
    """
    Return the number a site's document has in the hub.

    A site numbers for itself, and two of them may use the same number; so the site goes
    in front, unless it is part of the number already.
    """
    return number if site in number.split("-") else f"{site}-{number}"
