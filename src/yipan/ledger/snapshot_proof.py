"""The proof of the snapshots: the newest of each book equals a replay of what it counts."""

from __future__ import annotations

from django.db import transaction

from yipan.foundation.findings import Finding
from yipan.ledger.calls import call

CHECK = "ledger.snapshots_equal_movements"


def prove_snapshots() -> list[Finding]:
    """
    Replay all movements that the newest snapshot of each book counts, and compare.

    A fault in an earlier one would show: each is the one before plus what changed.
    """
    with transaction.atomic():
        call("set local work_mem = '192MB'")
        rows = call(_BREAKS)
        examined: int = call("select count(*) from ledger_snapshot_balance")[0][0]
    detail = ""
    if rows:
        book, path, status, sku, kept, moved = rows[0]
        detail = (
            f"book {book}, place {path}, status {status}, SKU {sku}: the snapshot says "
            f"{kept or 0}, its movements add up to {moved or 0}"
        )
    return [Finding(check=CHECK, ok=not rows, detail=detail, count=len(rows), examined=examined)]


_BREAKS = """
    with newest as (
      select distinct on (book_id) * from ledger_snapshot order by book_id, ends_at desc),
    kept as (
      select distinct on (b.place_id, b.sku_id, b.status)
             b.place_id, b.sku_id, b.status, b.quantity
        from ledger_snapshot_balance b
       order by b.place_id, b.sku_id, b.status, b.snapshot_id desc),
    moved as (
      select p.book_id, leg.place_id, m.sku_id, leg.status, sum(leg.change) as quantity
        from ledger_movement m
       cross join lateral (values (m.from_place, m.from_status, -m.quantity),
                                  (m.to_place, m.to_status, m.quantity))
             leg (place_id, status, change)
        join ledger_place p on p.place_id = leg.place_id and p.floor is not null
        join newest n on n.book_id = p.book_id
                     and m.recorded_at <= n.recorded_until and m.occurred_at <= n.ends_at
       group by p.book_id, leg.place_id, m.sku_id, leg.status)
    select k.code, p.path, coalesce(kept.status, moved.status), s.code, kept.quantity,
           moved.quantity
      from kept full join moved using (place_id, sku_id, status)
      join ledger_place p on p.place_id = coalesce(kept.place_id, moved.place_id)
      join ledger_book k on k.book_id = p.book_id
      join ledger_sku s on s.sku_id = coalesce(kept.sku_id, moved.sku_id)
     where coalesce(kept.quantity, 0) <> coalesce(moved.quantity, 0)
     order by k.code collate "C", p.path collate "C", s.code collate "C"
     limit 1000
"""
