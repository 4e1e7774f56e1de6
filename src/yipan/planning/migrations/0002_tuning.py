"""
How tier 0 reads a segment is kept with its back-test.

Learned models of before told quantiles, and told nothing of mean and spread: their records no
longer count, and the next back-test learns anew. Until then tier 0 plans.
"""

from typing import Any

from django.db import migrations, models


def retire_learned(apps: Any, _editor: Any) -> None:
    """Let no record count whose model cannot be read any more."""
    records = apps.get_model("planning", "Backtest").objects
    records.filter(is_current=True, adopted="learned").update(is_current=False)


class Migration(migrations.Migration):
    dependencies = [("planning", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="backtest",
            name="tuning",
            field=models.JSONField(default=dict),
        ),
        migrations.RunPython(retire_learned, migrations.RunPython.noop),
    ]
