"""How long what of an order of a channel waits for goods at most."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("pool", "0004_opening_hours"),
    ]

    operations = [
        migrations.AddField(
            model_name="channel",
            name="cancel_after_days",
            field=models.IntegerField(null=True),
        ),
        migrations.AddConstraint(
            model_name="channel",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("cancel_after_days__isnull", True),
                    ("cancel_after_days__gte", 1),
                    _connector="OR",
                ),
                name="channel_cancels_after_a_day",
            ),
        ),
    ]
