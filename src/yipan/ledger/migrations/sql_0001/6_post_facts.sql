-- Facts only, so nothing to decide and no outcome to store: the header of each posting was written before, in the
-- same transaction, and is what makes a repeat an answer. Accounts are distinct and sorted, as in the batch.
create function ledger_post_facts(
  p_event uuid[], p_occurred timestamptz[],
  p_bucket smallint[], p_sku int[], p_place int[], p_status smallint[], p_fact bigint[], p_net bigint[],
  p_request int[], p_from int[], p_to int[], p_quantity bigint[]
) returns void language plpgsql
  security definer set search_path = public, pg_temp
  set plan_cache_mode = force_generic_plan set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off as $$
declare v_old int[]; v_new int[]; v_changed int; v_try int; v_low int[]; v_overdraft bigint[];
begin
  for v_try in 1..20 loop
    begin
      -- Accounts that were never used begin with what this run brings: written once, not opened and then updated.
      -- Before any other is locked, as everybody does it who opens accounts: so nobody waits in a circle.
      select array_agg(u.o order by u.o) filter (where b.bucket is not null), array_agg(u.o order by u.o) filter (where b.bucket is null)
        into v_old, v_new
        from unnest(p_bucket, p_sku, p_place, p_status) with ordinality u(b, k, p, s, o)
        left join ledger_balance b on b.bucket = u.b and b.sku_id = u.k and b.place_id = u.p and b.status = u.s;
      if v_new is not null then
        with added as (
          insert into ledger_balance (bucket, sku_id, place_id, status, quantity, floor, overdraft)
          select p_bucket[n.o], p_sku[n.o], p_place[n.o], p_status[n.o], p_net[n.o], place.floor,
                 least(p_fact[n.o], greatest(0, place.floor - p_net[n.o]))
            from unnest(v_new) n(o) join ledger_place place on place.place_id = p_place[n.o] order by n.o
          returning bucket, sku_id, place_id, status, overdraft),
        low as (
          insert into ledger_shortfall (bucket, sku_id, place_id, status, overdraft)
          select bucket, sku_id, place_id, status, overdraft from added where overdraft > 0)
        select count(*) into v_changed from added;
        if v_changed < cardinality(v_new) then raise exception 'unknown place' using errcode = 'YP002'; end if;
      end if;
      if v_old is not null then
        with changed as (
          update ledger_balance b
             set quantity = b.quantity + p_net[u.o],
                 overdraft = least(b.overdraft + p_fact[u.o], greatest(0, b.floor - b.quantity - p_net[u.o]))
            from unnest(v_old) u(o)
           where b.bucket = p_bucket[u.o] and b.sku_id = p_sku[u.o] and b.place_id = p_place[u.o] and b.status = p_status[u.o]
          returning u.o, b.overdraft, p_net[u.o] < 0 and b.overdraft > 0 as low)
        select array_agg(o) filter (where low), array_agg(overdraft) filter (where low) into v_low, v_overdraft from changed;
        if v_low is not null then
          insert into ledger_shortfall (bucket, sku_id, place_id, status, overdraft)
          select p_bucket[n.o], p_sku[n.o], p_place[n.o], p_status[n.o], n.overdraft from unnest(v_low, v_overdraft) n(o, overdraft);
        end if;
      end if;
      exit;
    exception when unique_violation then     -- somebody opened one of them meanwhile: now it can be seen
      if v_try = 20 then raise; end if;
    end;
  end loop;
  insert into ledger_movement (bucket, sku_id, from_place, from_status, to_place, to_status, quantity, occurred_at, event_id)
  select p_bucket[l.f], p_sku[l.f], p_place[l.f], p_status[l.f], p_place[l.t], p_status[l.t], l.q, p_occurred[l.r], p_event[l.r]
    from unnest(p_request, p_from, p_to, p_quantity) l(r, f, t, q);
end $$;
