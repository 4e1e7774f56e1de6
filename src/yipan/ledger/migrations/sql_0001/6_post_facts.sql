-- Facts only, so nothing to decide and no outcome to store: the header of each posting was written before, in the
-- same transaction, and is what makes a repeat an answer. Accounts are distinct and sorted, as in the batch.
create function ledger_post_facts(
  p_event uuid[], p_occurred timestamptz[],
  p_bucket smallint[], p_sku int[], p_place int[], p_status smallint[], p_fact bigint[], p_net bigint[],
  p_request int[], p_from int[], p_to int[], p_quantity bigint[]
) returns void language plpgsql
  security definer set search_path = public, pg_temp
  set plan_cache_mode = force_generic_plan set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off as $$
declare v_changed int; v_try int; v_low int[]; v_overdraft bigint[];
begin
  for v_try in 1..2 loop
    begin
      with changed as (
        update ledger_balance b
           set quantity = b.quantity + u.net,
               overdraft = least(b.overdraft + u.fact, greatest(0, b.floor - b.quantity - u.net))
          from unnest(p_bucket, p_sku, p_place, p_status, p_fact, p_net) with ordinality u(b, k, p, s, fact, net, o)
         where b.bucket = u.b and b.sku_id = u.k and b.place_id = u.p and b.status = u.s
        returning u.o, b.overdraft, u.net < 0 and b.overdraft > 0 as low)
      select count(*), array_agg(o) filter (where low), array_agg(overdraft) filter (where low)
        into v_changed, v_low, v_overdraft from changed;
      if v_changed < cardinality(p_sku) then raise sqlstate 'YP001'; end if;
      if v_low is not null then
        insert into ledger_shortfall (bucket, sku_id, place_id, status, overdraft)
        select p_bucket[n.o], p_sku[n.o], p_place[n.o], p_status[n.o], n.overdraft from unnest(v_low, v_overdraft) n(o, overdraft);
      end if;
      exit;
    exception when sqlstate 'YP001' then
      if v_try = 2 then raise exception 'unknown place' using errcode = 'YP002'; end if;
      insert into ledger_balance (bucket, sku_id, place_id, status, floor)
      select u.b, u.k, u.p, u.s, place.floor
        from unnest(p_bucket, p_sku, p_place, p_status) with ordinality u(b, k, p, s, o) join ledger_place place on place.place_id = u.p
       order by u.o on conflict do nothing;
    end;
  end loop;
  insert into ledger_movement (bucket, sku_id, from_place, from_status, to_place, to_status, quantity, occurred_at, event_id)
  select p_bucket[l.f], p_sku[l.f], p_place[l.f], p_status[l.f], p_place[l.t], p_status[l.t], l.q, p_occurred[l.r], p_event[l.r]
    from unnest(p_request, p_from, p_to, p_quantity) l(r, f, t, q);
end $$;
