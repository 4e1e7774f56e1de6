"""Invoices change the value of the goods they bill, as those come."""

from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import F, Q


def settle_what_was_settled(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Say of lines that were carried into value as a whole that all of their goods were."""
    del schema_editor
    lines = apps.get_model("erp", "SupplierInvoiceLine")
    lines.objects.exclude(landed_cost_number="").update(quantity_settled=F("quantity"))


class Migration(migrations.Migration):
    dependencies = [("erp", "0008_customer_returns")]

    operations = [
        migrations.AddField(
            model_name="landedcost",
            name="quantities",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="supplierinvoiceline",
            name="quantity_settled",
            field=models.BigIntegerField(default=0),
        ),
        migrations.RunPython(settle_what_was_settled, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="supplierinvoiceline",
            constraint=models.CheckConstraint(
                condition=Q(quantity_settled__gte=0) & Q(quantity_settled__lte=F("quantity")),
                name="supplier_invoice_line_settled_once",
            ),
        ),
    ]
