"""Account names of the site book, and other pure decisions of the pool."""

from __future__ import annotations

from yipan.foundation.status import StockStatus


def get_account(*, site: str, status: StockStatus) -> str:
    """Return the account of the site book where goods of a site sit in a status."""
    assert site, "an account without a site is nobody's stock"
    assert "/" not in site, "a site is one segment of the account"
    return f"on_hand/{site}/{status}"
