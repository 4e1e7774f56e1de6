"""
Fit the scorecard of the cause engine to simulated retailers, and write its table.

    python -m tests.recon.fourth_chain.fitting --seeds 101 150 --others 7001 7002

Each retailer is weighed by the engine as it is; of each cause that may be at work at a key the
traits are noted, and whether it is. A ridge logistic regression over all causes is fitted first,
then one for each cause that is drawn towards it: a cause seldom met is judged as causes are.
Losses are those of the chain and eight times as many. The truth is used here and nowhere else.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from tests.recon import heldout_count, heldout_second
from tests.recon.fourth_chain.count import make
from tests.recon.heldout import Case
from yipan.recon.rules import Cause, Evidence, Key, Weights, scorecard
from yipan.recon.rules.findings import weigh_count
from yipan.recon.rules.odds import expect
from yipan.recon.rules.scorecard import ALWAYS, TABLE
from yipan.recon.rules.traits import Surroundings, Traits, describe

#: How strongly weights are drawn to nothing, and those of a cause to those of all: in cases.
RIDGE, RIDGE_OF_CAUSE = 3.0, 100.0
#: Of a trait that moves the log odds less than this from key to key nothing is written down.
POINTS_MIN = 0.02
STEPS_MAX = 50
STEP_MIN = 1e-4
LOSSES = (1, 8)
#: The first and second chain are few beside the fourth: each row of them counts so often.
TIMES_OTHERS = 6

Array = np.ndarray[Any, np.dtype[np.float64]]
Make = Callable[..., tuple[Any, Evidence]]


@dataclass(slots=True)
class Sample:
    """Causes that may be at work at keys: which, their traits, and whether they are."""

    causes: list[Cause] = field(default_factory=list)
    traits: list[Traits] = field(default_factory=list)
    truths: list[bool] = field(default_factory=list)

    def add(self, around: Surroundings, cases: Sequence[Case]) -> None:
        """Add all keys of a count."""
        there: dict[Key, set[Cause]] = defaultdict(set)
        for case in cases:
            for key in case.deltas:
                there[key].add(case.cause)
        for key, sight in around.sights.items():
            if not sight.difference.was_copied:
                for cause, traits in describe(key, around).items():
                    self.causes.append(cause)
                    self.traits.append(traits)
                    self.truths.append(cause in there[key])


def look(evidence: Evidence) -> Surroundings:
    """Return what the engine weighs of a count."""
    return weigh_count(evidence, odds=expect(evidence, weights=Weights().follow(evidence)))


def fit(sample: Sample) -> dict[Cause, dict[str, float]]:
    """Return what each trait adds to the log odds of each cause."""
    names = sorted({name for traits in sample.traits for name in traits})
    at = {name: number for number, name in enumerate(names)}
    values = np.zeros((len(sample.traits), len(names)))
    for row, traits in enumerate(sample.traits):
        for name, value in traits.items():
            values[row, at[name]] = value
    mean, spread = values.mean(axis=0), values.std(axis=0) + 1e-9
    scaled = np.c_[np.ones(len(values)), (values - mean) / spread]
    there = np.array(sample.truths, dtype=float)
    ridge = np.full(len(names) + 1, RIDGE)
    ridge[0] = 1e-6
    usual = _regress(scaled, there, around=np.zeros(len(ridge)), ridge=ridge)
    ridge = np.full(len(ridge), RIDGE_OF_CAUSE)
    ridge[0] = 1.0
    found = {}
    which = np.array([cause.value for cause in sample.causes])
    for cause in sorted(set(sample.causes)):
        mine = which == cause.value
        points = _regress(scaled[mine], there[mine], around=usual, ridge=ridge)
        points[1:][np.abs(points[1:]) < POINTS_MIN] = 0.0
        slopes = points[1:] / spread
        found[cause] = {ALWAYS: float(points[0] - slopes @ mean)} | {
            name: float(slopes[number]) for name, number in at.items()
        }
    return found


def _regress(values: Array, there: Array, *, around: Array, ridge: Array) -> Array:
    """
    Return logistic weights, drawn `around` others: Newton's steps, halved while they make it worse.

    Undamped, a cause that its traits tell all but for certain runs away in a step or two.
    """

    def lose(weights: Array) -> float:
        score = values @ weights
        fit = np.logaddexp(0.0, score) - there * score
        return float(fit.sum() + 0.5 * (ridge * (weights - around) ** 2).sum())

    weights, lost = around.copy(), lose(around)
    for _ in range(STEPS_MAX):
        probable = 1 / (1 + np.exp(-np.clip(values @ weights, -30, 30)))
        slope = values.T @ (probable - there) + ridge * (weights - around)
        bend = (values * (probable * (1 - probable))[:, None]).T @ values + np.diag(ridge)
        step = np.linalg.solve(bend, slope)
        while lose(weights - step) > lost and np.abs(step).max() > STEP_MIN:
            step = step / 2
        weights = weights - step
        lost = lose(weights)
        if np.abs(step).max() <= STEP_MIN:
            break
    return weights


def write(points: dict[Cause, dict[str, float]], path: Path, *, origin: str) -> None:
    """Write the table, with where it is from."""
    names = [ALWAYS, *sorted({name for its in points.values() for name in its} - {ALWAYS})]
    rows = [
        "# Points a trait adds to the log odds of a cause; see scorecard.py. Made, not edited:",
        f"# python -m tests.recon.fourth_chain.fitting; {origin}",
        ",".join(["trait", *points]),
    ]
    for name in names:
        cells = [f"{its.get(name, 0.0):.3f}" for its in points.values()]
        cells = ["" if float(cell) == 0 else cell for cell in cells]
        if any(cells):
            rows.append(",".join([name, *cells]))
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")


def _list_chains(asked: argparse.Namespace) -> Iterator[tuple[Make, int]]:
    yield from ((make, seed) for seed in range(asked.seeds[0], asked.seeds[1] + 1))
    for chain in (heldout_count.make, heldout_second.make):
        yield from ((chain, seed) for seed in range(asked.others[0], asked.others[1] + 1))


def main() -> None:
    """Look at the retailers asked for, fit, and write the table into the program."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs=2, default=(101, 150))
    parser.add_argument("--others", type=int, nargs=2, default=(7001, 7002))
    asked = parser.parse_args()
    sample = Sample()
    for chain, seed in _list_chains(asked):
        for losses in LOSSES:
            world, evidence = chain(seed, drip_factor=losses)
            around = look(evidence)
            for _ in range(1 if chain is make else TIMES_OTHERS):
                sample.add(around, world.cases)
    origin = (
        f"fourth chain seeds {asked.seeds[0]}-{asked.seeds[1]}, first and second"
        f" {asked.others[0]}-{asked.others[1]} six times, losses x1 and x8:"
        f" {len(sample.truths)} rows, {date.today()}"  # noqa: DTZ011 - a note for people
    )
    write(fit(sample), Path(str(scorecard.__file__)).with_name(TABLE), origin=origin)


if __name__ == "__main__":
    main()
