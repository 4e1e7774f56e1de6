-- The way back: functions as they were, defaults that ask PostgreSQL's own clocks, and nothing left
-- of the simulated ones. Nothing but what freezing touched may hang on them: dropping would fail.
do $$
declare each record;
begin
  for each in select definition from simulated.original order by name loop
    execute each.definition;
  end loop;
  for each in
    select d.adrelid::regclass as name, a.attname, pg_get_expr(d.adbin, d.adrelid) as expression
      from pg_attrdef d
      join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
     where pg_get_expr(d.adbin, d.adrelid) like '%simulated.%'
  loop
    execute format('alter table %s alter column %I set default %s', each.name, each.attname,
      replace(each.expression, 'simulated.', 'pg_catalog.'));
  end loop;
end $$;
drop function simulated.now(), simulated.transaction_timestamp(), simulated.statement_timestamp(),
  simulated.clock_timestamp();
drop table simulated.original;
drop schema simulated;
