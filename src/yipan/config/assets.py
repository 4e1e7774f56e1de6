"""Build step: compiled translations, the bundle for charts, static files under hashed names.

`python -m yipan.config.assets` does all three, and only what is out of date; `make run`
calls it at each start. Nothing built is kept in the repository.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from importlib import metadata
from importlib.util import find_spec
from io import StringIO
from pathlib import Path
from typing import Literal

import polib

PACKAGE = Path(__file__).parents[1]
VENDOR = PACKAGE / "console" / "static" / "vendor"

#: Where `make` installs what is needed to build only (requirements/assets.txt).
BUILD_ONLY = PACKAGE.parents[1] / ".assets"

#: Name in the browser to the locale of d3 with its names of days and months.
TIME_LOCALES: Mapping[str, Literal["en-US", "zh-CN"]] = {"en": "en-US", "zh-hans": "zh-CN"}


def compile_translations(*, under: Path = PACKAGE) -> list[Path]:
    """Compile each translation that is newer than its compiled form; return what was written."""
    written = []
    for source in sorted(under.rglob("locale/*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        waiting = target.with_suffix(f".{os.getpid()}.tmp")
        polib.pofile(str(source)).save_as_mofile(str(waiting))
        # Another process may compile the same file: the last one wins, and none is half.
        waiting.replace(target)
        written.append(target)
    return written


def write_chart_bundle(*, folder: Path = VENDOR) -> bool:
    """
    Write Vega, Vega-Lite and vega-embed as one file, and the names of days and months.

    Return whether charts can be drawn afterwards: without the package that holds the
    bundle, pages show the table behind each chart instead.
    """
    if BUILD_ONLY.is_dir() and str(BUILD_ONLY) not in sys.path:
        sys.path.append(str(BUILD_ONLY))
    bundle = folder / "vega.js"
    if find_spec("vl_convert") is None:
        return bundle.exists()
    import vl_convert  # noqa: PLC0415  # only needed to build, and slow to load

    version = folder / "vega.version"
    current = metadata.version("vl-convert-python")
    if bundle.exists() and version.exists() and version.read_text(encoding="utf-8") == current:
        return True
    folder.mkdir(parents=True, exist_ok=True)
    text = vl_convert.javascript_bundle()  # type: ignore[call-arg]  # the stub knows no default
    bundle.write_text(text, encoding="utf-8")
    locales = {
        language: vl_convert.get_time_format_locale(name) for language, name in TIME_LOCALES.items()
    }
    (folder / "vega-times.json").write_text(
        json.dumps(locales, ensure_ascii=False), encoding="utf-8"
    )
    version.write_text(current, encoding="utf-8")
    return True


def gather_static_files() -> int:
    """
    Gather static files of all packages under hashed names; return how many were new.

    Where YIPAN_STATIC_ROOT names no folder, files are served from where they lie.
    """
    import django  # noqa: PLC0415  # the other two steps run before there are settings
    from django.conf import settings  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yipan.config.settings")
    django.setup()
    if settings.STATIC_ROOT is None:
        return 0
    said = call_command("collectstatic", interactive=False, stdout=StringIO())
    return int(said.strip().split(maxsplit=1)[0])


def main() -> None:
    """Build everything that is out of date."""
    compiled = compile_translations()
    has_charts = write_chart_bundle()
    gathered = gather_static_files()
    line = f"translations compiled: {len(compiled)}, static files gathered: {gathered}"
    sys.stdout.write(
        line + ("" if has_charts else ", no chart bundle (pip install vl-convert-python)") + "\n"
    )


if __name__ == "__main__":
    main()
