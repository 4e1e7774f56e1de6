"""One index of a ticket's number instead of two, and one of the order that a shipment names."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('erp', '0010_stocktakes'),
    ]

    operations = [
        # The new one first: no number is ever there twice.
        migrations.AddConstraint(
            model_name='salesissue',
            constraint=models.UniqueConstraint(fields=('number',), name='sales_issue_number_once', opclasses=['varchar_pattern_ops']),
        ),
        migrations.AlterField(
            model_name='salesissue',
            name='number',
            field=models.CharField(max_length=64),
        ),
        migrations.AddIndex(
            model_name='salesissue',
            index=models.Index(condition=models.Q(('order_number', ''), _negated=True), fields=['order_number'], name='sales_issue_order'),
        ),
    ]
