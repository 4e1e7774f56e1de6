"""Wrong API keys: an address that shows too many waits, before the database is asked."""

from __future__ import annotations

import threading
from collections import OrderedDict
from datetime import datetime
from typing import Final

from yipan.access import keys
from yipan.access.actors import Actor, Unauthenticated
from yipan.access.limits import TokenBuckets
from yipan.foundation.requests import RateLimited

#: So many wrong keys an address may show at once, and after that one in two seconds. A till whose
#: key was revoked asks less often, and is told 401 every time.
WRONG_KEYS_BURST: Final = 60
WRONG_KEYS_PER_SECOND: Final = 0.5
KNOWN_MAX: Final = 10_000


class Doorkeeper:
    """
    Lets keys in, and makes those wait who guess.

    Whoever shares an address with a guesser is not kept waiting: a key that was let in by this
    process before is looked up whatever the address did. Kept in memory, as all limits are.
    """

    def __init__(
        self, *, per_second: float = WRONG_KEYS_PER_SECOND, burst: int = WRONG_KEYS_BURST
    ) -> None:
        self._wrong = TokenBuckets(per_second=per_second, burst=burst)
        self._known: OrderedDict[str, None] = OrderedDict()
        self._lock = threading.Lock()

    def admit(self, *, secret: str, address: str, at: datetime, now: float) -> Actor:
        """
        Return the actor a key stands for. `now` is seconds of a clock that never goes back.

        :raises RateLimited: if too many wrong keys came from `address`, and this one was not
            let in before.
        :raises Unauthenticated: if it is unknown, expired or revoked.
        """
        secret_hash = keys.hash_secret(secret)
        wait_ms = 0 if self._knows(secret_hash) else self._wrong.look(address, now=now)
        if wait_ms:
            raise RateLimited(retry_after_ms=wait_ms)
        try:
            actor = keys.authenticate(secret=secret, at=at)
        except Unauthenticated:
            self._wrong.take(address, now=now)
            self._forget(secret_hash)
            raise
        self._remember(secret_hash)
        return actor

    def _knows(self, secret_hash: str) -> bool:
        with self._lock:
            return secret_hash in self._known

    def _remember(self, secret_hash: str) -> None:
        with self._lock:
            self._known[secret_hash] = None
            self._known.move_to_end(secret_hash)
            if len(self._known) > KNOWN_MAX:
                self._known.popitem(last=False)

    def _forget(self, secret_hash: str) -> None:
        with self._lock:
            self._known.pop(secret_hash, None)
