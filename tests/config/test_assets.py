"""Goal: what is built is built once, whole, and again when its source is newer."""

from __future__ import annotations

import gettext
import os
from pathlib import Path

from yipan.config import assets

TEXT = """
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"

msgid "Post receipt"
msgstr "{said}"
"""


def write_source(folder: Path, said: str) -> Path:
    source = folder / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True, exist_ok=True)
    source.write_text(TEXT.format(said=said), encoding="utf-8")
    return source


def read(source: Path) -> str:
    with source.with_suffix(".mo").open("rb") as compiled:
        return gettext.GNUTranslations(compiled).gettext("Post receipt")


def test_a_translation_is_compiled_once(tmp_path: Path) -> None:
    source = write_source(tmp_path, "过账收货")

    first = assets.compile_translations(under=tmp_path)
    second = assets.compile_translations(under=tmp_path)

    assert first == [source.with_suffix(".mo")]
    assert second == []
    assert read(source) == "过账收货"
    assert sorted(path.suffix for path in source.parent.iterdir()) == [".mo", ".po"]


def test_a_newer_translation_is_compiled_again(tmp_path: Path) -> None:
    source = write_source(tmp_path, "过账")
    assets.compile_translations(under=tmp_path)
    write_source(tmp_path, "收货过账")
    later = source.with_suffix(".mo").stat().st_mtime + 10
    os.utime(source, (later, later))

    written = assets.compile_translations(under=tmp_path)

    assert written == [source.with_suffix(".mo")]
    assert read(source) == "收货过账"


def test_the_bundle_for_charts_is_one_file_with_both_languages(tmp_path: Path) -> None:
    is_there = assets.write_chart_bundle(folder=tmp_path)

    assert is_there
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "vega-times.json",
        "vega.js",
        "vega.version",
    ]
    assert "window.vegaEmbed" in (tmp_path / "vega.js").read_text(encoding="utf-8")
    assert "星期一" in (tmp_path / "vega-times.json").read_text(encoding="utf-8")
