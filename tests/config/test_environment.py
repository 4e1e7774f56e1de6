"""No environment variable is read that the reference does not tell, and none is told in vain."""

from __future__ import annotations

import re
from pathlib import Path

from yipan.config.environment import VARIABLES

ROOT = Path(__file__).parents[2]
READ = re.compile(
    r"(?:environ(?:\.get)?[(\[]|environment(?:\.get)?[(\[]|envvar=|_VARIABLE = )\"([A-Z0-9_]+)\""
)
#: Django's own, which is ours to set and nobody's to change.
DJANGO = {"DJANGO_SETTINGS_MODULE"}


def test_the_reference_names_each_variable_that_is_read() -> None:
    sources = [*(ROOT / "src").rglob("*.py"), ROOT / "tests" / "conftest.py"]

    read = {name for path in sources for name in READ.findall(path.read_text(encoding="utf-8"))}

    assert read - DJANGO == {variable.name for variable in VARIABLES}


def test_no_variable_is_told_twice() -> None:
    names = [variable.name for variable in VARIABLES]

    assert len(names) == len(set(names))
