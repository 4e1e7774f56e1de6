"""Up to when late documents were looked for, of what a stocktake put right."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("stocktake", "0002_handed_in_by")]

    operations = [
        migrations.AddField(
            model_name="stocktake",
            name="looked_at",
            field=models.DateTimeField(null=True),
        ),
    ]
