-- Values: what movements did to the worth of stock, in minor units. Written behind the movements, by whoever puts a
-- value on them; each crossing of a place once, and final. A pool is what shares one cost: a legal entity, in the hub.
-- The amounts of a pool and SKU add up to the value of its stock at any moment; those of one place do not, since a
-- movement between places of a pool changes no value: a place's part of it follows from its quantity.
create table ledger_value_entry (
  bucket smallint not null, id bigint generated always as identity,
  sku_id int not null, pool text not null, place text not null,
  kind text not null, cause text not null,
  quantity bigint not null, amount bigint not null,
  provisional bigint not null default 0,            -- of the quantity: at a cost that is a guess until goods come in
  occurred_at timestamptz not null, business_date date not null, accounting_date date not null,
  recorded_at timestamptz not null default now(),
  movement_id bigint, side smallint, event_id uuid, -- which movement, from which end (0 from, 1 to), of which posting
  document text not null default '',                -- or which document of value: true_up/TU-2026-000001
  primary key (bucket, id),
  constraint value_entry_of_movement_or_document
    check ((movement_id is null) = (document <> '') and (movement_id is null) = (side is null)),
  constraint value_entry_documents_move_no_goods check (movement_id is not null or quantity = 0)
);
create unique index ledger_value_entry_once on ledger_value_entry (bucket, movement_id, side) where movement_id is not null;
create index ledger_value_entry_sku on ledger_value_entry (bucket, sku_id, id);
create index ledger_value_entry_date on ledger_value_entry (accounting_date);
create index ledger_value_entry_late on ledger_value_entry (business_date) where business_date <> accounting_date;
create index ledger_value_entry_document on ledger_value_entry (document) where document <> '';

-- What each place held at the end of a closed period, and its part of the value: later reports begin here.
create table ledger_value_closing (
  closing_id int generated always as identity primary key,
  pool text not null, ends_on date not null,
  closed_at timestamptz not null default now(),
  reopened_at timestamptz
);
create unique index ledger_value_closing_once on ledger_value_closing (pool, ends_on) where reopened_at is null;
create table ledger_value_balance (
  bucket smallint not null, closing_id int not null references ledger_value_closing,
  sku_id int not null, place text not null,
  quantity bigint not null, amount bigint not null,  -- of the entries of the place, as they are written
  primary key (bucket, closing_id, sku_id, place)
);
create index ledger_value_balance_closing on ledger_value_balance (closing_id);

create trigger value_entry_is_final before update or delete on ledger_value_entry
  for each row execute function ledger_refuse_change();
create trigger value_entry_not_truncated before truncate on ledger_value_entry execute function ledger_refuse_change();
create trigger value_balance_is_final before update or delete on ledger_value_balance
  for each row execute function ledger_refuse_change();
create trigger value_balance_not_truncated before truncate on ledger_value_balance execute function ledger_refuse_change();

create function ledger_append_values(
  p_bucket smallint[], p_sku text[], p_pool text[], p_place text[], p_kind text[], p_cause text[],
  p_quantity bigint[], p_amount bigint[], p_provisional bigint[], p_occurred timestamptz[], p_business date[],
  p_accounting date[], p_movement bigint[], p_side smallint[], p_event uuid[], p_document text[]
) returns void language sql
  security definer set search_path = public, pg_temp as $$
  insert into ledger_value_entry (bucket, sku_id, pool, place, kind, cause, quantity, amount, provisional, occurred_at,
                                  business_date, accounting_date, movement_id, side, event_id, document)
  select u.b, s.sku_id, u.pool, u.place, u.kind, u.cause, u.q, u.a, u.p, u.t, u.bd, u.ad, u.m, u.side, u.e, u.d
    from unnest(p_bucket, p_sku, p_pool, p_place, p_kind, p_cause, p_quantity, p_amount, p_provisional, p_occurred,
                p_business, p_accounting, p_movement, p_side, p_event, p_document) with ordinality
         u(b, sku, pool, place, kind, cause, q, a, p, t, bd, ad, m, side, e, d, n)
    join ledger_sku s on s.code = u.sku
   order by u.n
$$;

-- Close a pool's values up to a day: keep what each place holds, counting from the closing before.
create function ledger_close_values(p_pool text, p_ends_on date) returns int language plpgsql
  security definer set search_path = public, pg_temp as $$
declare v_id int; v_before int; v_from date;
begin
  select closing_id, ends_on into v_before, v_from from ledger_value_closing
   where pool = p_pool and reopened_at is null and ends_on < p_ends_on order by ends_on desc limit 1;
  insert into ledger_value_closing (pool, ends_on) values (p_pool, p_ends_on) returning closing_id into v_id;
  insert into ledger_value_balance (bucket, closing_id, sku_id, place, quantity, amount)
  select bucket, v_id, sku_id, place, sum(quantity), sum(amount)
    from (select bucket, sku_id, place, quantity, amount from ledger_value_entry
           where pool = p_pool and accounting_date <= p_ends_on and accounting_date > coalesce(v_from, '-infinity')
           union all
          select bucket, sku_id, place, quantity, amount from ledger_value_balance where closing_id = v_before) e
   group by bucket, sku_id, place having sum(quantity) <> 0 or sum(amount) <> 0;
  return v_id;
end $$;

-- Reopen the newest closing of a pool. Its balances stay: they are what was believed until now.
create function ledger_reopen_values(p_pool text, p_ends_on date) returns boolean language plpgsql
  security definer set search_path = public, pg_temp as $$
begin
  if exists (select from ledger_value_closing where pool = p_pool and ends_on > p_ends_on and reopened_at is null) then
    raise exception 'a later period is closed' using errcode = 'YP006';
  end if;
  update ledger_value_closing set reopened_at = now()
   where pool = p_pool and ends_on = p_ends_on and reopened_at is null;
  return found;
end $$;
