"""`make run` on a machine without the right Python says so in one sentence, and makes nothing."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
TOOLS = ("sh", "dirname", "cmp", "basename", "rm", "cp")


def run_setup(tmp_path: Path, *, has: str) -> subprocess.CompletedProcess[str]:
    """Run the set-up where `python3` is too old, and says that it is `has`."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in TOOLS:
        found = shutil.which(name)
        assert found is not None
        (programs / name).symlink_to(found)
    python = programs / "python3"
    python.write_text(f'#!/bin/sh\n[ "$1" = -V ] && echo "{has}" && exit 0\nexit 1\n', "utf-8")
    python.chmod(0o755)
    (tmp_path / "repo").mkdir()
    shutil.copytree(ROOT / "scripts", tmp_path / "repo" / "scripts")
    shutil.copytree(ROOT / "requirements", tmp_path / "repo" / "requirements")
    return subprocess.run(
        [tmp_path / "repo" / "scripts" / "setup.sh", "runtime"],
        env={"PATH": str(programs)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_old_python_is_one_sentence(tmp_path: Path) -> None:
    ended = run_setup(tmp_path, has="Python 3.9.2")

    assert ended.returncode == 1
    assert ended.stderr == (
        "✗ Yipan needs Python 3.11 to 3.14, and here is Python 3.9.2: install one, or name it "
        "with PYTHON=/path/to/python3.\n"
    )
    assert not (tmp_path / "repo" / ".venv").exists()
    assert not (tmp_path / "repo" / ".tools").exists()


def test_the_lists_of_packages_are_hashed_and_name_no_address() -> None:
    for path in (ROOT / "requirements").glob("*.txt"):
        text = path.read_text(encoding="utf-8")
        pins = [line for line in text.splitlines() if line and line[0].isalpha()]

        assert pins
        assert all("==" in pin and pin.endswith("\\") for pin in pins), path
        assert "--hash=sha256:" in text
        assert "://" not in text
        assert "--index-url" not in text
        assert "--find-links" not in text
