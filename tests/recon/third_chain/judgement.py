"""
Say how often the cause engine is right on the third chain, which its rules were never tried on.

`python -m tests.recon.third_chain.judgement` judges all of it; the suite judges a part.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from time import perf_counter

from tests.recon.test_heldout import QUIET, Score, judge, tell, weigh
from tests.recon.third_chain.world import SEEDS, World, make
from yipan.recon.rules import Cause, Evidence, Finding, Key, explain


@dataclass(slots=True)
class Sharper:
    """What is asked beside the name: the pieces said of a cause, and how sure it was."""

    exact: int = 0
    named_right: int = 0
    certain: Counter[bool] = field(default_factory=Counter)
    by_size: dict[str, Counter[bool]] = field(default_factory=lambda: defaultdict(Counter))


def judge_chain(world: World, evidence: Evidence, *, score: Score, sharper: Sharper) -> None:
    """Let a chain be explained, and compare with what happened in it."""
    start = perf_counter()
    findings = {finding.key: finding for finding in explain(evidence)}
    score.seconds += perf_counter() - start
    assert findings.keys() == {difference.key for difference in evidence.differences}
    causes: dict[Key, set[Cause]] = defaultdict(set)
    left = [(key, case.cause, delta) for case in world.cases for key, delta in case.deltas.items()]
    for key, cause, _ in left:
        causes[key].add(cause)
    score.netted += sum(1 for key, _, _ in left if key not in findings)
    for key, cause, delta in left:
        if key not in findings:
            continue
        said = judge(findings[key], truth=cause, delta=delta, others=causes[key] - {cause})
        score.named[cause][said] += 1
        sharper.by_size[_name_size(delta)][said == cause] += 1
        if said == cause:
            sharper.named_right += 1
            sharper.exact += _names_pieces(findings[key], cause, delta)
    _weigh_all(findings.values(), causes, score=score, sharper=sharper)


def _name_size(delta: int) -> str:
    """Name how many pieces a cause left."""
    size = abs(delta)
    return str(size) if size < 3 else "3 to 5" if size < 6 else "6 and more"


def _weigh_all(
    findings: Iterable[Finding], causes: Mapping[Key, set[Cause]], *, score: Score, sharper: Sharper
) -> None:
    """Note how sure each finding was, and whether it was right to be."""
    for finding in findings:
        weigh(finding, truth=causes[finding.key], score=score)
        for part in finding.parts:
            if part.cause not in QUIET and part.probability >= 0.9:
                sharper.certain[part.cause in causes[finding.key]] += 1


def _names_pieces(finding: Finding, cause: Cause, delta: int) -> bool:
    """Say whether a finding says of a cause exactly the pieces it took or left."""
    return delta == sum(part.quantity for part in finding.parts if part.cause is cause)


def tell_all(title: str, score: Score, sharper: Sharper) -> None:
    """Print the confusion of causes, the pieces and the sureness."""
    tell(title, score)
    exact = sharper.exact / sharper.named_right
    sys.stdout.write(f"  of those right, with exactly its pieces: {exact:.1%}\n")
    for size, right in sorted(sharper.by_size.items()):
        share = right[True] / right.total()
        sys.stdout.write(f"  {size} pieces: {right.total():4}, {share:.0%} right\n")
    share = sharper.certain[True] / sharper.certain.total()
    sys.stdout.write(f"  stated at 0.9 or more: {sharper.certain.total()}, {share:.1%} there\n")


if __name__ == "__main__":
    for factor in (1, 8):
        whole, more = Score(), Sharper()
        for seed in SEEDS:
            judge_chain(*make(seed, drip_factor=factor), score=whole, sharper=more)
        tell_all(f"third chain, small losses x{factor}", whole, more)
