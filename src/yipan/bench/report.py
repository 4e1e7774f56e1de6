"""The shape every bench answers in, and how a figure is held against its target."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from statistics import median, quantiles
from time import perf_counter
from typing import TypedDict


class Result(TypedDict):
    """
    One figure. `target` is `>= 0.3` or `<= 3.5`, or None for a figure that is only told.

    `met` says whether the target was reached, None without one.
    """

    name: str
    value: float
    unit: str
    target: str | None
    met: bool | None


def tell(name: str, value: float, *, unit: str) -> Result:
    """Return a figure that is only told."""
    return Result(name=name, value=_round(value), unit=unit, target=None, met=None)


def at_least(name: str, value: float, *, target: float, unit: str = "ratio") -> Result:
    """Return a figure that should not be lower than its target."""
    return Result(
        name=name, value=_round(value), unit=unit, target=f">= {target:g}", met=value >= target
    )


def at_most(name: str, value: float, *, target: float, unit: str = "ratio") -> Result:
    """Return a figure that should not be higher than its target."""
    return Result(
        name=name, value=_round(value), unit=unit, target=f"<= {target:g}", met=value <= target
    )


def tell_load() -> list[Result]:
    """Return the load average and the number of cores: figures are worth little without them."""
    return [
        tell("load_average_1min", os.getloadavg()[0], unit="processes"),
        tell("cores", os.cpu_count() or 1, unit="cores"),
    ]


def measure(work: Callable[[], object]) -> float:
    """Do something, and return how long it took, in seconds."""
    began = perf_counter()
    work()
    return perf_counter() - began


def take_p95(times: Sequence[float]) -> float:
    """Return what 95 of 100 stay below."""
    return sorted(times)[min(len(times) - 1, int(len(times) * 0.95))]


def take_median_ratio(numerators: Sequence[float], denominators: Sequence[float]) -> float:
    """
    Return the median of the ratios of what was measured one after the other.

    Pairs are neighbors in time, so that a busy moment weighs on both alike.
    """
    return median(above / below for above, below in zip(numerators, denominators, strict=True))


def tell_spread(
    name: str, numerators: Sequence[float], denominators: Sequence[float]
) -> list[Result]:
    """Return the quartiles of the ratios whose median is judged: how far it can be relied on."""
    ratios = [above / below for above, below in zip(numerators, denominators, strict=True)]
    lower, _, upper = quantiles(ratios, n=4, method="inclusive")
    return [
        tell(f"{name}_lower_quartile", lower, unit="ratio"),
        tell(f"{name}_upper_quartile", upper, unit="ratio"),
    ]


def _round(value: float) -> float:
    return round(value, 3) if abs(value) < 100 else round(value)
