"""What the application's role may do in the ledger: read everything, and post by the functions.

Nobody but the owner can write to a table of the ledger, so nothing edits a balance; and the
owner's hand is stayed by triggers. The functions run as the owner, with a fixed search path.
"""

from __future__ import annotations

from django.db import connection
from psycopg import sql

#: Everything else (ledger_post_exact) is called by these alone.
_FUNCTIONS = (
    "ledger_open_books",
    "ledger_open_skus",
    "ledger_open_places",
    "ledger_open_postings",
    "ledger_open_month",
    "ledger_post_batch",
    "ledger_post_facts",
    "ledger_lock_levels",
    "ledger_get_settled_until",
    "ledger_take_snapshot",
    "ledger_append_values",
    "ledger_close_values",
    "ledger_reopen_values",
)


def grant_to_application(role: str) -> None:
    """
    Take every right in the ledger from a role, and give it those it needs.

    Called after each migration. Repeating it changes nothing.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(_GRANT).format(
                role=sql.Literal(role),
                functions=sql.SQL(",").join(map(sql.Literal, _FUNCTIONS)),
            )
        )


# Partitions too: rights to a partition itself would be a way around its parent.
_GRANT = r"""
    do $$
    declare v_name text;
    begin
      for v_name in select oid::regclass::text from pg_class
                     where relnamespace = 'public'::regnamespace and relname like 'ledger\_%'
                       and relkind in ('r', 'p') loop
        execute format('revoke all on %s from public, %I', v_name, {role});
      end loop;
      for v_name in select oid::regclass::text from pg_class
                     where relnamespace = 'public'::regnamespace and relname like 'ledger\_%'
                       and relkind = 'S' loop
        execute format('revoke all on sequence %s from public, %I', v_name, {role});
      end loop;
      for v_name in select oid::regprocedure::text from pg_proc
                     where pronamespace = 'public'::regnamespace and proname like 'ledger\_%' loop
        execute format('revoke all on function %s from public, %I', v_name, {role});
      end loop;
      for v_name in select oid::regclass::text from pg_class
                     where relnamespace = 'public'::regnamespace and relname like 'ledger\_%'
                       and relkind in ('r', 'p') and not relispartition loop
        execute format('grant select on %s to %I', v_name, {role});
      end loop;
      for v_name in select oid::regprocedure::text from pg_proc
                     where pronamespace = 'public'::regnamespace
                       and proname in ({functions}) loop
        execute format('grant execute on function %s to %I', v_name, {role});
      end loop;
    end $$
"""
