"""Where the embedded PostgreSQL keeps what: the files below one directory of ours."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from yipan.config.embedded.account import Account

#: A socket's path is limited by the kernel: 104 bytes on macOS, 108 on Linux.
SOCKET_PATH_BYTES_MAX = 100
SOCKET_FILE = ".s.PGSQL.5432"


@dataclass(frozen=True, kw_only=True, slots=True)
class Layout:
    """The paths below `root`, which is `postgres` in the data home."""

    root: Path

    @property
    def data(self) -> Path:
        """The cluster. It appears by a rename, so that it is whole or absent."""
        return self.root / "data"

    @property
    def data_new(self) -> Path:
        """The cluster while it is made."""
        return self.root / "data.new"

    @property
    def run(self) -> Path:
        """The directory of the socket, as long as its path is short enough."""
        return self.root / "run"

    @property
    def socket_link(self) -> Path:
        """A link to the socket's directory, when `run` would be too long a path."""
        return self.root / "run.elsewhere"

    @property
    def log(self) -> Path:
        """The directory of the server's own log files."""
        return self.root / "log"

    @property
    def start_log(self) -> Path:
        """What the server says before it opens its own log."""
        return self.log / "start.log"

    @property
    def binaries(self) -> Path:
        """Copies of the server's programs, when its account cannot reach the originals."""
        return self.root / "binaries"

    @property
    def dsn(self) -> Path:
        """How to log in as the owner."""
        return self.root / "dsn"

    @property
    def dsn_app(self) -> Path:
        """How to log in as the application, which may not alter tables."""
        return self.root / "dsn_app"

    @property
    def lock(self) -> Path:
        """The file whose lock says that a supervisor is alive; it holds that one's pid."""
        return self.root / "lock"

    @property
    def guests(self) -> Path:
        """The file that commands lock which work on a server another command started."""
        return self.root / "guests"

    def prepare(self, account: Account) -> None:
        """Make the directories; those that the server writes to belong to its account."""
        self.root.mkdir(parents=True, exist_ok=True)
        self.root.chmod(0o711 if account.is_other else 0o700)
        for directory in (self.run, self.log):
            directory.mkdir(exist_ok=True, mode=0o700)
            directory.chmod(0o700)
            account.own(directory)

    def is_socket_path_usable(self) -> bool:
        """Say whether the socket fits into `run`: short enough, and no list separators in it."""
        path = str(self.run / SOCKET_FILE)
        return len(os.fsencode(path)) <= SOCKET_PATH_BYTES_MAX and not set(path) & set(',"')
