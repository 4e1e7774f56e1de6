"""The ledger's tables and functions, in SQL. The files are frozen once released."""

from pathlib import Path

from django.db import migrations

FILES = sorted((Path(__file__).parent / "sql_0001").glob("*.sql"))


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.RunSQL(sql=path.read_text(encoding="utf-8"), reverse_sql=migrations.RunSQL.noop)
        for path in FILES
    ]
