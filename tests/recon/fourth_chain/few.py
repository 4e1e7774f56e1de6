"""
How far the learned table is to be believed of a few differences (`DIFFERENCES_TO_BELIEVE`).

    python -m tests.recon.fourth_chain.few --seeds 201 206

Of each retailer only some keys are counted, drawn by chance, so that about so many differ. Each
such count is weighed by itself, and what the table says of each cause that may be at work is held
against the truth, for several numbers of differences that would move it half as far as it may. The
figure is the mean log loss of all causes at a key, in nats: the less the better.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from random import Random

from tests.recon.fourth_chain.count import make
from tests.recon.fourth_chain.fitting import LOSSES, look
from tests.recon.heldout import Case
from yipan.recon.rules import Cause, Evidence, Key
from yipan.recon.rules.scorecard import SHIFT_MAX, read_learned
from yipan.recon.rules.traits import Traits, describe

SIZES = (1, 3, 10, 30, 100)
#: Counts of each size of a retailer: of small ones many, or chance would decide.
COUNTS = {1: 40, 3: 16, 10: 6, 30: 3, 100: 1}
#: None moves as far as the table may, whatever the number; the last one hardly ever.
TO_BELIEVE = (0.0, 3.0, 10.0, 30.0, 100.0, 1e9)


def draw_some(evidence: Evidence, *, differences: int, rng: Random) -> Evidence:
    """Return what is known of a count of some of the keys, of which about so many differ."""
    open_ones = [each for each in evidence.differences if each.quantity and not each.was_copied]
    share = min(1.0, differences / len(open_ones))
    chosen = rng.sample(open_ones, min(differences, len(open_ones)))
    keys = {each.key for each in chosen}
    return Evidence(
        differences=chosen,
        lines={key: lines for key, lines in evidence.lines.items() if key in keys},
        expected={key: papers for key, papers in evidence.expected.items() if key in keys},
        goods=evidence.goods,
        counted={group: max(1, round(many * share)) for group, many in evidence.counted.items()},
    )


def lose(traits: dict[Cause, Traits], there: set[Cause], *, differences: int) -> list[float]:
    """Return the log loss of a key for each number that might be believed."""
    learned, found = read_learned(), []
    for many in TO_BELIEVE:
        part = differences / (differences + many)
        shares = learned.weigh(traits, differences=differences, most=SHIFT_MAX * part)
        found.append(
            -sum(
                math.log(max(1e-9, share if cause in there else 1 - share))
                for cause, share in shares.items()
            )
        )
    return found


def name_truth(cases: Sequence[Case]) -> dict[Key, set[Cause]]:
    """Return what is at work at each key."""
    there: dict[Key, set[Cause]] = defaultdict(set)
    for case in cases:
        for key in case.deltas:
            there[key].add(case.cause)
    return there


def main() -> None:
    """Measure, and print a line for each size of a count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs=2, default=(201, 206))
    asked = parser.parse_args()
    lost = {size: [0.0] * len(TO_BELIEVE) for size in SIZES}
    keys: Counter[int] = Counter()
    for seed in range(asked.seeds[0], asked.seeds[1] + 1):
        for losses in LOSSES:
            world, evidence = make(seed, drip_factor=losses)
            there, rng = name_truth(world.cases), Random(seed)
            for size in SIZES:
                for _ in range(COUNTS[size]):
                    around = look(draw_some(evidence, differences=size, rng=rng))
                    for key in around.sights:
                        traits = describe(key, around)
                        found = lose(traits, there[key], differences=len(around.sights))
                        lost[size] = [a + b for a, b in zip(lost[size], found, strict=True)]
                        keys[size] += 1
    heads = "".join(f"{'never' if many > 1e6 else f'{many:g}':>9}" for many in TO_BELIEVE)
    sys.stdout.write(f"{'differences':>11}{'keys':>7}{heads}\n")
    for size in SIZES:
        cells = "".join(f"{each / keys[size]:9.4f}" for each in lost[size])
        sys.stdout.write(f"{size:11}{keys[size]:7}{cells}\n")


if __name__ == "__main__":
    main()
