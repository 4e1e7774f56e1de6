"""An index for lists of promises: one state in the order they were made."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("pool", "0005_channel_cancel_after_days")]

    operations = [
        migrations.AddIndex(
            model_name="promise",
            index=models.Index(fields=["state", "id"], name="promise_listed"),
        ),
    ]
