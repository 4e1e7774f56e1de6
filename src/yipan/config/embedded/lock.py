"""One supervisor per data home: a lock that dies with its holder."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from yipan.config.trouble import AlreadyRunning


class Lock:
    """
    An exclusive lock on a file that names its holder.

    The descriptor is not inheritable, which is Python's default: one that leaked into a
    child would keep the lock after our death.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """
        Take the lock, and write our pid into the file.

        :raises AlreadyRunning: if another process holds it.
        """
        assert self._descriptor is None
        self.path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise AlreadyRunning(
                f"Yipan is already running on {self.path.parent.parent} (process "
                f"{self.find_holder()}): stop that one first, or set YIPAN_HOME to another folder."
            ) from None
        os.ftruncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode("ascii"))
        self._descriptor = descriptor

    def release(self) -> None:
        """Give the lock back."""
        if self._descriptor is not None:
            os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = None

    def find_holder(self) -> int | None:
        """Return the pid in the file: who holds the lock, when it is held."""
        try:
            return int(self.path.read_text(encoding="ascii"))
        except (OSError, ValueError):
            return None

    def is_held(self) -> bool:
        """Say whether another process holds the lock now."""
        if not self.path.exists():
            return False
        descriptor = os.open(self.path, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(descriptor)
        return False
