"""Goal: on the map of the network every site can be told from every other, and north is up."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yipan.console.tower.drawing import (
    CLEAR_X,
    CLEAR_Y,
    HEIGHT,
    WIDTH,
    Place,
    Point,
    bend,
    get_scale,
    get_width,
    lay_out,
)
from yipan.console.tower.sparks import draw_spark

#: A busy machine makes values slowly; that says nothing about the drawing.
PATIENT = settings(suppress_health_check=[HealthCheck.too_slow], max_examples=50)
CHINA = st.tuples(st.floats(20, 45), st.floats(80, 130))


def places(*ats: tuple[float, float] | None) -> list[Place]:
    return [Place(f"S{number:03d}", "East", number == 0, at) for number, at in enumerate(ats)]


@PATIENT
@given(st.lists(st.none() | CHINA, min_size=1, max_size=120))
def test_every_site_stands_in_the_picture(ats: list[tuple[float, float] | None]) -> None:
    points, _is_map = lay_out(places(*ats))

    assert len(points) == len(ats)
    assert all(0 <= it.x <= WIDTH and 0 <= it.y <= HEIGHT for it in points.values())


@PATIENT
@given(st.lists(CHINA, min_size=2, max_size=8))
def test_few_sites_keep_clear_of_each_other(ats: list[tuple[float, float]]) -> None:
    points, _is_map = lay_out(places(*ats))

    scale = get_scale(len(ats))
    at = list(points.values())
    for number, one in enumerate(at):
        for other in at[number + 1 :]:
            far = abs(one.x - other.x) >= 0.4 * CLEAR_X * scale
            assert far or abs(one.y - other.y) >= 0.4 * CLEAR_Y * scale, points


def test_the_same_sites_stand_in_the_same_places() -> None:
    ats = [(30.27, 120.15), (31.23, 121.47), (32.06, 118.79), (39.9, 116.4), (23.13, 113.26)]

    assert lay_out(places(*ats)) == lay_out(list(reversed(places(*ats))))


def test_north_is_up_and_east_to_the_right() -> None:
    points, is_map = lay_out(places((39.9, 116.4), (23.13, 113.26), (31.23, 121.47)))

    beijing, guangzhou, shanghai = (points[f"S00{number}"] for number in range(3))
    assert is_map
    assert beijing.y < shanghai.y < guangzhou.y
    assert guangzhou.x < beijing.x < shanghai.x


def test_without_coordinates_warehouses_stand_before_their_stores() -> None:
    points, is_map = lay_out(places(None, None, None))

    assert not is_map
    assert points["S000"].x < min(points["S001"].x, points["S002"].x)


def test_ways_there_and_back_are_two_lines() -> None:
    start, end = Point(100, 100), Point(500, 300)

    assert bend(start, end) != bend(end, start)
    assert get_width(25, most=100) < get_width(100, most=100) == 8.0


def test_a_trend_begins_where_something_is_known_and_has_gaps() -> None:
    line = str(draw_spark([None, 4, 6, None, 5, 3]))

    assert line.count("<polyline") == 2
    assert line.count("<circle") == 1
    assert draw_spark([None, None, 4]) == ""
