"""A seed of the fourth chain is one retailer, whatever order a process gives its sets."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
#: Seeds in which a bay is emptied of several goods at this part of the range.
SEEDS, SHARE = (3, 5), 0.3
SAY_DIGEST = f"""
import hashlib
from tests.recon.fourth_chain.count import make

for seed in {SEEDS}:
    world, evidence = make(seed, share={SHARE})
    print(hashlib.sha256(repr((world.cases, evidence)).encode()).hexdigest())
"""


def digest(hash_seed: int) -> list[str]:
    """Return what a new process makes of the seeds, as one digest each."""
    said = subprocess.run(
        [sys.executable, "-c", SAY_DIGEST],
        cwd=ROOT,
        env=os.environ | {"PYTHONHASHSEED": str(hash_seed)},
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return said.stdout.split()


def test_a_seed_is_the_same_retailer_in_every_process() -> None:
    first, second = digest(1), digest(2)

    assert len(set(first)) == len(SEEDS)
    assert first == second
