"""From whom a count sheet was taken back, and when."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("stocktake", "0003_looked_at")]

    operations = [
        migrations.AddField(
            model_name="countsheet",
            name="taken_from",
            field=models.CharField(blank=True, default="", max_length=160),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="countsheet",
            name="taken_at",
            field=models.DateTimeField(null=True),
        ),
    ]
