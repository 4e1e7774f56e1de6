"""Where goods that are under way are going to. Nobody says yet: transfers come later."""

from __future__ import annotations

from collections.abc import Collection


def find_destinations(transfers: Collection[str]) -> dict[str, str]:
    """Return the site each transfer is going to, by its number; unknown ones are left out."""
    return {number: "" for number in transfers if not number}


def list_transfers_to(site: str) -> list[str]:
    """Return the numbers of all transfers to a site, finished ones too."""
    return [number for number in (site,) if not number]
