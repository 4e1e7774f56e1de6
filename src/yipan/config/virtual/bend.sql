-- Functions with a search path of their own see the simulated clocks too, and none asks for the
-- real day: `current_date` is a word of SQL, and no function that could stand before another.
do $$
declare each record;
begin
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
