"""Returns of orders in lists: by state, and since when all of it is back."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("oms", "0004_pickup_fallback")]

    operations = [
        migrations.AddField(
            model_name="orderreturn",
            name="received_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name="orderreturn",
            index=models.Index(fields=["state", "id"], name="order_return_listed"),
        ),
    ]
