"""
Goal: nobody who reads Chinese meets an English sentence.

Method: collect every text that templates and Python code give to gettext, and look it up in
the translations beside it; Django's own are not ours to translate.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path

import polib
import pytest
from babel.messages.extract import extract_python
from django.utils.translation.template import templatize

from yipan.config import reference
from yipan.foundation import refusals

SOURCE = Path(__file__).parents[2] / "src" / "yipan"
PACKAGES = sorted(path.name for path in SOURCE.iterdir() if (path / "__init__.py").exists())
KEYWORDS = [
    *("_", "gettext", "gettext_lazy", "gettext_noop"),
    *("ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy", "npgettext"),
]
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


def extract(path: Path) -> Iterator[str]:
    text = path.read_text(encoding="utf-8")
    code = text
    if path.suffix == ".html":
        # Templates come back as calls amid rows of X, indented as the markup is.
        code = "\n".join(line.strip() for line in templatize(text).splitlines())
    for _line, function, message, _comments in extract_python(
        BytesIO(code.encode()), dict.fromkeys(KEYWORDS), [], {}
    ):
        texts = [message] if isinstance(message, str) else list(message)
        said = texts[1] if function in {"pgettext", "pgettext_lazy"} else texts[0]
        if said:
            yield str(said)


@cache
def list_messages(package: str) -> set[str]:
    folder = SOURCE / package
    files = [*folder.rglob("*.py"), *folder.rglob("*.html")]
    return {message for path in files for message in extract(path)}


@cache
def read_translations(package: str) -> dict[str, polib.POEntry]:
    file = SOURCE / package / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
    if not file.exists():
        return {}
    return {entry.msgid: entry for entry in polib.pofile(str(file))}


ALL = {message for package in PACKAGES for message in read_translations(package)}


@pytest.mark.parametrize("package", PACKAGES)
def test_every_text_has_a_translation(package: str) -> None:
    # A text may be translated in another package: Django looks through all of them.
    missing = sorted(list_messages(package) - ALL)

    assert missing == []


@pytest.mark.parametrize("package", PACKAGES)
def test_every_translation_is_said_and_keeps_its_placeholders(package: str) -> None:
    entries = read_translations(package)

    assert [entry.msgid for entry in entries.values() if entry.fuzzy] == []
    for entry in entries.values():
        said = entry.msgstr or (entry.msgstr_plural or {}).get(0, "")
        assert said, f"{entry.msgid!r} has no translation"
        wanted = set(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
        assert set(PLACEHOLDER.findall(said)) <= wanted | set(PLACEHOLDER.findall(entry.msgid))


@pytest.mark.parametrize("package", PACKAGES)
def test_no_translation_is_left_over(package: str) -> None:
    texts = {message for name in PACKAGES for message in list_messages(name)}
    # A refusal is told by its docstring, which no call to gettext holds.
    texts |= {refusals.get_meaning(kind) for kind in reference.list_refusals()}
    left_over = sorted(set(read_translations(package)) - texts)

    assert left_over == []


def test_one_text_has_one_translation_everywhere() -> None:
    said: dict[str, set[str]] = {}
    for package in PACKAGES:
        for message, entry in read_translations(package).items():
            said.setdefault(message, set()).add(entry.msgstr)

    assert {message: texts for message, texts in said.items() if len(texts) > 1} == {}
