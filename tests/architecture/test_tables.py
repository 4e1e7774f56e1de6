"""What import contracts cannot see: tables that point elsewhere, SQL by hand, lost migrations."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.models import Field, Model

SOURCE = Path(__file__).parents[2] / "src" / "yipan"

#: Whose tables everybody may point at; besides these, only the own package's.
SHARED = {"masterdata", "access"}

#: Packages below the contexts, and the composition root, may write SQL by hand.
SQL_PACKAGES = {"bench", "config", "exchange", "ledger", "masterdata", "access", "documents"}
SQL_BY_HAND = re.compile(r"\.cursor\(|\.raw\(|RawSQL|\.extra\(")

OURS = [
    model for model in apps.get_models(include_auto_created=True) if "yipan." in model.__module__
]


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_tables_point_at_their_own_package_or_at_what_is_shared(model: type[Model]) -> None:
    pointed_at = {
        field.related_model._meta.app_label
        for field in model._meta.get_fields()
        if isinstance(field, Field) and isinstance(field.related_model, type)
    }

    assert pointed_at <= {model._meta.app_label, "auth", "contenttypes", *SHARED}


def test_contexts_write_no_sql_by_hand() -> None:
    offenders = [
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*.py")
        if path.relative_to(SOURCE).parts[0] not in SQL_PACKAGES
        and "migrations" not in path.parts
        and SQL_BY_HAND.search(path.read_text(encoding="utf-8"))
    ]

    assert offenders == []


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    said = StringIO()

    call_command("makemigrations", check=True, dry_run=True, stdout=said)

    assert said.getvalue() == "No changes detected\n"
