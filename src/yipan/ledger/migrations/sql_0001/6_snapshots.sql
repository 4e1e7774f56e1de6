-- Snapshots: what the inside accounts of a book held at the end of a day, so that "as of" costs one day and not history.
-- Two times are kept apart. A snapshot counts what happened up to `ends_at` AND was written down up to
-- `recorded_until`. What is written down later about an earlier day is a stray: it is kept in a list of its own, so
-- that a reader finds it without reading everything written since.
create table ledger_snapshot (
  snapshot_id int generated always as identity primary key,
  book_id int not null references ledger_book,
  ends_at timestamptz not null,
  recorded_until timestamptz not null,
  taken_at timestamptz not null default now(),
  constraint snapshot_once_per_moment unique (book_id, ends_at),
  constraint snapshot_taken_after_its_end check (recorded_until >= ends_at)
);
-- Only accounts that changed since the snapshot before have a row; the newest row at or before a snapshot holds.
create table ledger_snapshot_balance (
  bucket smallint not null, sku_id int not null, place_id int not null, status smallint not null,
  snapshot_id int not null,
  quantity bigint not null, change bigint not null constraint snapshot_balance_changes check (change <> 0),
  primary key (bucket, sku_id, place_id, status, snapshot_id)
);
create index ledger_snapshot_balance_place
  on ledger_snapshot_balance (place_id, sku_id, status, snapshot_id desc) include (quantity);
-- The changes of all SKUs of a place together: trends of sites read these few rows.
create table ledger_snapshot_total (
  snapshot_id int not null, place_id int not null, status smallint not null, change bigint not null,
  primary key (place_id, status, snapshot_id)
);
-- A movement, seen from one inside account, that was written down on another day than it happened.
create table ledger_snapshot_stray (
  bucket smallint not null, movement_id bigint not null, place_id int not null, sku_id int not null,
  status smallint not null,
  occurred_at timestamptz not null, recorded_at timestamptz not null, change bigint not null,
  primary key (bucket, movement_id, place_id, status)
);
create index ledger_snapshot_stray_place on ledger_snapshot_stray (place_id, recorded_at);
create index ledger_snapshot_stray_sku on ledger_snapshot_stray (bucket, sku_id, recorded_at);

create trigger snapshot_is_final before update or delete on ledger_snapshot
  for each row execute function ledger_refuse_change();
create trigger snapshot_not_truncated before truncate on ledger_snapshot execute function ledger_refuse_change();
create trigger snapshot_balance_is_final before update or delete on ledger_snapshot_balance
  for each row execute function ledger_refuse_change();
create trigger snapshot_balance_not_truncated before truncate on ledger_snapshot_balance execute function ledger_refuse_change();
create trigger snapshot_total_is_final before update or delete on ledger_snapshot_total
  for each row execute function ledger_refuse_change();
create trigger snapshot_total_not_truncated before truncate on ledger_snapshot_total execute function ledger_refuse_change();
create trigger snapshot_stray_is_final before update or delete on ledger_snapshot_stray
  for each row execute function ledger_refuse_change();
create trigger snapshot_stray_not_truncated before truncate on ledger_snapshot_stray execute function ledger_refuse_change();

-- Up to (and without) which instant everything is written down. A transaction writes its start as `recorded_at` and is
-- seen when it commits; so what is not settled yet begins with the oldest transaction that still runs. The lag covers
-- one that has taken its time and does not show yet. A dump reads only, and for hours.
create function ledger_get_settled_until(p_lag interval) returns timestamptz language sql volatile
  security definer set search_path = public, pg_temp as $$
  select least(clock_timestamp() - p_lag,
               min(xact_start) filter (where pid <> pg_backend_pid() and backend_type = 'client backend'
                                             and application_name <> 'pg_dump'))
    from pg_stat_activity where datname = current_database()
$$;

-- Take a snapshot; return its id, or null when there is one for this moment. Moments of a book only go forward.
create function ledger_take_snapshot(p_book text, p_ends_at timestamptz, p_recorded_until timestamptz) returns int
  language plpgsql security definer set search_path = public, pg_temp as $$
declare v_book int; v_id int; v_ends timestamptz := '-infinity'; v_until timestamptz := '-infinity';
begin
  select book_id into v_book from ledger_book where code = p_book for update;
  if v_book is null then return null; end if;
  select ends_at, recorded_until into v_ends, v_until
    from ledger_snapshot where book_id = v_book order by ends_at desc limit 1;
  v_ends := coalesce(v_ends, '-infinity'); v_until := coalesce(v_until, '-infinity');
  if p_ends_at <= v_ends then return null; end if;
  if p_recorded_until < v_until then
    raise exception 'a snapshot until % after one until %', p_recorded_until, v_until using errcode = 'YP005';
  end if;
  insert into ledger_snapshot (book_id, ends_at, recorded_until) values (v_book, p_ends_at, p_recorded_until)
    returning snapshot_id into v_id;
  with new_leg as materialized (
    select l.* from ledger_list_legs(v_book, v_ends, p_recorded_until) l
     where (l.recorded_at > v_until and l.occurred_at <= p_ends_at)
        or (l.recorded_at <= v_until and l.occurred_at > v_ends and l.occurred_at <= p_ends_at)
    union all
    select s.bucket, s.movement_id, s.sku_id, s.place_id, s.status, s.occurred_at, s.recorded_at, s.change
      from ledger_snapshot_stray s join ledger_place p on p.place_id = s.place_id and p.book_id = v_book
     where s.recorded_at <= v_ends and s.occurred_at > v_ends and s.occurred_at <= p_ends_at),
  summed as (
    select bucket, sku_id, place_id, status, sum(change)::bigint as change
      from new_leg group by bucket, sku_id, place_id, status having sum(change) <> 0),
  kept as (
  insert into ledger_snapshot_balance (bucket, sku_id, place_id, status, snapshot_id, quantity, change)
  select n.bucket, n.sku_id, n.place_id, n.status, v_id, n.change + coalesce(before.quantity, 0), n.change
    from summed n
    left join lateral (
      select b.quantity from ledger_snapshot_balance b
       where b.bucket = n.bucket and b.sku_id = n.sku_id and b.place_id = n.place_id and b.status = n.status
       order by b.snapshot_id desc limit 1) before on true
  returning place_id, status, change)
  insert into ledger_snapshot_total (snapshot_id, place_id, status, change)
  select v_id, place_id, status, sum(change) from kept group by place_id, status;
  insert into ledger_snapshot_stray (bucket, movement_id, place_id, sku_id, status, occurred_at, recorded_at, change)
  select l.bucket, l.movement_id, l.place_id, l.sku_id, l.status, l.occurred_at, l.recorded_at, l.change
    from ledger_list_legs(v_book, v_until, p_recorded_until) l
   where l.occurred_at <= v_ends or l.occurred_at > l.recorded_at;
  return v_id;
end $$;
