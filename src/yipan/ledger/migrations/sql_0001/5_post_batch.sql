-- Fast path: no locks taken beforehand, no loop. Any doubt (duplicate, possible shortage, unopened account) -> exact path.
create function ledger_post_batch(
  p_event uuid[], p_event_bucket smallint[], p_digest bigint[], p_occurred timestamptz[],
  p_bucket smallint[], p_sku int[], p_place int[], p_status smallint[],
  p_need bigint[],      -- per account: all that the batch takes from it, or null when no guarded line takes from it
  p_fact bigint[],      -- per account: what fact lines take from it
  p_net bigint[],       -- per account: sum of all its lines
  p_request int[], p_from int[], p_to int[], p_quantity bigint[], p_guard boolean[]
) returns smallint[] language plpgsql
  security definer set search_path = public, pg_temp
  set plan_cache_mode = force_generic_plan set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off as $$
declare v_changed int; v_low int[]; v_overdraft bigint[];
begin
  begin
    insert into ledger_request (bucket, event_id, digest)     -- no "on conflict": it writes a third WAL record per row
    select b, e, d from unnest(p_event_bucket, p_event, p_digest) u(b, e, d) order by b, e;
    with changed as (
      update ledger_balance b
         set quantity = b.quantity + u.net,
             overdraft = least(b.overdraft + u.fact, greatest(0, b.floor - b.quantity - u.net))
        from unnest(p_bucket, p_sku, p_place, p_status, p_need, p_fact, p_net) with ordinality u(b, k, p, s, need, fact, net, o)
       where b.bucket = u.b and b.sku_id = u.k and b.place_id = u.p and b.status = u.s
         and (u.need is null or b.floor is null or b.quantity - u.need >= b.floor)
      returning u.o, b.overdraft, u.net < 0 and b.overdraft > 0 as low)
    select count(*), array_agg(o) filter (where low), array_agg(overdraft) filter (where low)
      into v_changed, v_low, v_overdraft from changed;
    if v_changed < cardinality(p_sku) then raise sqlstate 'YP001'; end if;
    if v_low is not null then
      insert into ledger_shortfall (bucket, sku_id, place_id, status, overdraft)
      select p_bucket[n.o], p_sku[n.o], p_place[n.o], p_status[n.o], n.overdraft from unnest(v_low, v_overdraft) n(o, overdraft);
    end if;
    insert into ledger_movement (bucket, sku_id, from_place, from_status, to_place, to_status, quantity, occurred_at, event_id)
    select p_bucket[l.f], p_sku[l.f], p_place[l.f], p_status[l.f], p_place[l.t], p_status[l.t], l.q, p_occurred[l.r], p_event[l.r]
      from unnest(p_request, p_from, p_to, p_quantity) l(r, f, t, q);
    return array_fill(1::smallint, array[cardinality(p_event)]);
  exception when unique_violation or sqlstate 'YP001' then null;    -- undoes this block only
  end;
  return ledger_post_exact(p_event, p_event_bucket, p_digest, p_occurred, p_bucket, p_sku, p_place, p_status, p_fact,
                           p_request, p_from, p_to, p_quantity, p_guard);
end $$;
