"""
Few sites drawn as a flow: from suppliers by warehouses and stores to shoppers, left to right.

Pure arithmetic, in units of the drawing. Each site is a card as wide as its figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from yipan.console.tower.drawing import HEIGHT, Place, Point

CARD_WIDTH: Final = 256
CARD_HEIGHT: Final = 148
#: Where columns stand, by their middle.
SUPPLIERS_X: Final = 68
WAREHOUSES_X: Final = 322
STORES_X: Final = 676
SHOPPERS_X: Final = 932
END_WIDTH: Final = 124
#: More of a kind than this would not fit below each other.
COLUMN_MAX: Final = 3
#: Ways there and back keep so far apart.
APART: Final = 26
_OUT, _BACK = -12, 22


def fits(places: Sequence[Place]) -> bool:
    """Tell whether sites can be shown as cards: at least two, and few of each kind."""
    warehouses = sum(place.is_warehouse for place in places)
    return len(places) > 1 and max(warehouses, len(places) - warehouses) <= COLUMN_MAX


def stand(places: Sequence[Place]) -> dict[str, Point]:
    """Return where the card of each site stands: a column of its kind, the northern ones above."""
    points: dict[str, Point] = {}
    for is_warehouse, x in ((True, WAREHOUSES_X), (False, STORES_X)):
        column = [place for place in places if place.is_warehouse is is_warehouse]
        column.sort(key=lambda it: (-it.at[0] if it.at else 0.0, it.code))
        for number, place in enumerate(column):
            points[place.code] = Point(x, HEIGHT * (number + 0.5) / len(column))
    return points


def get_entry(number: int, count: int) -> float:
    """Return at which height the way number `number` of `count` meets the end of the flow."""
    return HEIGHT / 2 + (number - (count - 1) / 2) * APART


def lead(start: Point, end: Point) -> tuple[str, Point]:
    """Return the path from the card at `start` to that at `end`, and the point half way."""
    half = CARD_WIDTH / 2
    if start.x < end.x:
        first, last = Point(start.x + half, start.y + _OUT), Point(end.x - half, end.y + _OUT)
    elif start.x > end.x:
        first, last = Point(start.x - half, start.y + _BACK), Point(end.x + half, end.y + _BACK)
    else:
        # Within a column, around the outside: what goes down on the right, what goes up farther.
        edge = start.x + half
        out = edge + (44 if start.y < end.y else 62)
        path = f"M{edge:.0f} {start.y:.0f} C{out:.0f} {start.y:.0f} {out:.0f} {end.y:.0f} "
        return path + f"{edge:.0f} {end.y:.0f}", Point(edge + 0.75 * (out - edge), _mid(start, end))
    return curve(first, last)


def curve(first: Point, last: Point) -> tuple[str, Point]:
    """Return a path that leaves and arrives level, and the point half way."""
    across = (first.x + last.x) / 2
    path = f"M{first.x:.0f} {first.y:.0f} C{across:.0f} {first.y:.0f} {across:.0f} {last.y:.0f} "
    return path + f"{last.x:.0f} {last.y:.0f}", Point(across, _mid(first, last))


def _mid(one: Point, other: Point) -> float:
    return (one.y + other.y) / 2
