from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):

    dependencies = [
        ("planning", "0003_season"),
    ]

    operations = [
        migrations.AddField(
            model_name="demandday",
            name="is_earlier",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="demandday",
            name="is_out",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddConstraint(
            model_name="demandday",
            constraint=models.CheckConstraint(
                condition=Q(is_earlier=False) | Q(moved=0, ordered=0, shipped=0),
                name="demand_day_earlier_moved_nothing",
            ),
        ),
    ]
