"""The database of the tests: a throw-away embedded server, or the one PGHOST names."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connections

from yipan.config import embedded


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> Iterator[None]:
    if "PGHOST" in os.environ:
        yield
        return
    directory = Path(tempfile.mkdtemp(prefix="yipan-"))
    directory.chmod(0o711)
    run_as = os.environ.get("YIPAN_RUN_AS", "nobody" if os.geteuid() == 0 else None)
    server = embedded.start(directory=directory / "postgres", run_as=run_as)
    settings = connections["default"].settings_dict
    settings["HOST"] = server.environment["PGHOST"]
    settings["PASSWORD"] = server.environment["PGPASSWORD"]
    yield
    embedded.stop(server)
    shutil.rmtree(directory)
