"""
How much of the fourth chain can be told at all: the estimate of a learner that knows too much.

    python -m tests.recon.fourth_chain.bound --teach 101 110 --judge 301 306

Boosted trees learn from other retailers of the same generator, with every trait the engine weighs,
plain figures beside (`plain`), and, unlike any engine, the truth about the retailer: how often each
cause is at work there, how large faults are, how much is lost (`dials`). The bars above which it
names a cause are the best there are for the very retailers it is judged by. What it reaches is no
proof of what cannot be done better: the more retailers teach it, the more it says.
"""

from __future__ import annotations

import argparse
import importlib
import itertools
import pickle
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tests.recon.fourth_chain.count import make
from tests.recon.fourth_chain.dials import Dials
from tests.recon.fourth_chain.fitting import LOSSES, look
from tests.recon.fourth_chain.plain import Neighbors, list_figures
from tests.recon.test_heldout import QUIET, TARGET
from yipan.recon.rules import Cause, Evidence, Key
from yipan.recon.rules.traits import describe
from yipan.recon.rules.weights import SMALL_LOSS

Array = npt.NDArray[np.float32]
#: Trees: many small steps, and leaves of so many rows that no single retailer makes one.
TREES = {"objective": "binary", "learning_rate": 0.06, "num_leaves": 31, "min_data_in_leaf": 30,
         "bagging_fraction": 0.8, "bagging_freq": 1, "feature_fraction": 0.3, "lambda_l2": 5.0,
         "num_threads": 1, "verbose": -1, "seed": 7}  # fmt: skip
ROUNDS = 200
BARS = tuple(np.arange(0.30, 0.99, 0.04))
#: What a retailer is told about itself by who tells the truth.
TOLD = (
    *("large", "no_counterpart", "no_counterpart_quantity", "no_expected", "no_paper", "no_trace"),
    *("recounts", "tolerance", "second_slip", "drip_more", "late_receipt", "keyed_sale", "habits"),
    *("multiplier", "decoys", "verified", "scan", "key"),
)


@dataclass(slots=True)
class Looked:
    """Rows of a retailer, one for each key and cause that may be at work, and the truth."""

    rows: list[dict[str, float]] = field(default_factory=list)
    at: list[tuple[Key, Cause]] = field(default_factory=list)
    truth: list[tuple[Key, Cause]] = field(default_factory=list)
    quantities: dict[Key, int] = field(default_factory=dict)
    copied: int = 0

    def list_causes(self) -> defaultdict[Key, set[Cause]]:
        """Return what is at work at each key."""
        there: defaultdict[Key, set[Cause]] = defaultdict(set)
        for key, cause in self.truth:
            there[key].add(cause)
        return there


def look_at(seed: int, *, losses: int) -> Looked:
    """Return what is to be learned of a retailer."""
    world, evidence = make(seed, drip_factor=losses)
    around, neighbors, looked = look(evidence), Neighbors(evidence=evidence), Looked()
    for key, sight in around.sights.items():
        if sight.difference.was_copied:
            continue
        looked.quantities[key] = sight.difference.quantity
        shared = dict(list_figures(sight.difference, neighbors))
        shared |= {f"weighed_{cause}": share for cause, share in sight.probable.items()}
        drip = world.dials.drip[evidence.get_goods(key.sku).category]
        shared["told_losses"] = drip * losses * sight.difference.days
        for cause, traits in describe(key, around).items():
            looked.rows.append({**shared, **traits, **_tell(world.dials, cause, evidence)})
            looked.at.append((key, cause))
    for case in world.cases:
        for key in case.deltas:
            if case.cause is Cause.BOOK_COPIED:
                looked.copied += 1
            elif key in looked.quantities:
                looked.truth.append((key, case.cause))
    return looked


def _tell(dials: Dials, cause: Cause, evidence: Evidence) -> dict[str, float]:
    """Return the truth about a retailer: what no engine is told."""
    many, keys = dials.cases.get(cause, 0), max(1, len(evidence.differences))
    return {
        "cause": list(Cause).index(cause),
        "told_cases": many,
        "told_share": many / keys,
        "told_of_all": many / sum(dials.cases.values()),
        **{f"told_{name}": float(getattr(dials, name)) for name in TOLD},
    }


def tabulate(looked: Iterable[Looked], names: Sequence[str]) -> tuple[Array, npt.NDArray[np.bool_]]:
    """Return the rows of retailers as a matrix, and which of them are true."""
    at = {name: number for number, name in enumerate(names)}
    rows, truths = [], []
    for one in looked:
        values = np.zeros((len(one.rows), len(names)), dtype=np.float32)
        for number, row in enumerate(one.rows):
            for name, value in row.items():
                if name in at:
                    values[number, at[name]] = value
        rows.append(values)
        there = set(one.truth)
        truths.append(np.array([each in there for each in one.at]))
    return np.concatenate(rows), np.concatenate(truths)


@dataclass(slots=True)
class Sure:
    """How sure a learner is of each cause at each key of a retailer."""

    looked: Looked
    by_key: Mapping[Key, Mapping[Cause, float]]


