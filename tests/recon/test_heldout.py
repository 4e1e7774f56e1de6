"""How often the cause engine is right, on chains written independently of its rules."""

from __future__ import annotations

import itertools
import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Protocol

import pytest

from tests.recon import heldout_count, heldout_second
from tests.recon.heldout import World
from yipan.recon.rules import Cause, Evidence, Finding, Key, explain

pytestmark = pytest.mark.slow

SEEDS = (20260301, 20260302)
QUIET = frozenset({Cause.UNKNOWN, Cause.SHRINKAGE})
#: What is asked for (recall at least, wrong at most, background blamed at most).
TARGET = (0.85, 0.05, 0.01)
#: Probabilities are compared with what came true within these bands.
BANDS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)
#: A band with fewer findings says nothing; of others stated and seen may be so far apart.
BAND_MIN = 40
APART_MAX = 0.15
BRIER_MAX = 0.06


class Make(Protocol):
    """A chain in which things go wrong, and what its count shows."""

    def __call__(self, seed: int, *, drip_factor: int) -> tuple[World, Evidence]:
        """Return the world and the evidence of its count."""


@dataclass(slots=True)
class Score:
    """What became of each key a cause touched: `named` counts by the truth and what was said."""

    named: dict[Cause, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    background: Counter[str] = field(default_factory=Counter)
    stated: list[tuple[float, bool]] = field(default_factory=list)
    netted: int = 0
    seconds: float = 0.0

    def count(self, outcome: str, cause: Cause | None = None) -> int:
        """Count the keys of a cause, or of all, that were `right`, `abstained` or `wrong`."""
        return sum(
            number
            for truth, counter in self.named.items()
            if cause in (None, truth)
            for said, number in counter.items()
            if outcome == classify(truth, said)
        )

    @property
    def total(self) -> int:
        """Count the keys that causes touched and that differ."""
        return sum(counter.total() for counter in self.named.values())

    @property
    def figures(self) -> tuple[float, float, float]:
        """Return the shares that were right, that were wrong, and of background blamed."""
        blamed = self.background.total() - self.background["left"]
        return (
            self.count("right") / self.total,
            self.count("wrong") / self.total,
            blamed / self.background.total(),
        )

    @property
    def brier(self) -> float:
        """Return the mean square of what was stated against what was there: 0 is a seer."""
        return sum((stated - is_there) ** 2 for stated, is_there in self.stated) / len(self.stated)

    def list_bands(self) -> list[tuple[float, float, float, int]]:
        """Return each band from its lower bound: mean stated, share that was there, how many."""
        rows = []
        for low, high in itertools.pairwise(BANDS):
            inside = [
                (stated, is_there)
                for stated, is_there in self.stated
                if low <= min(stated, 0.999999) < high
            ]
            if inside:
                stated = sum(each for each, _ in inside) / len(inside)
                there = sum(each for _, each in inside) / len(inside)
                rows.append((low, stated, there, len(inside)))
        return rows


def classify(truth: Cause, said: str) -> str:
    """Say whether what was named is the truth, nothing, or something else."""
    if said == truth:
        return "right"
    return "abstained" if said == "abstained" else "wrong"


def judge(finding: Finding, *, truth: Cause, delta: int, others: set[Cause]) -> str:
    """Return the cause a finding names for one that is there, or `abstained`."""
    named = [part for part in finding.parts if part.cause not in QUIET]
    if any(part.cause is truth and part.quantity * delta > 0 for part in named):
        return truth
    blamed = [part for part in named if part.cause not in others]
    return max(blamed, key=lambda part: abs(part.quantity)).cause if blamed else "abstained"


def measure(seed: int, *, drip_factor: int, score: Score, make: Make = heldout_count.make) -> None:
    """Let one chain be explained, and compare with what happened."""
    world, evidence = make(seed, drip_factor=drip_factor)
    start = time.process_time()
    findings = {finding.key: finding for finding in explain(evidence)}
    score.seconds += time.process_time() - start
    assert findings.keys() == {difference.key for difference in evidence.differences}
    causes: dict[Key, set[Cause]] = defaultdict(set)
    for case in world.cases:
        for key in case.deltas:
            causes[key].add(case.cause)
    for case in world.cases:
        for key, delta in case.deltas.items():
            if key in findings:
                others = causes[key] - {case.cause}
                said = judge(findings[key], truth=case.cause, delta=delta, others=others)
                score.named[case.cause][said] += 1
            else:
                score.netted += 1
    for finding in findings.values():
        weigh(finding, truth=causes[finding.key], score=score)


def weigh(finding: Finding, *, truth: set[Cause], score: Score) -> None:
    """Note how sure a finding was, and what it said where nothing but small losses happened."""
    assert sum(part.quantity for part in finding.parts) == finding.quantity
    named = [part for part in finding.parts if part.cause not in QUIET]
    for part in named:
        score.stated.append((part.probability, part.cause in truth))
    if not truth:
        score.background[named[0].cause if named else "left"] += 1


def tell(title: str, score: Score) -> None:
    """Print the confusion of causes, and the figures beside what is asked for."""
    write = sys.stdout.write
    write(f"\n{title}: {score.total} keys of causes, {score.netted} netted to nothing\n")
    for cause in sorted(score.named):
        counter, total = score.named[cause], score.named[cause].total()
        wrong = ", ".join(
            f"{said} {number}"
            for said, number in counter.most_common()
            if classify(cause, said) == "wrong"
        )
        shares = (score.count(word, cause) / total for word in ("right", "abstained", "wrong"))
        right, abstained, missed = (f"{share:5.0%}" for share in shares)
        write(
            f"  {cause:24}{total:4}  right {right} abstained {abstained} wrong {missed}  {wrong}\n"
        )
    causes = [score.count("right", cause) / score.named[cause].total() for cause in score.named]
    write(f"  recall, mean of the causes {sum(causes) / len(causes):.1%}\n")
    names = ("recall", "wrong", "background blamed")
    for name, figure, asked in zip(names, score.figures, TARGET, strict=True):
        is_met = figure >= asked if name == "recall" else figure <= asked
        write(f"  {name} {figure:.1%}, asked {asked:.0%}: {'met' if is_met else 'NOT met'}\n")
    write(f"  Brier score {score.brier:.4f}; stated and seen:\n")
    for low, stated, there, count in score.list_bands():
        bar = "#" * round(there * 40)
        write(f"    from {low:.2f}: stated {stated:.2f} seen {there:.2f} of {count:4}  {bar}\n")
    background = ", ".join(f"{said} {number}" for said, number in score.background.most_common())
    write(f"  background: {background}\n")
    write(f"  explained in {score.seconds:.1f} s\n")


#: Where it is measured: the chain that was looked at, and the one that nobody looked into.
CHAINS: dict[str, tuple[Make, tuple[int, ...]]] = {
    "first": (heldout_count.make, SEEDS),
    "second": (heldout_second.make, heldout_second.SEEDS),
}


@pytest.mark.parametrize(
    ("chain", "drip_factor"), [("first", 1), ("first", 8), ("second", 1), ("second", 8)]
)
def test_causes_are_found_as_often_as_asked(chain: str, drip_factor: int) -> None:
    make, seeds = CHAINS[chain]
    score = Score()
    for seed in seeds:
        measure(seed, drip_factor=drip_factor, score=score, make=make)

    tell(f"{chain} chain, small losses x{drip_factor}", score)

    recall, wrong, blamed = score.figures
    assert recall >= TARGET[0]
    assert wrong <= TARGET[1]
    assert blamed <= TARGET[2]
    # What is said to people as a probability is one.
    assert score.brier <= BRIER_MAX
    for _, stated, there, count in score.list_bands():
        assert count < BAND_MIN or abs(stated - there) <= APART_MAX
