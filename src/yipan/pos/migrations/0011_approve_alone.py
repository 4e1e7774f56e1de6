"""Whether somebody who sells at a store may approve what they may not do alone."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """A second person approves, unless a store says otherwise."""

    dependencies = [("pos", "0010_sent_from_where_it_lies")]

    operations = [
        migrations.AddField(
            model_name="registersettings",
            name="may_approve_alone",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
