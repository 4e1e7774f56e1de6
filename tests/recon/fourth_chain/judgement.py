"""
Say how often the cause engine is right on retailers nobody tuned it for, cause by cause.

    python -m tests.recon.fourth_chain.judgement --seeds 1 2 3 --losses 1 8

Each seed is another retailer. What is right, abstained and wrong is said as `test_heldout` does.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter

from tests.recon.fourth_chain.count import make
from tests.recon.heldout import World
from tests.recon.test_heldout import Score, measure, tell
from yipan.recon.rules import Evidence

SEEDS = tuple(range(1, 11))


def judge_chain(seed: int, *, drip_factor: int, score: Score, share: float = 1.0) -> None:
    """Let one retailer be explained, and add what came of it to a score."""

    def build(seed: int, *, drip_factor: int) -> tuple[World, Evidence]:
        made, evidence = make(seed, drip_factor=drip_factor, share=share)
        return World(rng=made.rng, cases=made.cases), evidence

    measure(seed, drip_factor=drip_factor, score=score, make=build)


def tell_confusion(score: Score) -> None:
    """Print what was said (columns) of what was there (rows), by number of keys."""
    said = Counter[str]()
    for counter in score.named.values():
        said.update(counter)
    columns = [name for name, _ in said.most_common()]
    sys.stdout.write(f"\n  {'there, said':24}" + "".join(f"{name[:9]:>10}" for name in columns))
    for truth, counter in sorted(score.named.items()):
        cells = "".join(f"{counter[name] or '.':>10}" for name in columns)
        sys.stdout.write(f"\n  {truth:24}{cells}")
    sys.stdout.write("\n")


def tell_deciles(score: Score) -> None:
    """Print for each tenth of stated probability what was there."""
    sys.stdout.write("  deciles of what was stated (stated, seen, how many):\n")
    for tenth in range(10):
        inside = [each for each in score.stated if tenth <= min(each[0], 0.999999) * 10 < tenth + 1]
        if inside:
            stated = sum(probability for probability, _ in inside) / len(inside)
            seen = sum(is_there for _, is_there in inside) / len(inside)
            sys.stdout.write(f"    {tenth / 10:.1f}: {stated:.3f} {seen:.3f} {len(inside)}\n")


def main() -> None:
    """Judge the seeds and levels of small losses that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS)
    parser.add_argument("--losses", type=int, nargs="+", default=(1, 8))
    parser.add_argument("--share", type=float, default=1.0, help="part of the range that is made")
    asked = parser.parse_args()
    for factor in asked.losses:
        total = Score()
        for seed in asked.seeds:
            score = Score()
            judge_chain(seed, drip_factor=factor, score=score, share=asked.share)
            recall, wrong, blamed = score.figures
            sys.stdout.write(
                f"seed {seed} losses x{factor}: {score.total} keys, right {recall:.1%} wrong"
                f" {wrong:.1%} small losses named {blamed:.1%} Brier {score.brier:.3f}"
                f" in {score.seconds:.1f} s\n"
            )
            sys.stdout.flush()
            _add(total, score)
        tell(f"fourth chain, {len(asked.seeds)} retailers, small losses x{factor}", total)
        tell_confusion(total)
        tell_deciles(total)


def _add(total: Score, score: Score) -> None:
    for truth, counter in score.named.items():
        total.named[truth].update(counter)
    total.background.update(score.background)
    total.stated.extend(score.stated)
    total.netted += score.netted
    total.seconds += score.seconds


if __name__ == "__main__":
    main()
