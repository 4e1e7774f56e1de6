-- Nobody calls the functions but their owner and whom grants.py names.
do $$
declare v_function regprocedure;
begin
  for v_function in select p.oid::regprocedure from pg_proc p
                     where p.pronamespace = 'public'::regnamespace and p.proname like 'ledger\_%' loop
    execute format('revoke all on function %s from public', v_function);
  end loop;
end $$;
