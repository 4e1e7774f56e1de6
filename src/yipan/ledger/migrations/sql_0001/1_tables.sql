-- Tables of the stock ledger. Runs unchanged on PostgreSQL 15 to 18.
-- `bucket` is a stored, stable hash and comes first in every key of a hot table: shard key, partition
-- key and writer key at once. Python computes it; SQL never does. Texts are compared byte by byte, whatever the database's
-- collation, so that the beginning of an origin is a range of its index everywhere.

create table ledger_book (
  book_id int generated always as identity primary key,
  code text collate "C" not null constraint book_has_one_code unique
);
create table ledger_sku (
  sku_id int generated always as identity primary key,
  code text collate "C" not null constraint sku_has_one_code unique,
  bucket smallint not null
);
-- A place belongs to one book. Floor null = outside (supplier, customer, stocktake_difference ...).
create table ledger_place (
  place_id int generated always as identity primary key,
  book_id int not null references ledger_book,
  path text collate "C" not null,
  floor bigint,
  constraint place_once_per_book unique (book_id, path)
);

create table ledger_balance (
  bucket smallint not null, sku_id int not null, place_id int not null, status smallint not null,
  quantity bigint not null default 0,
  floor bigint,
  overdraft bigint not null default 0 constraint balance_overdraft_not_negative check (overdraft >= 0),
  primary key (bucket, sku_id, place_id, status),
  constraint balance_only_facts_go_below_floor check (quantity + overdraft >= floor)
) with (fillfactor = 90);
create index ledger_balance_overdrawn on ledger_balance (bucket, sku_id, place_id, status) where overdraft > 0;
-- Reads of one site. Its columns never change, so updates stay HOT.
create index ledger_balance_place on ledger_balance (place_id, sku_id);

create table ledger_movement (
  bucket smallint not null, id bigint generated always as identity,
  recorded_at timestamptz not null default now(), occurred_at timestamptz not null,
  sku_id int not null, from_place int not null, to_place int not null,
  from_status smallint not null, to_status smallint not null,
  quantity bigint not null constraint movement_quantity_positive check (quantity > 0),
  event_id uuid not null,
  primary key (bucket, recorded_at, id),
  constraint movement_accounts_differ check ((from_place, from_status) <> (to_place, to_status))
) partition by range (recorded_at);
create index ledger_movement_sku on ledger_movement (bucket, sku_id, recorded_at, id);

-- The header of a posting: which document, who, on what, why, and the message that tells of it or brought it.
-- Its bucket is that of book and origin, and also the last byte of its event_id modulo 64.
create table ledger_posting (
  bucket smallint not null, event_id uuid not null,
  book_id int not null, origin text collate "C" not null,
  digest bigint not null,              -- of the moves: an origin may not be used again for other moves
  occurred_at timestamptz not null,
  recorded_at timestamptz not null default now(),   -- the same instant as that of its movements
  business_date date,
  actor text not null default '', device text not null default '', reason text not null default '',
  source text collate "C" not null default '', sequence bigint,
  reverses uuid,
  primary key (bucket, event_id),
  constraint posting_once_per_origin unique (bucket, book_id, origin),
  constraint posting_sequence_has_source check ((sequence is null) = (source = ''))
);
create index ledger_posting_heard on ledger_posting (bucket, source, sequence) where source <> '';

-- A posting is reversed once: the key is that of the posting reversed.
create table ledger_reversal (
  bucket smallint not null, event_id uuid not null, reversal_event_id uuid not null,
  primary key (bucket, event_id)
);

create table ledger_request (
  bucket smallint not null, event_id uuid not null,
  digest bigint not null,              -- of the canonical content: an id may not be used again for something else
  refused_line smallint,               -- null = accepted; else the first line that was short
  primary key (bucket, event_id)
) partition by range (event_id);       -- a UUIDv7 carries its time in front: months are ranges of ids

create table ledger_shortfall (        -- "a fact drove this account below its floor": read by reconciliation
  bucket smallint not null, id bigint generated always as identity, recorded_at timestamptz not null default now(),
  sku_id int not null, place_id int not null, status smallint not null, overdraft bigint not null,
  primary key (bucket, id)
);

create function ledger_refuse_change() returns trigger language plpgsql as $$
begin raise exception '% of % is refused: postings are final', tg_op, tg_table_name using errcode = 'YP009'; end $$;

-- A request may once be marked as refused, by the posting function and in the transaction that wrote it. The trigger
-- cannot see the caller, so it guards the columns; the grants keep everybody but the function out; and the
-- proof finds a request that was marked later, since its movements are still there.
create function ledger_refuse_other_outcome() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and old.refused_line is null and new.refused_line is not null
     and (new.bucket, new.event_id, new.digest) is not distinct from (old.bucket, old.event_id, old.digest) then
    return new;
  end if;
  raise exception '% of % is refused: outcomes are final', tg_op, tg_table_name using errcode = 'YP009';
end $$;

-- Row triggers are cloned to every partition; those against TRUNCATE are not, see ledger_open_month.
create trigger movement_is_final before update or delete on ledger_movement
  for each row execute function ledger_refuse_change();
create trigger movement_not_truncated before truncate on ledger_movement execute function ledger_refuse_change();
create trigger posting_is_final before update or delete on ledger_posting
  for each row execute function ledger_refuse_change();
create trigger posting_not_truncated before truncate on ledger_posting execute function ledger_refuse_change();
create trigger reversal_is_final before update or delete on ledger_reversal
  for each row execute function ledger_refuse_change();
create trigger reversal_not_truncated before truncate on ledger_reversal execute function ledger_refuse_change();
create trigger shortfall_is_final before update or delete on ledger_shortfall
  for each row execute function ledger_refuse_change();
create trigger shortfall_not_truncated before truncate on ledger_shortfall execute function ledger_refuse_change();
create trigger request_is_final before update or delete on ledger_request
  for each row execute function ledger_refuse_other_outcome();
create trigger request_not_truncated before truncate on ledger_request execute function ledger_refuse_change();
