"""The documentation leads somewhere: every link, every command it tells."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.main import get_command

from yipan.config.cli.app import app

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
MAKE = re.compile(r"(?:^|`)make ([a-z-]+)", re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(page: Path) -> None:
    targets = [
        target
        for target in LINK.findall(page.read_text(encoding="utf-8"))
        if not target.startswith(("http:", "https:", "mailto:", "/"))
    ]

    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_every_page_is_reached_from_the_first() -> None:
    first = ROOT / "docs" / "README.md"
    reached, to_read = {first}, [first]
    while to_read:
        page = to_read.pop()
        targets = LINK.findall(page.read_text(encoding="utf-8"))
        found = {(page.parent / target).resolve() for target in targets if ":" not in target}
        new = {target for target in found - reached if target.suffix == ".md"}
        reached |= new
        to_read += sorted(new)

    pages = {page for page in PAGES if page.is_relative_to(ROOT / "docs")}
    assert sorted(page.relative_to(ROOT).as_posix() for page in pages - reached) == []


def test_every_room_is_in_the_house() -> None:
    house = (ROOT / "docs" / "internals" / "house.md").read_text(encoding="utf-8")
    told = set(re.findall(r"^\|[^|]*\| `(\w+)` \|", house, re.MULTILINE))

    assert told == {path.parent.name for path in (ROOT / "src" / "yipan").glob("*/__init__.py")}


def test_the_readme_begins_with_two_commands_in_both_languages() -> None:
    for name in ("README.md", "README.zh-CN.md"):
        block = (ROOT / name).read_text(encoding="utf-8").split("```")[1]
        assert block.startswith("sh\ngit clone ")
        assert block.endswith("\nmake run\n")
        assert len(block.strip().splitlines()) == 3


def test_every_command_told_exists() -> None:
    known = set(get_command(app).commands)  # type: ignore[attr-defined]

    told = {
        name
        for page in PAGES
        for line in re.findall(
            r"`([^`\n]+)`|^(?:\.venv/bin/)?(yipan .+)$", page.read_text("utf-8"), re.MULTILINE
        )
        for part in line
        for name in re.findall(r"^(?:\S+=\S+ )*(?:\.venv/bin/)?yipan ([a-z][a-z-]*)", part)
    }

    assert told - known == set()
    assert {"up", "prove", "bench", "import", "apikey", "database", "doctor"} <= told


def test_every_target_of_make_that_is_told_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    known = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))

    told = {name for page in PAGES for name in MAKE.findall(page.read_text(encoding="utf-8"))}

    assert told - known == set()
