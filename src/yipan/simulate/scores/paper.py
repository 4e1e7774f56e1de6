"""The report of a run as PDF, set by typst (extra `pdf`) with the pictures of the page."""

from __future__ import annotations

import importlib
import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from yipan.simulate.scores.report import (
    describe_setting,
    draw_accuracy,
    draw_causes,
    list_causes,
    list_lines,
    list_tiles,
    list_volumes,
)
from yipan.simulate.scores.words import say


class PrinterMissing(Exception):
    """PDF needs typst: install the extra `pdf`."""


def write_pdf(
    scores: Mapping[str, Any], *, language: str = "en", beside: Mapping[str, Any] | None = None
) -> bytes:
    """
    Return the report of a run, out of its JSON, as PDF; the same scores give the same bytes.

    :raises PrinterMissing: if typst is not installed.
    """
    try:
        typst = importlib.import_module("typst")
    except ImportError:
        raise PrinterMissing('PDF needs typst: pip install "yipan[pdf]"') from None
    data = {
        "language": language,
        "title": say("title", language),
        "setting": describe_setting(scores, language),
        "tiles": [
            {"value": tile.value, "name": tile.name, "tone": tile.tone}
            for tile in list_tiles(scores, language)
        ],
        "curve": say("curve", language),
        "curve_note": say("curve_note", language),
        "causes": say("causes", language),
        "causes_note": say("causes_note", language),
        "lines": say("lines", language),
        "lines_note": say("lines_note", language),
        "volumes": say("volumes", language),
        "volumes_note": say("volumes_note", language),
        "cause_rows": list_causes(scores, language),
        "line_rows": list_lines(scores, language),
        "volume_rows": list_volumes(scores, language),
    }
    sources = {
        "main.typ": files("yipan.simulate.scores").joinpath("report.typ").read_bytes(),
        "data.json": json.dumps(data, ensure_ascii=False).encode(),
        "accuracy.svg": draw_accuracy(scores, language, beside=beside).encode(),
        "causes.svg": draw_causes(scores, language).encode(),
    }
    made: bytes = typst.Compiler(sources).compile(format="pdf")
    return made
