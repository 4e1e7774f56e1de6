"""The stock ledger against the limit of PostgreSQL: the ratios of docs/internals/ledger.md.

Numerators and denominators are measured in turn in one run. CPU is that of the PostgreSQL backend;
it is steadier than wall time on a shared machine.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from random import Random
from statistics import median

from yipan.bench import ledger_batches, ledger_pgbench, ledger_requesters
from yipan.bench.ledger_requesters import Runs
from yipan.bench.ledger_world import (
    BOOK,
    SHELF,
    SKUS,
    Connection,
    Slots,
    connect,
    copy_database,
    cpus,
    fill,
    make_directory,
    rates,
    take_median_rate,
)
from yipan.bench.report import (
    Result,
    at_least,
    at_most,
    take_median_ratio,
    tell,
    tell_load,
    tell_spread,
)
from yipan.ledger import posting
from yipan.ledger.accounts import Directory
from yipan.ledger.moves import FactPosting, Move, Trace
from yipan.ledger.proof import prove_ledger

ROUNDS = 5
MOVEMENTS = 1_000_000
POSTINGS_PER_RUN = 500
LINES_PER_POSTING = 4


def run() -> list[Result]:
    """Measure everything, which takes some three minutes; return the figures in the order of K."""
    fill()
    directory = make_directory()
    results = tell_load()
    with copy_database() as empty, connect() as own:
        results += _measure_facts()
        results += _measure_proof()
        results += _measure_history(own, empty=empty, directory=directory)
        results += _judge_batches(ledger_batches.run_rounds(own, directory))
        results += _judge_requesters(ledger_requesters.run_rounds(directory))
        results += _measure_pgbench(own, directory)
    results += tell_load()[:1]
    return results


def _measure_history(own: Connection, *, empty: Connection, directory: Directory) -> list[Result]:
    """Compare a ledger with a million movements with a copy taken before the first of them."""
    chance = Random(0)
    full_cpu, empty_cpu = [], []
    for number in range(ROUNDS + 1):
        at_empty = ledger_batches.measure_promises(empty, directory, chance).cpu
        at_full = ledger_batches.measure_promises(own, directory, chance).cpu
        if number > 0:  # the first round warms up
            empty_cpu.append(at_empty)
            full_cpu.append(at_full)
    if min(empty_cpu) == 0:
        return []
    ratio = take_median_ratio(full_cpu, empty_cpu)
    return [at_most("K12_cpu_at_1M_movements_vs_empty", ratio, target=1.2)]


def _measure_facts() -> list[Result]:
    """Book facts through the Python door, packing and headers included, until there are many."""
    chance = Random(0)
    speeds = []
    per_run = POSTINGS_PER_RUN * LINES_PER_POSTING
    for number in range(MOVEMENTS // per_run):
        run_of_sales = [
            _make_sale(chance, sequence=number * POSTINGS_PER_RUN + position + 1)
            for position in range(POSTINGS_PER_RUN)
        ]
        began = time.perf_counter()
        posting.post_facts(book=BOOK, postings=run_of_sales)
        speeds.append(per_run / (time.perf_counter() - began))
    return [at_least("facts_through_the_door", median(speeds), unit="movements/s", target=20_000)]


def _make_sale(chance: Random, *, sequence: int) -> FactPosting:
    return FactPosting(
        origin=f"ticket/T-{sequence}/post",
        occurred_at=datetime.now(UTC),
        moves=[
            Move(sku=sku, from_account=SHELF, to_account="customer", quantity=1)
            for sku in chance.sample(SKUS, LINES_PER_POSTING)
        ],
        trace=Trace(actor="bench", source="till:B1-1/stock", sequence=sequence),
    )


def _measure_proof() -> list[Result]:
    began = time.perf_counter()
    findings = prove_ledger()
    seconds = time.perf_counter() - began
    breaks = sum(not it.ok for it in findings)
    return [
        at_most("prove_1M_movements", seconds, unit="s", target=20),
        at_most("prove_breaks", breaks, unit="checks", target=0),
    ]


def _judge_batches(slots: Slots) -> list[Result]:
    def rate_ratio(above: str, below: str, *, per: int = 1) -> float:
        return per * take_median_ratio(rates(slots, above), rates(slots, below))

    def cpu_ratio(above: str, below: str) -> float:
        return take_median_ratio(cpus(slots, above), cpus(slots, below))

    told = [tell(f"{case}_rate", take_median_rate(slots, case), unit="1/s") for case in slots] + [
        tell(f"{case}_cpu", median(cpus(slots, case)), unit="us") for case in slots
    ]
    # Another machine's backend shows no CPU.
    is_local = min(cpus(slots, "copy_500")) > 0
    judged = [
        at_least("K2_rate_vs_copy_500", rate_ratio("promises", "copy_500"), target=0.3),
        at_least("K3_rate_vs_copy_10000", rate_ratio("promises", "copy_10000"), target=0.2),
        at_least("K7_hot_vs_uniform", rate_ratio("hot", "promises"), target=1.5),
        at_least(
            "K7_three_lines_hot_vs_uniform",
            rate_ratio("three_lines_hot", "three_lines"),
            target=1.0,
        ),
        at_least(
            "K9_lines_of_three_vs_one",
            rate_ratio("three_lines", "promises", per=3),
            target=1.2,
        ),
        at_least("K17_rate_vs_write_only", rate_ratio("promises", "write_only"), target=0.9),
    ]
    if is_local:
        judged += [
            at_most("K1_cpu_vs_copy_500", cpu_ratio("promises", "copy_500"), target=3.5),
            at_most("K10_cpu_exact_vs_fast", cpu_ratio("exact", "promises"), target=1.7),
            at_most("K11_cpu_short_vs_none", cpu_ratio("short", "promises"), target=2.0),
            at_most(
                "K17_cpu_vs_write_only",
                cpu_ratio("promises", "write_only"),
                target=1.15,
            ),
        ]
    return told + judged


def _judge_requesters(runs: Runs) -> list[Result]:
    def ratio(above: str, below: str) -> float:
        return take_median_ratio([it.rate for it in runs[above]], [it.rate for it in runs[below]])

    p50 = take_median_ratio(
        [it.p50_ms for it in runs["batched_8"]], [it.p50_ms for it in runs["one_call_8"]]
    )

    def cpu_ratio(above: str, below: str) -> float:
        return take_median_ratio([it.cpu for it in runs[above]], [it.cpu for it in runs[below]])

    def spread(name: str, above: str, below: str) -> list[Result]:
        return tell_spread(name, [it.rate for it in runs[above]], [it.rate for it in runs[below]])

    told = [
        tell(f"{case}_rate", median(it.rate for it in slots), unit="1/s")
        for case, slots in runs.items()
    ]
    # On a busy machine sixteen backends get more of it than one: then CPU tells, and not rates.
    told += [
        tell("K4_cpu_one_call_vs_batched", cpu_ratio("one_call_64", "batched_64"), unit="ratio"),
        tell(
            "K6_cpu_by_hand_vs_hot", cpu_ratio("by_hand_512_hot", "batched_512_hot"), unit="ratio"
        ),
        tell("K8_cpu_one_call_vs_batched", cpu_ratio("one_call_8", "batched_8"), unit="ratio"),
        *spread("K6", "batched_512_hot", "by_hand_512_hot"),
        *spread("K8", "batched_8", "one_call_8"),
    ]
    return [
        *told,
        at_least(
            "K4_batched_vs_one_call_each",
            ratio("batched_64", "one_call_64"),
            target=4,
        ),
        at_least("K5_the_same_hot", ratio("batched_64_hot", "one_call_64_hot"), target=20),
        at_least(
            "K6_hot_vs_by_hand",
            ratio("batched_512_hot", "by_hand_512_hot"),
            target=50,
        ),
        tell("K6_of_64_requesters", ratio("batched_64_hot", "by_hand_64_hot"), unit="ratio"),
        at_least("K8_of_8_requesters", ratio("batched_8", "one_call_8"), target=1.5),
        at_most("K8_p50_vs_one_call_each", p50, target=1.0),
    ]


def _measure_pgbench(own: Connection, directory: Directory) -> list[Result]:
    pgbench = ledger_pgbench.find_pgbench()
    if pgbench is None:
        return []
    ledger_pgbench.prepare(pgbench, own)
    chance = Random(2)
    promises, hot, tpc_b, uniform, one_row = [], [], [], [], []
    for _ in range(ROUNDS):
        promises.append(ledger_batches.measure_promises(own, directory, chance).rate)
        tpc_b.append(ledger_pgbench.measure_tpc_b(pgbench))
        uniform.append(ledger_pgbench.measure_uniform(pgbench))
        hot.append(ledger_batches.measure_hot(own, directory, chance).rate)
        one_row.append(ledger_pgbench.measure_hot(pgbench))
    return [
        tell("pgbench_tpc_b_rate", median(tpc_b), unit="1/s"),
        tell("pgbench_reserve_rate", median(uniform), unit="1/s"),
        tell("pgbench_reserve_hot_rate", median(one_row), unit="1/s"),
        at_least("K14_vs_tpc_b", take_median_ratio(promises, tpc_b), target=6),
        at_least("K15_vs_by_hand", take_median_ratio(promises, uniform), target=2.5),
        at_least("K15_hot_vs_by_hand", take_median_ratio(hot, one_row), target=20),
    ]
