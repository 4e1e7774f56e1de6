"""Accounts of a SKU are not opened while somebody holds all of them ahead (ADR 1480)."""

from django.db import migrations

#: Whoever opens an account that can be locked ahead shares the anchor of its SKU first.
OPENING = """
create function ledger_anchor_opening() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform from ledger_sku s
    where s.sku_id = new.sku_id
      and exists (select from ledger_place p where p.place_id = new.place_id
                     and (p.path ^@ 'on_hand/' or p.path ^@ 'pool/'))
      for share of s;
  return new;
end $$;
revoke all on function ledger_anchor_opening() from public;
create trigger ledger_balance_anchored before insert on ledger_balance
   for each row execute function ledger_anchor_opening();
"""
#: Whoever locks ahead takes the anchors first, so that what was opened meanwhile is seen.
AHEAD = """
create or replace function ledger_lock_levels(p_book text, p_code text[], p_bucket smallint[]) returns bigint
  language plpgsql security definer set search_path = public, pg_temp as $$
declare v_count bigint;
begin
  perform from (select s.sku_id
                  from unnest(p_code, p_bucket) w (code, bucket)
                  join ledger_sku s on s.code = w.code
                 order by s.bucket, s.sku_id
                   for no key update of s) anchored;
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
NO_OPENING = """
drop trigger ledger_balance_anchored on ledger_balance;
drop function ledger_anchor_opening();
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_ahead")]

    operations = [
        migrations.RunSQL(OPENING, NO_OPENING),
        # The one before it still serves where it is undone.
        migrations.RunSQL(AHEAD, migrations.RunSQL.noop),
    ]
