"""Which account of the system PostgreSQL runs under: never root, and never one we create."""

from __future__ import annotations

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from yipan.config.trouble import Trouble

#: Taken when root names nobody else.
UNPRIVILEGED = "nobody"


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """An account of the system. `is_other` says that we must change to it (we are root)."""

    name: str
    uid: int
    gid: int
    is_other: bool

    def become(self) -> dict[str, Any]:
        """Return the arguments of `subprocess` that drop root, its groups included."""
        if not self.is_other:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        """Give a file or directory of ours to this account. Never a parent of it."""
        if self.is_other:
            os.chown(path, self.uid, self.gid)

    def can_enter(self, directory: Path) -> bool:
        """Say whether this account can reach what lies in `directory`."""
        return self._try("-x", directory)

    def can_read(self, file: Path) -> bool:
        """Say whether this account can read (and, when it is a program, start) `file`."""
        return self._try("-r", file)

    def find_barrier(self, path: Path) -> Path | None:
        """Return the topmost directory on the way to `path` that this account cannot enter."""
        if not self.is_other:
            return None
        existing = [each for each in (*reversed(path.parents), path) if each.is_dir()]
        if self.can_enter(existing[-1]):
            return None
        return next((each for each in existing if not self.can_enter(each)), existing[-1])

    def _try(self, question: str, path: Path) -> bool:
        if not self.is_other:
            return os.access(path, os.X_OK if question == "-x" else os.R_OK)
        asked = subprocess.run(
            ["/usr/bin/env", "test", question, path],
            cwd="/",
            env={"PATH": "/usr/bin:/bin"},
            check=False,
            **self.become(),
        )
        return asked.returncode == 0


def find_account(run_as: str | None = None) -> Account:
    """
    Return the account PostgreSQL runs under.

    That is ourselves, unless we are root: then it is `run_as`, or else `nobody`.
    """
    if os.geteuid() != 0:
        mine = pwd.getpwuid(os.geteuid())
        if run_as and run_as != mine.pw_name:
            raise Trouble(f"Only root can run the database as {run_as}; leave --run-as out.")
        return Account(name=mine.pw_name, uid=mine.pw_uid, gid=mine.pw_gid, is_other=False)
    name = run_as or UNPRIVILEGED
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        raise Trouble(
            f"There is no account {name!r} to run the database as: PostgreSQL refuses to run as "
            "root, so name an ordinary account with --run-as."
        ) from None
    if entry.pw_uid == 0:
        raise Trouble("PostgreSQL refuses to run as root: name an ordinary account with --run-as.")
    return Account(name=name, uid=entry.pw_uid, gid=entry.pw_gid, is_other=True)
