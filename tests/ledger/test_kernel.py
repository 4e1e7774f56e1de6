"""Goal: the kernel is exact. Method: random postings against a model, alone and side by side."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections

from tests.ledger import kernel_check
from tests.ledger.kernel_check import Journal, Workload
from yipan.ledger.moves import BatchRequest

#: Function, what is written there, what a fault would write instead. Each was once a real slip.
PLANTED = {
    "need_is_ignored": (
        "ledger_post_batch",
        "and (u.need is null or b.floor is null or b.quantity - u.need >= b.floor)",
        "",
    ),
    "net_in_place_of_need": (
        "ledger_post_batch",
        "b.quantity - u.need >=",
        "b.quantity + u.net >=",
    ),
    "guard_is_ignored": ("ledger_post_exact", "p_guard[v_next] and", ""),
    "floor_is_loosened": (
        "ledger_post_exact",
        "< v_floor[p_from[v_next]]",
        "< v_floor[p_from[v_next]] - 2",
    ),
    "nothing_is_undone": (
        "ledger_post_exact",
        "for v_undo in v_line..v_next-1",
        "for v_undo in 1..0",
    ),
    "outcome_is_not_stored": ("ledger_post_exact", "u.outcome = 0;", "false;"),
    "facts_do_not_count": (
        "ledger_post_facts",
        "b.quantity + p_net[u.o],",
        "b.quantity + 0 * p_net[u.o],",
    ),
    "new_accounts_begin_empty": (
        "ledger_post_facts",
        "p_status[n.o], p_net[n.o], place.floor",
        "p_status[n.o], 0, place.floor",
    ),
    "shortfall_is_not_told": ("ledger_post_facts", "if v_low is not null", "if false"),
    "digest_is_not_compared": ("ledger_post_exact", "when q.digest <> u.d then 4", ""),
}


def plant(fault: str) -> None:
    """Replace a function by one with a fault in it, until the transaction is rolled back."""
    function, text, other = PLANTED[fault]
    with connection.cursor() as cursor:
        cursor.execute("select pg_get_functiondef(%s::regproc)", [function])
        [definition] = cursor.fetchone() or [""]
        assert text in definition
        cursor.execute(definition.replace(text, other))


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(8))
def test_one_connection_answers_what_the_model_does(seed: int) -> None:
    assert kernel_check.run_alone(seed=seed, batches=120) == []


@pytest.mark.django_db
def test_the_fast_path_alone_answers_what_the_model_does() -> None:
    assert kernel_check.run_alone(seed=1, batches=400, is_calm=True) == []


@pytest.mark.django_db
@pytest.mark.parametrize("fault", PLANTED)
def test_the_check_finds_a_planted_fault(fault: str) -> None:
    plant(fault)

    found = kernel_check.run_alone(seed=1, batches=400, is_calm=fault == "net_in_place_of_need")

    assert found != []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("connections_count", [4, 8])
def test_connections_side_by_side_lose_and_double_nothing(connections_count: int) -> None:
    kernel_check.open_stock()
    sent: list[BatchRequest] = []
    workloads = [Workload(seed, sent=sent) for seed in range(connections_count)]

    journal = drive_side_by_side(workloads, batches=60)

    assert kernel_check.find_faults(journal) == []


@pytest.mark.django_db(transaction=True)
def test_the_check_finds_a_missing_lock() -> None:
    kernel_check.open_stock()
    sent: list[BatchRequest] = []
    workloads = [Workload(seed, sent=sent) for seed in range(8)]
    with connection.cursor() as cursor:
        cursor.execute("select pg_get_functiondef('ledger_post_exact'::regproc)")
        [sound] = cursor.fetchone() or [""]
        assert "for no key update of b" in sound
        cursor.execute(sound.replace("for no key update of b", ""))

    try:
        journal = drive_side_by_side(workloads, batches=60)
    finally:
        with connection.cursor() as cursor:
            cursor.execute(sound)

    assert kernel_check.find_faults(journal) != []


def drive_side_by_side(workloads: list[Workload], *, batches: int) -> Journal:
    def drive(workload: Workload) -> Journal:
        try:
            return kernel_check.drive(workload, batches=batches, journal=Journal())
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(workloads)) as pool:
        journals = list(pool.map(drive, workloads))
    return Journal(
        asked=[it for journal in journals for it in journal.asked],
        booked=[it for journal in journals for it in journal.booked],
        faults=[it for journal in journals for it in journal.faults],
    )
