"""The data home: one folder that holds everything Yipan keeps on this machine."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from yipan.config.embedded.cluster import write_private
from yipan.config.embedded.layout import Layout

#: For root the folder has to be one that an unprivileged account can enter.
HOME_OF_ROOT = Path("/var/lib/yipan")


@dataclass(frozen=True, kw_only=True, slots=True)
class Home:
    """The data home at `root`."""

    root: Path

    @property
    def postgres(self) -> Layout:
        """Where the embedded PostgreSQL lies."""
        return Layout(root=self.root / "postgres")

    @property
    def log(self) -> Path:
        """Where web, fastlane and worker write their logs."""
        return self.root / "log"

    @property
    def children(self) -> Path:
        """The pids of the processes of the running supervisor."""
        return self.root / "children.json"

    @property
    def address(self) -> Path:
        """Where the running supervisor serves: host and port."""
        return self.root / "address.json"

    def prepare(self) -> None:
        """Make the folder. Under root it can be entered, not listed, by other accounts."""
        is_new = not self.root.exists()
        self.root.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            self.root.chmod(self.root.stat().st_mode | 0o111)
        elif is_new:
            self.root.chmod(0o700)
        self.log.mkdir(exist_ok=True, mode=0o700)

    def ensure_secret_key(self) -> str:
        """Return the key that signs sessions; it is made by chance once, and kept private."""
        path = self.root / "secret_key"
        if not path.exists():
            write_private(path, secrets.token_urlsafe(50))
        return path.read_text(encoding="utf-8")


def find_home(environment: Mapping[str, str] = os.environ) -> Home:
    """Return the data home: YIPAN_HOME, or the place the platform has for such data."""
    named = environment.get("YIPAN_HOME")
    if named:
        return Home(root=Path(named).expanduser().absolute())
    if os.geteuid() == 0:
        return Home(root=HOME_OF_ROOT)
    return Home(root=Path(platformdirs.user_data_dir("yipan", appauthor=False)))


def get_secret_key(environment: Mapping[str, str] = os.environ) -> str:
    """Return the key that signs sessions: YIPAN_SECRET_KEY, the home's, or a passing one."""
    named = environment.get("YIPAN_SECRET_KEY")
    if named:
        return named
    try:
        return (find_home(environment).root / "secret_key").read_text(encoding="utf-8")
    except OSError:
        # Nothing serves from here: a test, or a command that signs nothing.
        return secrets.token_urlsafe(50)
