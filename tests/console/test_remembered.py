"""Goal: what is dear is added up rarely, what is cheap always, and nobody does what others do."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from yipan.console.remembered import Remembered


class Clock:
    """Seconds that pass when somebody says so."""

    def __init__(self) -> None:
        self.now = 100.0
        self.asked = 0

    def add_up(self, cost: float) -> int:
        self.now += cost
        self.asked += 1
        return self.asked


def test_a_dear_figure_is_kept_thirty_times_what_it_took() -> None:
    clock = Clock()
    kept = Remembered(lambda: clock.add_up(0.2), clock=lambda: clock.now)

    assert [kept.get(), kept.get()] == [1, 1]
    clock.now += 5.9
    assert kept.get() == 1
    clock.now += 0.2
    assert kept.get() == 2


def test_a_very_dear_one_is_kept_half_a_minute() -> None:
    clock = Clock()
    kept = Remembered(lambda: clock.add_up(10), clock=lambda: clock.now)

    kept.get()
    clock.now += 29.9
    assert kept.get() == 1
    clock.now += 0.2
    assert kept.get() == 2


def test_a_cheap_figure_is_asked_each_time() -> None:
    clock = Clock()
    kept = Remembered(lambda: clock.add_up(0.049), clock=lambda: clock.now)

    assert [kept.get(), kept.get(), kept.get()] == [1, 2, 3]


def test_those_who_come_together_share_one_sum() -> None:
    clock = Clock()
    kept = Remembered(lambda: clock.add_up(1), clock=lambda: clock.now)

    with ThreadPoolExecutor(max_workers=8) as pool:
        values = list(pool.map(lambda _: kept.get(), range(40)))

    assert values == [1] * 40


def test_a_small_answer_is_asked_each_time_however_long_it_took() -> None:
    clock = Clock()
    kept = Remembered(
        lambda: clock.add_up(9), is_large=lambda value: value > 2, clock=lambda: clock.now
    )

    assert [kept.get() for _ in range(4)] == [1, 2, 3, 3]
