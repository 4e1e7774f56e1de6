"""Goal: on the map of the network every site can be told from every other, and north is up."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yipan.console.tower import flow
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


def a_place(code: str, *, is_warehouse: bool = False, north: float = 30.0) -> Place:
    return Place(code=code, region="East", is_warehouse=is_warehouse, at=(north, 120.0))


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
    assert line.count('"spark-now"') == 1
    assert draw_spark([None, None, 4]) == ""
    # A dot alone is no trend.
    assert draw_spark([3, None, 4]) == ""


@PATIENT
@given(st.integers(0, 3), st.integers(0, 3))
def test_cards_of_few_sites_cover_nothing_and_lie_in_the_picture(
    warehouses: int, stores: int
) -> None:
    sites = [a_place(f"W{it}", is_warehouse=True) for it in range(warehouses)]
    sites += [a_place(f"S{it}", north=30.0 + it) for it in range(stores)]

    assert flow.fits(sites) is (len(sites) > 1)
    at = list(flow.stand(sites).values())

    assert len(at) == len(sites)
    for number, one in enumerate(at):
        assert flow.CARD_HEIGHT / 2 <= one.y <= HEIGHT - flow.CARD_HEIGHT / 2
        for other in at[number + 1 :]:
            apart = abs(one.x - other.x) > flow.CARD_WIDTH
            assert apart or abs(one.y - other.y) > flow.CARD_HEIGHT


def test_more_sites_than_fit_below_each_other_are_a_map() -> None:
    assert flow.fits(places(None)) is False
    assert flow.fits(places(None, None, None, None)) is True
    assert flow.fits(places(None, None, None, None, None)) is False


def test_northern_stores_stand_above_and_goods_go_from_left_to_right() -> None:
    at = flow.stand([a_place("S1", north=30.1), a_place("S2", north=30.3)])
    warehouse, store = Point(322, 270), Point(676, 135)

    assert at["S2"].y < at["S1"].y
    assert flow.lead(warehouse, store) == ("M450 258 C499 258 499 123 548 123", (499, 190.5))
    assert flow.lead(store, warehouse)[0].startswith("M548 157 ")
    assert flow.lead(at["S1"], at["S2"]) != flow.lead(at["S2"], at["S1"])
