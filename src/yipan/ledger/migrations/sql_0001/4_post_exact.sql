-- Exact path. Outcome per request: 1 accepted, 0 refused, 2 / 3 was accepted / refused before, 4 id used for other content.
create function ledger_post_exact(
  p_event uuid[], p_event_bucket smallint[], p_digest bigint[], p_occurred timestamptz[],    -- per request
  p_bucket smallint[], p_sku int[], p_place int[], p_status smallint[], p_fact bigint[],     -- per account, distinct, sorted
  p_request int[], p_from int[], p_to int[], p_quantity bigint[], p_guard boolean[]          -- per line, in order of arrival
) returns smallint[] language plpgsql
  security definer set search_path = public, pg_temp
  set plan_cache_mode = force_generic_plan set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off as $$
declare
  v_requests int := cardinality(p_event); v_lines int := cardinality(p_request);
  v_outcome smallint[] := array_fill(1::smallint, array[v_requests]);
  v_refused smallint[] := array_fill(null::smallint, array[v_requests]);
  v_mine uuid[]; v_new int[]; v_low int[]; v_overdraft bigint[]; v_balance bigint[]; v_before bigint[]; v_floor bigint[];
  v_short boolean := false; v_line int := 1; v_next int; v_request int; v_undo int; v_bad int;
begin
  -- 1 requests: one insert in key order; the first occurrence of a new id is ours
  with mine as (
    insert into ledger_request (bucket, event_id, digest)
    select b, e, d from unnest(p_event_bucket, p_event, p_digest) with ordinality u(b, e, d, o) order by b, e, o
    on conflict do nothing returning event_id)
  select coalesce(array_agg(event_id), '{}') into v_mine from mine;
  if cardinality(v_mine) < v_requests then
    select array_agg(case when x.nth = 1 and x.e = any (v_mine) then 1 else 9 end::smallint order by x.o) into v_outcome
      from (select u.e, u.o, row_number() over (partition by u.e order by u.o) nth
              from unnest(p_event) with ordinality u(e, o)) x;
  end if;
  -- 2 open accounts that were never used, then lock all in key order and load them
  select array_agg(u.o order by u.o) into v_new from unnest(p_bucket, p_sku, p_place, p_status) with ordinality u(b, k, p, s, o)
   where not exists (select from ledger_balance b where b.bucket = u.b and b.sku_id = u.k and b.place_id = u.p and b.status = u.s);
  if v_new is not null then       -- its own statement: Citus pushes none down that joins both tables (kernel.md 12)
    insert into ledger_balance (bucket, sku_id, place_id, status, floor)
    select p_bucket[n.o], p_sku[n.o], p_place[n.o], p_status[n.o], place.floor
      from unnest(v_new) n(o) join ledger_place place on place.place_id = p_place[n.o] order by n.o
    on conflict do nothing;
  end if;
  select array_agg(x.quantity order by x.o), array_agg(x.floor order by x.o) into v_balance, v_floor
    from (select b.quantity, b.floor, u.o from unnest(p_bucket, p_sku, p_place, p_status) with ordinality u(b, k, p, s, o)
            join ledger_balance b on b.bucket = u.b and b.sku_id = u.k and b.place_id = u.p and b.status = u.s
           order by u.o for no key update of b) x;
  if cardinality(v_balance) is distinct from cardinality(p_sku) then
    raise exception 'unknown place' using errcode = 'YP002';
  end if;
  v_before := v_balance;
  -- 3 decide in order of arrival; a request is whole or nothing; only a guarded line can be short
  while v_line <= v_lines loop
    v_request := p_request[v_line]; v_next := v_line; v_bad := 0;
    while v_next <= v_lines and p_request[v_next] = v_request loop
      if v_outcome[v_request] = 1 then
        v_balance[p_from[v_next]] := v_balance[p_from[v_next]] - p_quantity[v_next];
        v_balance[p_to[v_next]] := v_balance[p_to[v_next]] + p_quantity[v_next];
        if v_bad = 0 and p_guard[v_next] and v_balance[p_from[v_next]] < v_floor[p_from[v_next]] then
          v_bad := v_next - v_line + 1;
        end if;
      end if;
      v_next := v_next + 1;
    end loop;
    if v_bad > 0 then
      v_outcome[v_request] := 0; v_refused[v_request] := v_bad; v_short := true;
      for v_undo in v_line..v_next-1 loop
        v_balance[p_from[v_undo]] := v_balance[p_from[v_undo]] + p_quantity[v_undo];
        v_balance[p_to[v_undo]] := v_balance[p_to[v_undo]] - p_quantity[v_undo];
      end loop;
    end if;
    v_line := v_next;
  end loop;
  if v_short then
    update ledger_request q set refused_line = u.line from unnest(p_event_bucket, p_event, v_refused, v_outcome) u(b, e, line, outcome)
     where q.bucket = u.b and q.event_id = u.e and u.outcome = 0;
  end if;
  if cardinality(v_mine) < v_requests then      -- only now is the first occurrence of an id decided
    select array_agg(case when u.outcome <> 9 then u.outcome when q.digest <> u.d then 4
                          when q.refused_line is null then 2 else 3 end::smallint order by u.o) into v_outcome
      from unnest(p_event_bucket, p_event, p_digest, v_outcome) with ordinality u(b, e, d, outcome, o)
      join ledger_request q on q.bucket = u.b and q.event_id = u.e;
  end if;
  -- 4 write
  insert into ledger_movement (bucket, sku_id, from_place, from_status, to_place, to_status, quantity, occurred_at, event_id)
  select p_bucket[l.f], p_sku[l.f], p_place[l.f], p_status[l.f], p_place[l.t], p_status[l.t], l.q, p_occurred[l.r], p_event[l.r]
    from unnest(p_request, p_from, p_to, p_quantity) l(r, f, t, q) where v_outcome[l.r] = 1;
  with changed as (
    update ledger_balance b
       set quantity = u.q, overdraft = least(b.overdraft + u.fact, greatest(0, b.floor - u.q))
      from unnest(p_bucket, p_sku, p_place, p_status, p_fact, v_balance, v_before) with ordinality u(b, k, p, s, fact, q, before, o)
     where b.bucket = u.b and b.sku_id = u.k and b.place_id = u.p and b.status = u.s and u.q <> u.before
    returning u.o, b.overdraft, u.q < u.before and b.overdraft > 0 as low)
  select array_agg(o) filter (where low), array_agg(overdraft) filter (where low) into v_low, v_overdraft from changed;
  if v_low is not null then
    insert into ledger_shortfall (bucket, sku_id, place_id, status, overdraft)
    select p_bucket[n.o], p_sku[n.o], p_place[n.o], p_status[n.o], n.overdraft from unnest(v_low, v_overdraft) n(o, overdraft);
  end if;
  return v_outcome;
end $$;
