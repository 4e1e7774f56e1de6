"""In which status goods were that somebody carried between shop floor and backroom."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Whatever was carried so far was sound."""

    dependencies = [("pos", "0008_stocktakes")]

    operations = [
        migrations.AddField(
            model_name="placemove",
            name="status",
            field=models.CharField(db_default="available", default="available", max_length=16),
        ),
    ]