def count(those: Sequence[Sure], *, bar: float, small: bool) -> Array:
    """Return how many causes are right and wrong above a bar, and how many small losses blamed."""
    right, wrong, blamed = 0, 0, 0
    for one in those:
        there = one.looked.list_causes()
        for key, quantity in one.looked.quantities.items():
            if (-SMALL_LOSS <= quantity < 0) is small:
                shares = one.by_key.get(key, {}).items()
                named = {cause for cause, share in shares if share > bar} - QUIET
                blamed += bool(named and not there[key])
                right += len(there[key] & named)
                wrong += len(there[key] - named) if named - there[key] else 0
    return np.array([right, wrong, blamed], dtype=np.float32)


def find_best(those: Sequence[Sure]) -> tuple[Array, tuple[float, float]]:
    """
    Return the most that can be right while neither the wrong nor the blamed are too many.

    Shares of causes right and wrong, of small losses blamed, and the two bars: of what may well
    be a small loss, and of all else.
    """
    copied = sum(one.looked.copied for one in those)
    causes = sum(len(one.looked.truth) for one in those) + copied
    losses = sum(
        not causes_there
        for one in those
        for causes_there in map(one.looked.list_causes().__getitem__, one.looked.quantities)
    )
    whole = np.array([causes, causes, max(1, losses)], dtype=np.float32)
    found = {(bar, small): count(those, bar=bar, small=small) for bar in BARS
             for small in (False, True)}  # fmt: skip
    best, bars = np.zeros(3, dtype=np.float32), (1.0, 1.0)
    for bar, bar_small in itertools.product(BARS, BARS):
        figures = found[bar, False] + found[bar_small, True]
        figures[0] += copied
        figures /= whole
        if figures[1] <= TARGET[1] and figures[2] <= TARGET[2] and figures[0] > best[0]:
            best, bars = figures, (float(bar_small), float(bar))
    return best, bars


def _keep(folder: Path | None, seed: int, losses: int) -> Looked:
    """Return a retailer looked at, out of a folder where it was before."""
    file = folder / f"{seed}-{losses}.pickle" if folder else None
    if file is not None and file.exists():
        found: Looked = pickle.loads(file.read_bytes())  # noqa: S301 - our own, of a run before
        return found
    looked = look_at(seed, losses=losses)
    if file is not None:
        file.write_bytes(pickle.dumps(looked))
    return looked


def main() -> None:
    """Teach, judge, and say how far one could get."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--teach", type=int, nargs=2, default=(101, 110))
    parser.add_argument("--judge", type=int, nargs=2, default=(301, 306))
    parser.add_argument("--keep", type=Path, help="folder for what was looked at")
    asked = parser.parse_args()
    taught = [
        _keep(asked.keep, seed, losses)
        for seed in range(asked.teach[0], asked.teach[1] + 1)
        for losses in LOSSES
    ]
    judged = {
        losses: [
            _keep(asked.keep, seed, losses) for seed in range(asked.judge[0], asked.judge[1] + 1)
        ]
        for losses in LOSSES
    }
    trees: Any = importlib.import_module("lightgbm")
    every = sorted({name for one in taught for row in one.rows for name in row})
    for title, names in (
        ("told the truth about rates", every),
        ("without", [name for name in every if not name.startswith("told_")]),
        ("traits of the rules alone", [n for n in every if n in _name_traits(taught)]),
    ):
        values, truths = tabulate(taught, names)
        data = trees.Dataset(
            values, label=truths, categorical_feature=[names.index("cause")], free_raw_data=True
        )
        learner = trees.train(TREES, data, num_boost_round=ROUNDS)
        sys.stdout.write(f"{title}: {len(names)} figures of {len(truths)} rows\n")
        _tell_best(learner, judged, names)
        _tell_use(learner, names)


def _name_traits(taught: Sequence[Looked]) -> set[str]:
    """Return the figures that are traits of the rules, and the cause."""
    plain = {"told_", "weighed_"}
    known = (Path(__file__).parents[3] / "src/yipan/recon/rules/learned.csv").read_text("utf-8")
    traits = {line.split(",", 1)[0] for line in known.splitlines()}
    return {
        name
        for one in taught[:4]
        for row in one.rows
        for name in row
        if (name in traits or name == "cause") and not any(name.startswith(x) for x in plain)
    }


def _tell_best(learner: Any, judged: Mapping[int, Sequence[Looked]], names: Sequence[str]) -> None:
    for losses, those in judged.items():
        sure = []
        for one in those:
            shares = learner.predict(tabulate([one], names)[0])
            by_key: dict[Key, dict[Cause, float]] = defaultdict(dict)
            for (key, cause), share in zip(one.at, shares, strict=True):
                by_key[key][cause] = float(share)
            sure.append(Sure(one, by_key))
        offered = sum(
            cause in each.by_key.get(key, {}) for each in sure for key, cause in each.looked.truth
        )
        truths = sum(len(each.looked.truth) for each in sure)
        (right, wrong, blamed), bars = find_best(sure)
        sys.stdout.write(
            f"  losses x{losses}: right {right:.1%} wrong {wrong:.1%} small losses named"
            f" {blamed:.1%}, bars {bars[0]:.2f} and {bars[1]:.2f};"
            f" among what was weighed {offered / truths:.1%} of {truths}\n"
        )
        sys.stdout.flush()


def _tell_use(learner: Any, names: Sequence[str]) -> None:
    gains = learner.feature_importance("gain")
    order = np.argsort(-gains)[:60]
    sys.stdout.write("  " + ", ".join(f"{names[n]} {gains[n] / gains.sum():.2%}" for n in order))
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
