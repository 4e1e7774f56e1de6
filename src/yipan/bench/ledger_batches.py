"""Batches on one connection, one after another, against the most that PostgreSQL can do."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from random import Random
from typing import Any

from psycopg import sql

from yipan.bench.ledger_world import (
    HOT,
    SET_ASIDE,
    SHELF,
    SHORT_SHARE,
    SKUS,
    Batch,
    Connection,
    Slot,
    Slots,
    make_requests,
    measure,
    pack_batches,
)
from yipan.foundation.ids import make_id
from yipan.ledger.accounts import Directory

#: Many short slots, so that a busy moment weighs on what is compared alike.
ROUNDS = 7
SIZE = 512
#: Per slot, so that each takes some tenths of a second.
REQUESTS = 16 * SIZE
COPY_ROWS = 40_000
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)

Case = Callable[[Connection, Directory, Random], Slot]


def run_rounds(own: Connection, directory: Directory, *, seed: int = 1) -> Slots:
    """Run all cases in turn, round after round, so that a busy moment weighs on all alike."""
    chance = Random(seed)
    _create_write_only(own)
    slots: Slots = {name: [] for name in CASES}
    for case in CASES.values():  # warm up: plans, caches, pages
        case(own, directory, chance)
    for _ in range(ROUNDS):
        for name, case in CASES.items():
            slots[name].append(case(own, directory, chance))
    return slots


def measure_promises(own: Connection, directory: Directory, chance: Random) -> Slot:
    """Measure promises of one line over all SKUs, in batches."""
    return _post(own, directory, make_requests(chance, count=REQUESTS))


def _post(
    own: Connection,
    directory: Directory,
    requests: Sequence[Any],
    *,
    change: Callable[[Batch], Batch] = lambda batch: batch,
) -> Slot:
    batches = [change(batch) for batch in pack_batches(directory, requests, size=SIZE)]

    def work() -> None:
        for statement, parameters in batches:
            own.execute(statement, parameters, prepare=True)

    return measure(own, work, rows=len(requests))


def measure_hot(own: Connection, directory: Directory, chance: Random) -> Slot:
    """Measure promises of one line, all of one SKU, in batches."""
    return _post(own, directory, make_requests(chance, count=2 * REQUESTS, is_hot=True))


def _three_lines(own: Connection, directory: Directory, chance: Random) -> Slot:
    return _post(own, directory, make_requests(chance, count=REQUESTS // 2, lines=3))


def _three_lines_hot(own: Connection, directory: Directory, chance: Random) -> Slot:
    requests = make_requests(chance, count=REQUESTS, lines=3, is_hot=True)
    return _post(own, directory, requests)


def _short(own: Connection, directory: Directory, chance: Random) -> Slot:
    return _post(own, directory, make_requests(chance, count=REQUESTS, short=SHORT_SHARE))


def _exact(own: Connection, directory: Directory, chance: Random) -> Slot:
    def change(batch: Batch) -> Batch:
        parameters = batch[1]
        # All but `need` and `net`, which only the fast path takes.
        return _POST_EXACT, [*parameters[:8], parameters[9], *parameters[11:]]

    return _post(own, directory, make_requests(chance, count=REQUESTS), change=change)


def _write_only(own: Connection, directory: Directory, chance: Random) -> Slot:
    def change(batch: Batch) -> Batch:
        return batch[0].replace("ledger_post_batch", "bench_write_only"), batch[1]

    return _post(own, directory, make_requests(chance, count=REQUESTS), change=change)


def _copy(rows_per_commit: int) -> Case:
    def case(own: Connection, directory: Directory, chance: Random) -> Slot:
        parts = [
            _encode_rows(directory, chance, count=rows_per_commit)
            for _ in range(COPY_ROWS // rows_per_commit)
        ]

        def work() -> None:
            for part in parts:
                with own.cursor().copy(_COPY) as copy:
                    copy.write(part)

        return measure(own, work, rows=COPY_ROWS)

    return case


def _encode_rows(directory: Directory, chance: Random, *, count: int) -> bytes:
    """Return movements in the binary format of COPY."""
    from_place, from_status = directory.accounts[SHELF]
    to_place, to_status = directory.accounts[SET_ASIDE]
    occurred = int((datetime.now(UTC) - _EPOCH).total_seconds() * 1_000_000)
    encode = struct.Struct("!h ih ii ii ii ih ih iq iq i16s").pack
    rows = []
    for _ in range(count):
        sku, bucket = directory.skus[chance.choice(SKUS)]
        rows.append(
            encode(
                *(9, 2, bucket, 4, sku, 4, from_place, 4, to_place),
                *(2, from_status, 2, to_status, 8, 1, 8, occurred, 16, make_id().bytes),
            )
        )
    return b"PGCOPY\n\xff\r\n\0" + struct.pack("!ii", 0, 0) + b"".join(rows) + struct.pack("!h", -1)


def _create_write_only(own: Connection) -> None:
    """Create a function that writes the same rows and decides nothing: the floor of K17."""
    own.execute(sql.SQL("drop function if exists bench_write_only"))
    own.execute(_WRITE_ONLY)


CASES: dict[str, Case] = {
    "copy_500": _copy(500),
    "promises": measure_promises,
    "write_only": _write_only,
    "copy_10000": _copy(10_000),
    "hot": measure_hot,
    "exact": _exact,
    "three_lines": _three_lines,
    "three_lines_hot": _three_lines_hot,
    "short": _short,
}
assert HOT in SKUS

_COPY = """
    copy ledger_movement (bucket, sku_id, from_place, to_place, from_status, to_status, quantity,
                          occurred_at, event_id) from stdin (format binary)
"""
_POST_EXACT = """
    select ledger_post_exact(
        %s::uuid[], %s::smallint[], %s::bigint[], %s::timestamptz[],
        %s::smallint[], %s::int[], %s::int[], %s::smallint[], %s::bigint[],
        %s::int[], %s::int[], %s::int[], %s::bigint[], %s::boolean[])
"""
_WRITE_ONLY = """
    create function bench_write_only(
      p_event uuid[], p_event_bucket smallint[], p_digest bigint[], p_occurred timestamptz[],
      p_bucket smallint[], p_sku int[], p_place int[], p_status smallint[],
      p_need bigint[], p_fact bigint[], p_net bigint[],
      p_request int[], p_from int[], p_to int[], p_quantity bigint[], p_guard boolean[]
    ) returns smallint[] language plpgsql
      set plan_cache_mode = force_generic_plan set enable_hashjoin = off
      set enable_mergejoin = off set enable_seqscan = off as $$
    begin
      insert into ledger_request (bucket, event_id, digest)
      select b, e, d from unnest(p_event_bucket, p_event, p_digest) u(b, e, d) order by b, e;
      update ledger_balance b set quantity = b.quantity + u.net
        from unnest(p_bucket, p_sku, p_place, p_status, p_net) u(b, k, p, s, net)
       where b.bucket = u.b and b.sku_id = u.k and b.place_id = u.p and b.status = u.s;
      insert into ledger_movement (bucket, sku_id, from_place, from_status, to_place, to_status,
                                   quantity, occurred_at, event_id)
      select p_bucket[l.f], p_sku[l.f], p_place[l.f], p_status[l.f], p_place[l.t], p_status[l.t],
             l.q, p_occurred[l.r], p_event[l.r]
        from unnest(p_request, p_from, p_to, p_quantity) l(r, f, t, q);
      return null;
    end $$
"""
