-- Defaults of columns ask the simulated clocks, and functions with a search path of their own see
-- them too. None asks for the real day: `current_date` is a word of SQL that nothing can hide.
-- Run with PostgreSQL's own functions in sight and nothing before them.
do $$
declare each record;
begin
  for each in
    select d.adrelid::regclass as name, a.attname, pg_get_expr(d.adbin, d.adrelid) as expression
      from pg_attrdef d
      join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum and a.attgenerated = ''
      join pg_class c on c.oid = d.adrelid join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = 'public'
       and pg_get_expr(d.adbin, d.adrelid) ~* '\m(now|transaction_timestamp|statement_timestamp|clock_timestamp)\(\)'
  loop
    execute format('alter table %s alter column %I set default %s', each.name, each.attname,
      regexp_replace(each.expression,
        '\m(now|transaction_timestamp|statement_timestamp|clock_timestamp)\(\)', 'simulated.\1()', 'gi'));
  end loop;
  for each in
    select p.oid, p.oid::regprocedure::text as name, pg_get_functiondef(p.oid) as definition
      from pg_proc p join pg_namespace n on n.oid = p.pronamespace
     where n.nspname = 'public' and p.prokind = 'f'
       and (array_to_string(p.proconfig, ',') like '%search_path=%' or p.prosrc ~* '\mcurrent_date\M')
  loop
    insert into simulated.original values (each.name, each.definition);
    if each.definition ~* '\mcurrent_date\M' then
      execute regexp_replace(each.definition, '\mcurrent_date\M', '(now() at time zone ''UTC'')::date', 'gi');
    end if;
    execute format('alter function %s set search_path = public, simulated, pg_catalog, pg_temp', each.name);
  end loop;
end $$;
