"""Proofs of the ledger over the live database. Each is one statement, so it sees one moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import LiteralString

from django.db import DatabaseError, transaction

from yipan.foundation.findings import Finding
from yipan.foundation.ids import get_text_bucket
from yipan.ledger.calls import call


@dataclass(frozen=True, kw_only=True, slots=True)
class _Check:
    """`breaks` selects one row per break with a text that names it; `examined` counts."""

    name: str
    examined: LiteralString
    breaks: LiteralString


def prove_ledger() -> list[Finding]:
    """
    Prove that the books hold: what was posted is whole, and what is derived follows from it.

    Returns one finding per check, in the same order every time. Never raises for what it finds.
    """
    findings = [_run(check) for check in _CHECKS]
    findings.append(_prove_buckets())
    return findings


def _run(check: _Check) -> Finding:
    try:
        with transaction.atomic():
            # Aggregates over all movements: in memory where there is some.
            call("set local work_mem = '192MB'")
            call("set local hash_mem_multiplier = 2")
            # Whatever the statistics say: everything is looked at, so nothing is looked up.
            call("set local enable_nestloop = off")
            examined: int = call(check.examined)[0][0]
            rows = call(
                'select count(*), min(detail collate "C") from (' + check.breaks + ") b (detail)"
            )
    except DatabaseError as error:
        return Finding(check=check.name, ok=False, detail=f"could not be checked: {error}", count=1)
    count, first = rows[0]
    return Finding(
        check=check.name, ok=count == 0, detail=first or "", count=count, examined=examined
    )


def _prove_buckets() -> Finding:
    rows = call("select code, bucket from ledger_sku order by code")
    wrong = [code for code, bucket in rows if bucket != get_text_bucket(code)]
    detail = f"SKU {wrong[0]} lies in another bucket than its code says" if wrong else ""
    return Finding(
        check="ledger.buckets_follow_codes",
        ok=not wrong,
        detail=detail,
        count=len(wrong),
        examined=len(rows),
    )


_SUMS_ARE_ZERO = _Check(
    name="ledger.sums_are_zero",
    examined="select count(*) from (select distinct bucket, sku_id from ledger_balance) b",
    breaks="""
    select format('book %s, SKU %s: all accounts together hold %s and not 0',
                  k.code, s.code, x.total)
      from (select p.book_id, b.sku_id, sum(b.quantity) as total
              from ledger_balance b join ledger_place p on p.place_id = b.place_id
             group by p.book_id, b.sku_id having sum(b.quantity) <> 0) x
      join ledger_book k on k.book_id = x.book_id
      join ledger_sku s on s.sku_id = x.sku_id
    """,
)
_BALANCES_FOLLOW = _Check(
    name="ledger.balances_equal_movements",
    examined="select count(*) from ledger_movement",
    breaks="""
    with moved as (
      select bucket, sku_id, place_id, status, sum(quantity) as quantity
        from (select bucket, sku_id, from_place as place_id, from_status as status,
                     -quantity as quantity from ledger_movement
               union all
              select bucket, sku_id, to_place, to_status, quantity from ledger_movement) c
       group by bucket, sku_id, place_id, status)
    select format('place %s, status %s, SKU %s: the balance is %s, its movements add up to %s',
                  p.path, status, s.code, b.quantity, m.quantity)
      from moved m full join ledger_balance b using (bucket, sku_id, place_id, status)
      left join ledger_place p using (place_id)
      left join ledger_sku s using (sku_id)
     where coalesce(m.quantity, 0) <> coalesce(b.quantity, 0)
        or (m.sku_id is not null and b.sku_id is null)
    """,
)
_OVERDRAFTS_FOLLOW = _Check(
    name="ledger.overdrafts_follow_balances",
    examined="select count(*) from ledger_balance",
    breaks="""
    select format('place %s, status %s, SKU %s: quantity %s, floor %s (of the place %s), '
                  'overdraft %s',
                  p.path, b.status, s.code, b.quantity, b.floor, p.floor, b.overdraft)
      from ledger_balance b
      left join ledger_place p on p.place_id = b.place_id
      left join ledger_sku s on s.sku_id = b.sku_id
     where b.overdraft <> coalesce(greatest(0, b.floor - b.quantity), 0)
        or b.floor is distinct from p.floor
    """,
)
_OVERDRAFTS_TOLD = _Check(
    name="ledger.overdrafts_have_shortfalls",
    examined="select count(*) from ledger_balance where overdraft > 0",
    breaks="""
    select format('place %s, SKU %s: overdrawn by %s without a shortfall',
                  p.path, s.code, b.overdraft)
      from ledger_balance b
      join ledger_place p on p.place_id = b.place_id
      join ledger_sku s on s.sku_id = b.sku_id
     where b.overdraft > 0 and not exists (
       select from ledger_shortfall f where f.bucket = b.bucket and f.sku_id = b.sku_id
          and f.place_id = b.place_id and f.status = b.status)
    """,
)
_POSTINGS_WHOLE = _Check(
    name="ledger.postings_have_movements",
    examined="select count(*) from ledger_posting",
    breaks="""
    select format('book %s, origin %s: a header without movements', k.code, h.origin)
      from ledger_posting h join ledger_book k on k.book_id = h.book_id
      left join (select distinct event_id from ledger_movement) m on m.event_id = h.event_id
     where m.event_id is null
    """,
)
_REQUESTS_WHOLE = _Check(
    name="ledger.outcomes_have_movements",
    examined="select count(*) from ledger_request",
    breaks="""
    select format(case when q.refused_line is null then 'request %s: accepted, without movements'
                       else 'request %s: refused, with movements' end, q.event_id)
      from ledger_request q
      left join (select distinct event_id from ledger_movement) m on m.event_id = q.event_id
     where (q.refused_line is null) <> (m.event_id is not null)
    """,
)
_MOVEMENTS_OWNED = _Check(
    name="ledger.movements_belong_to_postings",
    examined="select count(distinct event_id) from ledger_movement",
    breaks="""
    select format('event %s: movements without a header or an accepted request', m.event_id)
      from (select distinct event_id from ledger_movement) m
      left join ledger_posting h on h.event_id = m.event_id
      left join ledger_request q on q.event_id = m.event_id and q.refused_line is null
     where h.event_id is null and q.event_id is null
    """,
)
_RECORDED_TOGETHER = _Check(
    name="ledger.movements_match_headers",
    examined="select count(*) from ledger_movement",
    breaks="""
    select format('book %s, origin %s: a movement of another moment or book than its header',
                  k.code, h.origin)
      from ledger_movement m
      join ledger_posting h on h.event_id = m.event_id
      join ledger_book k on k.book_id = h.book_id
      join ledger_place f on f.place_id = m.from_place
      join ledger_place t on t.place_id = m.to_place
     where m.recorded_at <> h.recorded_at or m.occurred_at <> h.occurred_at
        or f.book_id <> h.book_id or t.book_id <> h.book_id
    """,
)
_KEYS_KNOWN = _Check(
    name="ledger.keys_are_known",
    examined="select count(*) from ledger_balance",
    breaks="""
    select format('balance of SKU %s at place %s: an id or a bucket that nobody gave',
                  b.sku_id, b.place_id)
      from ledger_balance b
      left join ledger_place p on p.place_id = b.place_id
      left join ledger_sku s on s.sku_id = b.sku_id and s.bucket = b.bucket
     where p.place_id is null or s.sku_id is null
     union all
    select format('origin %s: a header in another bucket than its id', origin)
      from ledger_posting where bucket <> (get_byte(uuid_send(event_id), 15) & 63)
     union all
    select format('request %s: in another bucket than its id', event_id)
      from ledger_request where bucket <> (get_byte(uuid_send(event_id), 15) & 63)
    """,
)
_REVERSALS_MATCH = _Check(
    name="ledger.reversals_match",
    examined="select count(*) from ledger_reversal",
    breaks="""
    select format('origin %s: says to reverse %s, and the reversal says otherwise',
                  h.origin, h.reverses)
      from ledger_posting h
      full join ledger_reversal r on r.reversal_event_id = h.event_id
     where (h.reverses is not null or r.event_id is not null)
       and h.reverses is distinct from r.event_id
    """,
)
_FINAL = _Check(
    name="ledger.tables_are_final",
    examined="select count(*) from pg_trigger where tgname ~ '(is_final|not_truncated)$'",
    breaks=r"""
    select format('table %s: nothing stops %s', c.oid::regclass, kind.word)
      from pg_class c
     cross join (values ('UPDATE and DELETE', '_is_final$'),
                        ('TRUNCATE', 'not_truncated$')) kind (word, pattern)
     where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
       and c.relname ~ '^ledger_(movement|posting|reversal|request|shortfall)'
       and not exists (select from pg_trigger t where t.tgrelid = c.oid and t.tgname ~ kind.pattern
                          and t.tgenabled in ('O', 'A'))
    """,
)
_MONTHS_OPEN = _Check(
    name="ledger.next_month_is_open",
    examined="select count(*) from pg_inherits where inhparent = 'ledger_movement'::regclass",
    breaks="""
    select format('month %s is not open', to_char(n, 'YYYYMM'))
      from generate_series(now() at time zone 'UTC', now() at time zone 'UTC' + interval '1 month',
                           interval '1 month') n
     where to_regclass('ledger_movement_' || to_char(n, 'YYYYMM')) is null
        or to_regclass('ledger_request_' || to_char(n, 'YYYYMM')) is null
    """,
)
_CHECKS = (
    _SUMS_ARE_ZERO,
    _BALANCES_FOLLOW,
    _OVERDRAFTS_FOLLOW,
    _OVERDRAFTS_TOLD,
    _POSTINGS_WHOLE,
    _REQUESTS_WHOLE,
    _MOVEMENTS_OWNED,
    _RECORDED_TOGETHER,
    _KEYS_KNOWN,
    _REVERSALS_MATCH,
    _FINAL,
    _MONTHS_OPEN,
)
