"""Scaled pinball loss and coverage of lead-time demand: planning handbook, section 3."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from yipan.planning.rules.levels import Floats

CHANCES = (0.8, 0.9, 0.95, 0.98, 0.99)


def get_scales(demand: Floats, horizons: NDArray[np.int64], *, until: int) -> Floats:
    """Return what losses are divided by: mean day-to-day change times the root of the horizon."""
    steps = np.abs(np.diff(demand[:, :until], axis=1))
    begun = np.argmax(demand[:, :until] > 0, axis=1)
    counted = np.arange(steps.shape[1]) >= begun[:, None]
    mean = np.where(counted, steps, 0.0).sum(axis=1) / np.maximum(1, counted.sum(axis=1))
    return np.asarray(np.sqrt(horizons) * np.maximum(mean, 0.01))


def get_losses(said: Floats, came: Floats, scales: Floats) -> Floats:
    """Return the scaled pinball loss of each series (rows) at each of `CHANCES` (columns)."""
    chances = np.asarray(CHANCES)
    over = came[:, None] - said
    return np.asarray(np.maximum(chances * over, (chances - 1) * over) / scales[:, None])


def add_losses(said: Floats, came: Floats, scales: Floats) -> tuple[Floats, Floats]:
    """Return the loss and the coverage of each chance, summed over series."""
    covered = came[:, None] <= np.ceil(said - 1e-9)
    return get_losses(said, came, scales).sum(axis=0), covered.sum(axis=0).astype(float)


def sum_ahead(demand: Floats, horizons: NDArray[np.int64], *, origin: int) -> Floats:
    """Return what came in the horizons from a column on."""
    sums = np.cumsum(np.pad(demand[:, origin:], ((0, 0), (1, 0))), axis=1)
    return np.asarray(sums[np.arange(len(horizons)), horizons])
