"""Reconciliation at size: the hub against 50 stores of 20,000 SKUs."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from random import Random

from yipan.bench import recon_world
from yipan.bench.recon_world import POSITIONS, SKUS, STORES
from yipan.bench.report import Result, at_least, at_most, measure, tell, tell_load
from yipan.recon.documents import comparing
from yipan.recon.models import Case

DIFFERENCES = 100
TICKETS = 500


def run() -> list[Result]:
    """Fill the chain; compare in full, with nothing that differs, and with 100 differences."""
    now = datetime.now(UTC)
    chance = Random(7)
    filled = measure(lambda: recon_world.fill(now=now))
    full = measure(lambda: comparing.compare(at=now, is_full=True))
    assert Case.objects.count() == 0, "the books begin equal"
    quiet = [measure(lambda: comparing.compare(at=now)) for _ in range(3)]
    pairs = [(chance.choice(STORES), sku) for sku in chance.sample(SKUS, TICKETS + DIFFERENCES)]
    recon_world.sell(pairs[:TICKETS], first=1, now=now)
    traded = measure(lambda: comparing.compare(at=now))
    assert Case.objects.count() == 0, "what both booked is no difference"
    recon_world.part(pairs[TICKETS:], first=TICKETS + 1, now=now)
    began = time.perf_counter()
    compared = comparing.compare(at=now)
    parted = time.perf_counter() - began
    again = measure(lambda: comparing.compare(at=now))
    return [
        tell("filled", filled, unit="seconds"),
        at_least("positions", POSITIONS, target=1_000_000, unit="rows"),
        at_most("in_full", full, target=30, unit="seconds"),
        at_most("nothing_differs", sorted(quiet)[1], target=1, unit="seconds"),
        at_most("nothing_differs_after_500_tickets", traded, target=1, unit="seconds"),
        at_most("hundred_differences", parted, target=5, unit="seconds"),
        at_least("differences_found", compared.differences, target=DIFFERENCES, unit="rows"),
        at_least("cases_with_proof", _count_proved(), target=DIFFERENCES, unit="rows"),
        tell("leaves_read", compared.leaves, unit="leaves"),
        tell("hundred_differences_again", again, unit="seconds"),
        *tell_load(),
    ]


def _count_proved() -> int:
    return Case.objects.filter(cause="hub_only_posting", probability_permille=1_000).count()
