"""Chance out of a seed: one stream for each actor, so that adding one changes no other."""

from __future__ import annotations

import math
import random


class Chance:
    """Hands out streams by name; the same seed and name give the same stream."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._streams: dict[str, random.Random] = {}

    def get(self, name: str) -> random.Random:
        """Return the stream of this name, where it stands now."""
        stream = self._streams.get(name)
        if stream is None:
            # Seeded by text: random.Random hashes it by SHA-512, the same on every machine.
            stream = self._streams[name] = random.Random(f"{self._seed}/{name}")
        return stream


def draw_poisson(stream: random.Random, mean: float) -> int:
    """Return how often something happens that happens `mean` times on average (Knuth's way)."""
    if mean <= 0:
        return 0
    if mean > 50:
        return max(0, round(stream.gauss(mean, math.sqrt(mean))))
    limit, count, product = math.exp(-mean), 0, stream.random()
    while product > limit:
        count += 1
        product *= stream.random()
    return count


def draw_negative_binomial(stream: random.Random, mean: float, *, spread: float) -> int:
    """
    Return a number with this mean that varies more than Poisson's.

    `spread` is the shape of the gamma the rate is drawn from: the smaller, the wilder.
    """
    return draw_poisson(stream, stream.gammavariate(spread, mean / spread)) if mean > 0 else 0
