"""Movements a clock that was ahead wrote down before they happened, found by when they did."""

from django.db import migrations

FORWARD = """
create index ledger_movement_ahead on ledger_movement (bucket, sku_id, occurred_at)
 where occurred_at > recorded_at
"""
BACKWARD = "drop index ledger_movement_ahead"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_lock_levels")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
