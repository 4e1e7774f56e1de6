"""Accounts of a warehouse's book: bin, lot and status as one path, and back."""

from __future__ import annotations

from dataclasses import dataclass

from yipan.foundation.status import StockStatus

#: Accounts of goods that lie somewhere begin so.
ON_HAND = "on_hand/"

#: How the label of a tote begins. What lies in it is stock in the tote.
TOTE_START = "TOTE-"

#: Where goods are while a picker carries them and has scanned no tote: nobody's bin.
PICKING_PLACE = "PICKING"


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where goods lie: a bin or tote, the lot they belong to (empty: none known), the status."""

    bin_code: str
    status: StockStatus
    lot: str = ""


def is_carried(place: str) -> bool:
    """Tell whether a place is none of the building: a tote, or the hands of a picker."""
    return place == PICKING_PLACE or place.startswith(TOTE_START)


def get_account(*, bin_code: str, status: StockStatus, lot: str = "") -> str:
    """
    Return the account where goods lie in a bin, of a lot, in a status.

    `on_hand/A-01-01/available`, and where the lot is known `on_hand/A-01-01/L2401/available`.
    """
    assert bin_code, "an account without a bin is nowhere"
    assert "/" not in bin_code, "a bin is one segment of the account"
    if not lot:
        return f"{ON_HAND}{bin_code}/{status}"
    return f"{ON_HAND}{bin_code}/{_write_lot(lot)}/{status}"


def read_account(account: str) -> Place | None:
    """Return the place an account means; None for accounts outside the warehouse."""
    parts = account.split("/")
    if parts[0] != "on_hand" or len(parts) not in (3, 4):
        return None
    lot = _read_lot(parts[2]) if len(parts) == 4 else ""
    return Place(bin_code=parts[1], lot=lot, status=StockStatus(parts[-1]))


# GS1 allows a slash within a lot (AI 10, character set 82); an account is parted by slashes.
def _write_lot(lot: str) -> str:
    return lot.replace("%", "%25").replace("/", "%2F")


def _read_lot(text: str) -> str:
    return text.replace("%2F", "/").replace("%25", "%")
