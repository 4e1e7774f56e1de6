"""Locks ahead: a function, because the application's role may not lock rows it may not write."""

from django.db import migrations

FORWARD = """
create function ledger_lock_levels(p_book text, p_code text[], p_bucket smallint[]) returns bigint
  language plpgsql security definer set search_path = public, pg_temp as $$
declare v_count bigint;
begin
  select count(*) into v_count
    from (select b.bucket
            from unnest(p_code, p_bucket) w (code, bucket)
            join ledger_sku s on s.code = w.code
            join ledger_balance b on b.bucket = w.bucket and b.sku_id = s.sku_id
            join ledger_place p on p.place_id = b.place_id
            join ledger_book k on k.book_id = p.book_id and k.code = p_book
           where p.path ^@ 'on_hand/' or p.path ^@ 'pool/'
           order by b.bucket, b.sku_id, b.place_id, b.status
             for no key update of b) locked;
  return v_count;
end $$
"""
BACKWARD = "drop function ledger_lock_levels(text, text[], smallint[])"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
