"""Commands that work on a server another one started: it does not stop under their hands."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Guests:
    """A file that every guest locks shared; whoever serves can wait until all have let go."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def stay(self) -> Iterator[None]:
        """Be a guest for as long as the block runs; wait while the host is about to stop."""
        with self._open() as descriptor:
            fcntl.flock(descriptor, fcntl.LOCK_SH)
            yield

    def are_there(self) -> bool:
        """Say whether anybody is a guest now."""
        with self._open() as descriptor:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def wait(self) -> None:
        """Return when nobody is a guest any more."""
        with self._open() as descriptor:
            fcntl.flock(descriptor, fcntl.LOCK_EX)

    @contextmanager
    def _open(self) -> Iterator[int]:
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            yield descriptor
        finally:
            # Closing lets go of the lock.
            os.close(descriptor)
