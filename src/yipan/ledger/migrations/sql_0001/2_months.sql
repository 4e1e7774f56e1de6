-- Months are opened ahead of time: without a partition even a fact would fail.
create function ledger_open_month(p_month date) returns void language plpgsql
  security definer set search_path = public, pg_temp as $$
declare
  v_start timestamp := date_trunc('month', p_month::timestamp);
  v_from timestamptz := v_start at time zone 'UTC';
  v_to timestamptz := (v_start + interval '1 month') at time zone 'UTC';
  v_name text := to_char(p_month, 'YYYYMM');
begin
  if p_month not between current_date - 400 and current_date + 800 then
    raise exception 'month % is out of reach', v_name using errcode = 'YP004';
  end if;
  if to_regclass('ledger_movement_' || v_name) is null then
    execute format('create table ledger_movement_%s partition of ledger_movement for values from (%L) to (%L)',
                   v_name, v_from, v_to);
    execute format('create trigger not_truncated before truncate on ledger_movement_%s
                    execute function ledger_refuse_change()', v_name);
  end if;
  if to_regclass('ledger_request_' || v_name) is null then
    execute format('create table ledger_request_%s partition of ledger_request for values from (%L) to (%L)', v_name,
      rpad(lpad(to_hex((extract(epoch from v_from) * 1000)::bigint), 12, '0'), 32, '0')::uuid,
      rpad(lpad(to_hex((extract(epoch from v_to) * 1000)::bigint), 12, '0'), 32, '0')::uuid);
    execute format('create trigger not_truncated before truncate on ledger_request_%s
                    execute function ledger_refuse_change()', v_name);
  end if;
end $$;

-- The month before too: a request made just before midnight may arrive after it.
select ledger_open_month((date_trunc('month', now() at time zone 'UTC') + make_interval(months => n))::date)
  from generate_series(-1, 12) n;
