"""
Where sites stand on the map of the network: by their coordinates, else by region.

Pure arithmetic. The picture is `WIDTH` by `HEIGHT` units; places keep clear of each other so that
a name beside each can be read.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

WIDTH: Final = 1000
HEIGHT: Final = 540
MARGIN_X: Final = 130
MARGIN_Y: Final = 64
#: Two sites nearer than this overlap: a name is as wide; a sign and two lines below as high.
CLEAR_X: Final = 170
CLEAR_Y: Final = 70
ROUNDS_MAX: Final = 80
#: More sites than this are drawn as dots, which may touch.
NAMED_MAX: Final = 26
#: Less of the network than this by coordinates, and it is drawn by region.
PLACED_SHARE_MIN: Final = 0.6
#: Nothing is drawn larger than so many units for one degree of latitude.
SCALE_MAX: Final = 4_000.0
ROWS_MAX: Final = 6


class Place(NamedTuple):
    """What the drawing has to know of a site. `at` is latitude and longitude, None unknown."""

    code: str
    region: str
    is_warehouse: bool
    at: tuple[float, float] | None


class Point(NamedTuple):
    """A point of the picture."""

    x: float
    y: float


def lay_out(places: Sequence[Place]) -> tuple[dict[str, Point], bool]:
    """Return where each site stands, and whether that is by coordinates."""
    placed = [place for place in places if place.at is not None]
    is_map = len(placed) >= 2 and len(placed) >= PLACED_SHARE_MIN * len(places)
    points = _project(placed) if is_map else _line_up(places)
    if is_map:
        points |= _line_below([place.code for place in places if place.at is None])
    if len(places) <= NAMED_MAX:
        points = _keep_clear(points, scale=get_scale(len(places)))
    return points, is_map


def get_scale(count: int) -> float:
    """Return how large signs and names are drawn: few sites may be seen from further away."""
    return 1.5 if count <= 8 else 1.2 if count <= 14 else 1.0


def bend(start: Point, end: Point, *, gap: float = 20.0) -> str:
    """Return the path of a way from one site to another: bent to its left, so that two differ."""
    length = math.hypot(end.x - start.x, end.y - start.y) or 1.0
    across = Point((end.x - start.x) / length, (end.y - start.y) / length)
    lift = min(70.0, 0.18 * length)
    middle = Point((start.x + end.x) / 2 + across.y * lift, (start.y + end.y) / 2 - across.x * lift)
    first, last = _shorten(start, middle, gap), _shorten(end, middle, gap + 6)
    return f"M{first.x:.1f} {first.y:.1f} Q{middle.x:.1f} {middle.y:.1f} {last.x:.1f} {last.y:.1f}"


def get_width(quantity: int, *, most: int) -> float:
    """Return how thick a way is drawn: its area, not its width, grows with what is on it."""
    return round(1.5 + 6.5 * math.sqrt(quantity / most), 1) if most > 0 else 1.5


def _project(places: Sequence[Place]) -> dict[str, Point]:
    """
    Return places by coordinates, north up.

    Equirectangular, true to scale along the middle latitude: Snyder, Map Projections: A Working
    Manual (USGS 1395, 1987), section 12.
    """
    known = {place.code: place.at for place in places if place.at is not None}
    latitudes = [at[0] for at in known.values()]
    longitudes = [at[1] for at in known.values()]
    middle = (min(latitudes) + max(latitudes)) / 2
    narrow = math.cos(math.radians(middle))
    wide = (max(longitudes) - min(longitudes)) * narrow
    high = max(latitudes) - min(latitudes)
    scale = min(
        SCALE_MAX,
        (WIDTH - 2 * MARGIN_X) / wide if wide else SCALE_MAX,
        (HEIGHT - 2 * MARGIN_Y) / high if high else SCALE_MAX,
    )
    center = (min(longitudes) + max(longitudes)) / 2
    return {
        code: Point(
            WIDTH / 2 + (at[1] - center) * narrow * scale, HEIGHT / 2 - (at[0] - middle) * scale
        )
        for code, at in known.items()
    }


def _line_up(places: Sequence[Place]) -> dict[str, Point]:
    """Return places in columns: warehouses first, then the stores of each region."""
    columns: list[list[str]] = []
    groups: dict[tuple[bool, str], list[str]] = {}
    for place in sorted(places, key=lambda it: (not it.is_warehouse, it.region, it.code)):
        key = (place.is_warehouse, "" if place.is_warehouse else place.region)
        groups.setdefault(key, []).append(place.code)
    for group in groups.values():
        rows = ROWS_MAX if len(places) <= NAMED_MAX else 14
        columns += [group[start : start + rows] for start in range(0, len(group), rows)]
    step = (WIDTH - 2 * MARGIN_X) / max(1, len(columns) - 1)
    points = {}
    for number, column in enumerate(columns):
        x = WIDTH / 2 if len(columns) == 1 else MARGIN_X + number * step
        gap = (HEIGHT - 2 * MARGIN_Y) / len(column)
        for row, code in enumerate(column):
            points[code] = Point(x, MARGIN_Y + gap * (row + 0.5))
    return points


def _line_below(codes: Sequence[str]) -> dict[str, Point]:
    """Return those nobody gave coordinates in a row along the lower edge."""
    step = (WIDTH - 2 * MARGIN_X) / max(1, len(codes))
    return {
        code: Point(MARGIN_X + step * (number + 0.5), HEIGHT - MARGIN_Y / 2)
        for number, code in enumerate(codes)
    }


def _keep_clear(points: Mapping[str, Point], *, scale: float) -> dict[str, Point]:
    """Return points pushed apart until no name covers another; in a fixed order, so repeatable."""
    at = {code: [point.x, point.y] for code, point in sorted(points.items())}
    codes = list(at)
    for _ in range(ROUNDS_MAX):
        moved = False
        for number, one in enumerate(codes):
            for other in codes[number + 1 :]:
                moved |= _push(at[one], at[other], scale=scale)
        for place in at.values():
            place[0] = min(WIDTH - MARGIN_X, max(MARGIN_X, place[0]))
            place[1] = min(HEIGHT - 56.0 * scale, max(34.0 * scale, place[1]))
        if not moved:
            break
    return {code: Point(x, y) for code, (x, y) in at.items()}


def _push(one: list[float], other: list[float], *, scale: float) -> bool:
    """Push two points apart along the shorter way, when they stand too close."""
    over_x = CLEAR_X * scale - abs(one[0] - other[0])
    over_y = CLEAR_Y * scale - abs(one[1] - other[1])
    if over_x <= 0.5 or over_y <= 0.5:
        return False
    axis, over = (0, over_x) if over_x / CLEAR_X < over_y / CLEAR_Y else (1, over_y)
    first, second = (one, other) if one[axis] <= other[axis] else (other, one)
    first[axis] -= over / 2
    second[axis] += over / 2
    return True


def _shorten(point: Point, towards: Point, by: float) -> Point:
    """Return a point `by` units nearer to another: a way begins at the rim of its site."""
    length = math.hypot(towards.x - point.x, towards.y - point.y) or 1.0
    share = min(1.0, by / length)
    return Point(point.x + (towards.x - point.x) * share, point.y + (towards.y - point.y) * share)
