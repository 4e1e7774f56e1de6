"""Labels of areas and shelves in a store: `FLOOR`, `FLOOR-A3`, `BACKROOM-2`, `DISPLAY`."""

from __future__ import annotations

from yipan.pos.rules.adjustments import DISPLAY
from yipan.pos.rules.tickets import SHOP_FLOOR
from yipan.pos.rules.transfers import BACKROOM

#: What a label begins with, to the area of the store's book.
AREAS = {
    "FLOOR": SHOP_FLOOR,
    "SHOP_FLOOR": SHOP_FLOOR,
    "BACKROOM": BACKROOM,
    "DISPLAY": DISPLAY,
    "卖场": SHOP_FLOOR,
    "后仓": BACKROOM,
    "陈列": DISPLAY,
}
SHELF_LENGTH_MAX = 24


def read_place(text: str) -> tuple[str, str] | None:
    """
    Return the area a label means and the shelf in it, empty for the whole area; None for others.

    A shelf has no stock of its own in the book: what is counted on the shelves of an area adds
    up to it.
    """
    label = text.strip().upper()
    area, _, shelf = label.partition("-")
    if area not in AREAS or (label != area and not shelf):
        return None
    return AREAS[area], shelf[:SHELF_LENGTH_MAX]


def write_place(area: str, shelf: str) -> str:
    """Return the label of an area or of a shelf in it, as `read_place` reads it."""
    label = next(label for label, code in AREAS.items() if code == area)
    return f"{label}-{shelf}" if shelf else label
