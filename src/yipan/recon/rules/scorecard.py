"""
How probable a cause is by what speaks for it: weights learned from simulated retailers, as a table.

`learned.csv` has a row for each trait (`traits`) and a column for each cause: what it adds to the
log odds of the cause. It is made by `tests.recon.fourth_chain.fitting`, which also says how; the
table is read once, and is as constant as if it stood here.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from yipan.recon.rules.traits import Traits
from yipan.recon.rules.values import Cause

TABLE = "learned.csv"
#: The row of what is added whatever the traits are.
ALWAYS = "always"
#: So far the table may move the log odds of what was weighed: a count unlike all that were
#: simulated is not judged by them alone. Of so many differences looked at together half of it:
#: measured on small counts it helps in full even with one, but those were simulated as well.
SHIFT_MAX = 2.5
DIFFERENCES_TO_BELIEVE = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Scorecard:
    """What each trait adds to the log odds of each cause."""

    points: Mapping[Cause, Mapping[str, float]]

    @classmethod
    def parse(cls, lines: Iterable[str]) -> Scorecard:
        """Return the scorecard of a table: lines that begin with `#` tell where it is from."""
        rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
        return cls(
            points={
                cause: {row["trait"]: float(row[cause]) for row in rows if float(row[cause] or 0)}
                for cause in Cause
                if rows and cause in rows[0]
            }
        )

    def weigh(
        self, traits: Mapping[Cause, Traits], *, differences: int, most: float | None = None
    ) -> dict[Cause, float]:
        """
        Return how probable each cause is by its traits; of others the table says nothing.

        `differences` is how many were looked at together: of a few the table knows little. `most`
        is how far the log odds may be moved, where that is not to follow from it.
        """
        if most is None:
            most = SHIFT_MAX * differences / (differences + DIFFERENCES_TO_BELIEVE)
        found = {}
        for cause, its in traits.items():
            points = self.points.get(cause)
            if points is not None:
                score = points.get(ALWAYS, 0.0)
                score += sum(points.get(name, 0.0) * value for name, value in its.items())
                weighed = its["by_weighing"]
                score = min(weighed + most, max(weighed - most, score))
                found[cause] = 1 / (1 + math.exp(-score))
        return found


@cache
def read_learned() -> Scorecard:
    """Return the scorecard that comes with the program."""
    table = resources.files(__package__).joinpath(TABLE)
    return Scorecard.parse(table.read_text(encoding="utf-8").splitlines())
