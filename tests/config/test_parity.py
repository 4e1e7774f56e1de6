"""Goal: the page of parity says one thing of each capability, and names tests that exist."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/reference/parity.md").read_text(encoding="utf-8")


def test_a_section_names_each_capability_once() -> None:
    named: Counter[tuple[str, str]] = Counter()
    section = ""
    for line in TEXT.splitlines():
        if line.startswith("## "):
            section = line
        elif line.startswith("| ") and not line.startswith(("| ---", "| capability")):
            named[section, line.split("|")[1].strip()] += 1

    assert len(named) > 100
    assert [name for name, count in named.items() if count > 1] == []


def test_every_test_it_names_exists() -> None:
    named = set(re.findall(r"`(tests/[\w/]+\.py)`", TEXT))

    assert len(named) > 50
    assert sorted(name for name in named if not (ROOT / name).exists()) == []
