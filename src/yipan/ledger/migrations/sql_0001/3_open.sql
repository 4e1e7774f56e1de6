-- Books, SKUs and places are opened on first use; an id given once never changes.
-- The second statement of each function has a newer snapshot, so it sees what others opened while we waited.
create function ledger_open_books(p_code text[]) returns table (code text, book_id int) language plpgsql
  security definer set search_path = public, pg_temp as $$
begin
  insert into ledger_book (code) select c from unnest(p_code) u(c) order by c on conflict do nothing;
  return query select b.code, b.book_id from ledger_book b where b.code = any (p_code);
end $$;

create function ledger_open_skus(p_code text[], p_bucket smallint[]) returns table (code text, sku_id int, bucket smallint)
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  insert into ledger_sku (code, bucket) select c, b from unnest(p_code, p_bucket) u(c, b) order by c on conflict do nothing;
  return query select s.code, s.sku_id, s.bucket from ledger_sku s where s.code = any (p_code);
end $$;

create function ledger_open_places(p_book int, p_path text[], p_floor bigint[]) returns table (path text, place_id int)
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  insert into ledger_place (book_id, path, floor)
  select p_book, p, f from unnest(p_path, p_floor) u(p, f) order by p on conflict do nothing;
  return query select l.path, l.place_id from ledger_place l where l.book_id = p_book and l.path = any (p_path);
end $$;

-- Headers first. Outcome per posting: 1 written now, 2 the same was posted before, 4 other moves were posted under
-- this origin, 5 what it reverses was reversed before. Origins are distinct within one call.
create function ledger_open_postings(
  p_book int, p_bucket smallint[], p_event uuid[], p_origin text[], p_digest bigint[], p_occurred timestamptz[],
  p_business_date date[], p_actor text[], p_device text[], p_reason text[], p_source text[], p_sequence bigint[],
  p_reverses_bucket smallint, p_reverses uuid      -- null but for a reversal, which comes alone
) returns smallint[] language plpgsql
  security definer set search_path = public, pg_temp
  set plan_cache_mode = force_generic_plan set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off as $$
declare v_mine uuid[]; v_outcome smallint[];
begin
  begin
    insert into ledger_posting (bucket, event_id, book_id, origin, digest, occurred_at, business_date,
                                actor, device, reason, source, sequence, reverses)
    select b, e, p_book, o, d, t, y, a, v, r, s, n, p_reverses
      from unnest(p_bucket, p_event, p_origin, p_digest, p_occurred, p_business_date, p_actor, p_device, p_reason,
                  p_source, p_sequence) u(b, e, o, d, t, y, a, v, r, s, n) order by b, o;
    v_outcome := array_fill(1::smallint, array[cardinality(p_event)]);
  exception when unique_violation then     -- rare; "on conflict" in the first try would write a third WAL record per row
    with mine as (
      insert into ledger_posting (bucket, event_id, book_id, origin, digest, occurred_at, business_date,
                                  actor, device, reason, source, sequence, reverses)
      select b, e, p_book, o, d, t, y, a, v, r, s, n, p_reverses
        from unnest(p_bucket, p_event, p_origin, p_digest, p_occurred, p_business_date, p_actor, p_device, p_reason,
                    p_source, p_sequence) u(b, e, o, d, t, y, a, v, r, s, n) order by b, o
      on conflict do nothing returning event_id)
    select coalesce(array_agg(event_id), '{}') into v_mine from mine;
    select array_agg(case when u.e = any (v_mine) then 1 when q.digest = u.d then 2 else 4 end::smallint order by u.i)
      into v_outcome
      from unnest(p_bucket, p_event, p_origin, p_digest) with ordinality u(b, e, o, d, i)
      join ledger_posting q on q.bucket = u.b and q.book_id = p_book and q.origin = u.o;
  end;
  if p_reverses is not null and v_outcome[1] = 1 then
    insert into ledger_reversal (bucket, event_id, reversal_event_id) values (p_reverses_bucket, p_reverses, p_event[1])
    on conflict do nothing;
    if not found then v_outcome[1] := 5; end if;
  end if;
  return v_outcome;
end $$;
