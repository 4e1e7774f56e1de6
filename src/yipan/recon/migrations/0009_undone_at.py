"""When what had put a closed case right was reversed, while another case stood in its place."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Add the column; nothing waits so far."""

    dependencies = [("recon", "0008_waiting_document")]

    operations = [
        migrations.AddField(
            model_name="case",
            name="undone_at",
            field=models.DateTimeField(null=True),
        ),
    ]
