"""Who handed a count in, where that was not who counted."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Add the column; counts before it name nobody."""

    dependencies = [("stocktake", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="countsheet",
            name="handed_in_by",
            field=models.CharField(blank=True, default="", max_length=160),
            preserve_default=False,
        ),
    ]
