from django.db import migrations


class Migration(migrations.Migration):
    # Apart from the copying, whose checks are pending until its transaction ends.
    dependencies = [
        ('wms', '0003_lots_and_evidence'),
    ]

    operations = [
        migrations.RemoveField(model_name='binmove', name='lines_before'),
    ]
