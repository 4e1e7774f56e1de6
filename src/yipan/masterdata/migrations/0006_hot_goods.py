from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('masterdata', '0005_styles'),
    ]

    operations = [
        migrations.AddField(
            model_name='sku',
            name='is_hot',
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
