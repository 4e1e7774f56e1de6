"""Goods a store sends are taken from where they lie: at one place, or at several."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Nothing changes in the table: an empty place was no place before."""

    dependencies = [("pos", "0009_carried_status")]

    operations = [
        migrations.AlterField(
            model_name="storetransfer",
            name="place",
            field=models.CharField(blank=True, max_length=24),
        ),
    ]
