"""
Lay out the picture of what lies where: buildings, shelves, a truck, boxes, and what is carried.

All figures are user units of one SVG. The picture has no words of its own but codes and numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from yipan.simulate.stories.story import Story

WIDTH: Final = 420
MARGIN: Final = 6
GAP: Final = 12
ROW_GAP: Final = 40
ROOF: Final = 34
#: Beside the houses is room for what passes one by.
CORRIDOR: Final = 26
#: More of them than this are not drawn on their way.
CARRIED_MAX: Final = 5
PLACE_HEIGHT: Final = 104
OUTSIDE_HEIGHT: Final = 84
BOX: Final = 12
BOX_GAP: Final = 2
BASE: Final = 22

#: Parts of sites that are drawn in their own way; everything else is a shelf.
KINDS: Final[Mapping[str, str]] = {
    "RECV-01": "dock",
    "SHIP-01": "ramp",
    "till": "till",
    "supplier": "supplier",
    "truck": "truck",
    "customers": "customers",
    "gone": "gone",
    "marketing": "marketing",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Box:
    """One box. `goods` is the place of its SKU in the story: each is drawn in its own shape."""

    x: int
    y: int
    goods: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PlaceDrawn:
    """A place with its boxes, and how many pieces of each SKU they stand for."""

    place: str
    kind: str
    x: int
    y: int
    width: int
    height: int
    boxes: tuple[Box, ...]
    counts: tuple[tuple[str, int, int], ...]

    @property
    def center(self) -> int:
        """Return the middle, across."""
        return self.x + self.width // 2

    @property
    def floor(self) -> int:
        """Return where boxes stand."""
        return self.y + self.height - BASE


@dataclass(frozen=True, kw_only=True, slots=True)
class Building:
    """The house of a site around its places."""

    site: str
    x: int
    y: int
    width: int
    height: int

    @property
    def roof(self) -> str:
        """Return the outline of the roof."""
        top, low = self.y, self.y + 24
        left, right = self.x, self.x + self.width
        return f"M{left} {low} L{left + 18} {top} H{right - 18} L{right} {low} Z"


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """A way goods went in this step: the path, and where its number stands."""

    path: str
    x: int
    y: int
    goods: int
    quantity: int

    @property
    def begins(self) -> tuple[str, ...]:
        """Return when each piece that is drawn sets out, in seconds."""
        return tuple(f"{0.16 * number:.2f}s" for number in range(min(self.quantity, CARRIED_MAX)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """All of it."""

    width: int
    height: int
    buildings: tuple[Building, ...]
    places: tuple[PlaceDrawn, ...]
    ways: tuple[Way, ...]


def draw(story: Story, frame: Mapping[str, Any], *, scale: int) -> Picture:
    """Return the picture of a frame; a box stands for `scale` pieces."""
    buildings: list[Building] = []
    places: dict[str, PlaceDrawn] = {}
    y = MARGIN
    for row in story.rows:
        bottom = y
        width = (WIDTH - 2 * MARGIN - GAP * (len(row) - 1)) // len(row)
        for index, place in enumerate(row):
            is_inside = "/" in place
            top = y + ROOF if is_inside else y
            there = frame["places"].get(place, {})
            drawn = _draw_place(
                place,
                [(sku, n, there[sku]) for n, sku in enumerate(story.goods) if there.get(sku)],
                x=MARGIN + index * (width + GAP),
                y=top,
                width=width,
                scale=scale,
            )
            places[place] = drawn
            bottom = max(bottom, top + drawn.height)
        buildings += _draw_buildings(row, places, y=y, bottom=bottom)
        y = bottom + ROW_GAP
    return Picture(
        width=WIDTH + (CORRIDOR if len(story.rows) > 2 else 0),
        height=y - ROW_GAP + MARGIN,
        buildings=tuple(buildings),
        places=tuple(places.values()),
        ways=tuple(_draw_ways(story, frame["carried"], places)),
    )


def _draw_place(
    place: str, counts: Sequence[tuple[str, int, int]], *, x: int, y: int, width: int, scale: int
) -> PlaceDrawn:
    height = PLACE_HEIGHT if "/" in place else OUTSIDE_HEIGHT
    boxes: list[Box] = []
    kind = KINDS.get(place.rpartition("/")[2], "shelf")
    columns = max(1, (width - _get_inset(kind) * 2) // (BOX + BOX_GAP))
    for _sku, index, quantity in counts:
        for _ in range(-(-quantity // scale)):
            line, column = divmod(len(boxes), columns)
            boxes.append(
                Box(
                    x=x + _get_inset(kind) + column * (BOX + BOX_GAP),
                    y=y + height - BASE - (line + 1) * (BOX + BOX_GAP),
                    goods=index,
                )
            )
    return PlaceDrawn(
        place=place,
        kind=kind,
        x=x,
        y=y,
        width=width,
        height=height,
        boxes=tuple(boxes),
        counts=tuple(counts),
    )


def _get_inset(kind: str) -> int:
    """Return how far from the edge boxes begin: beside a cab, a till, a picture."""
    return {
        "truck": 40,
        "supplier": 64,
        "customers": 64,
        "gone": 48,
        "marketing": 60,
        "till": 60,
    }.get(kind, 16)


def _draw_buildings(
    row: Sequence[str], places: Mapping[str, PlaceDrawn], *, y: int, bottom: int
) -> list[Building]:
    by_site: dict[str, list[PlaceDrawn]] = {}
    for place in row:
        if "/" in place:
            by_site.setdefault(place.split("/")[0], []).append(places[place])
    return [
        Building(
            site=site,
            x=inside[0].x - 4,
            y=y,
            width=inside[-1].x + inside[-1].width - inside[0].x + 8,
            height=bottom - y + 4,
        )
        for site, inside in by_site.items()
    ]


def _draw_ways(
    story: Story, carried: Sequence[Sequence[Any]], places: Mapping[str, PlaceDrawn]
) -> list[Way]:
    ways = []
    row_of = {place: number for number, row in enumerate(story.rows) for place in row}
    for number, (from_place, to_place, sku, quantity) in enumerate(carried):
        start, end = places.get(from_place), places.get(to_place)
        if start is None or end is None:
            continue
        passes = abs(row_of[from_place] - row_of[to_place]) > 1
        draw_way = _draw_way_around if passes else _draw_way
        ways.append(draw_way(start, end, story.goods.index(sku), quantity, shift=number * 14))
    return ways


def _draw_way(start: PlaceDrawn, end: PlaceDrawn, goods: int, quantity: int, *, shift: int) -> Way:
    x1, x2 = start.center + shift, end.center + shift
    if start.y == end.y:  # beside each other: over the goods, in a bow
        y1 = y2 = start.y + 62
        return Way(
            path=f"M{x1} {y1} Q{(x1 + x2) // 2} {y1 - 36} {x2} {y2}",
            x=(x1 + x2) // 2,
            y=y1 - 18,
            goods=goods,
            quantity=quantity,
        )
    if start.y < end.y:
        y1, y2 = start.y + start.height - 4, end.y + 24
    else:
        y1, y2 = start.y + 20, end.y + end.height - 4
    middle = (y1 + y2) // 2
    return Way(
        path=f"M{x1} {y1} C{x1} {middle} {x2} {middle} {x2} {y2}",
        x=(x1 + x2) // 2,
        y=middle,
        goods=goods,
        quantity=quantity,
    )


def _draw_way_around(
    start: PlaceDrawn, end: PlaceDrawn, goods: int, quantity: int, *, shift: int
) -> Way:
    """Return a way past the rows between: nobody may think that the goods went through them."""
    x1, x2 = start.center + shift, end.center + shift
    edge, bend = WIDTH + CORRIDOR // 2, ROW_GAP // 2 - 4
    if start.y < end.y:
        y1, y2, down = start.y + start.height - 4, end.y + 24, 1
        low, high = start.y + start.height + ROW_GAP // 2, _get_top(end) - ROW_GAP // 2
    else:
        y1, y2, down = start.y + 20, end.y + end.height - 4, -1
        low, high = _get_top(start) - ROW_GAP // 2, end.y + end.height + ROW_GAP // 2
    out, back = bend * down, bend
    return Way(
        path=(
            f"M{x1} {y1} V{low - out} Q{x1} {low} {x1 + back} {low} H{edge - back} "
            f"Q{edge} {low} {edge} {low + out} V{high - out} Q{edge} {high} {edge - back} {high} "
            f"H{x2 + back} Q{x2} {high} {x2} {high + out} V{y2}"
        ),
        x=edge - 10,
        y=(low + high) // 2,
        goods=goods,
        quantity=quantity,
    )


def _get_top(place: PlaceDrawn) -> int:
    """Return where the row of a place begins: above a house's place is its roof."""
    return place.y - (ROOF if "/" in place.place else 0)
