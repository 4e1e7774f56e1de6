"""API keys in memory: a request costs no query, a revoked key is useless within seconds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Never

import structlog
from django.db import Error, connection

from yipan.access import keys
from yipan.access.actors import Actor, Unauthenticated
from yipan.access.keys import ActiveKey, hash_secret

log = structlog.get_logger(__name__)

#: A key made or revoked elsewhere counts here after at most so long.
READ_AGAIN_SECONDS = 3.0
#: How often an unknown key may make us look again at once.
LOOK_AGAIN_SECONDS = 1.0


class Keyring:
    """Knows every key that is active, and reads them again every few seconds."""

    def __init__(self, *, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._active: Mapping[str, ActiveKey] = {}
        self._used: set[int] = set()
        self._read_at: datetime | None = None
        self._lock = asyncio.Lock()

    async def authenticate(self, authorization: bytes) -> Actor:
        """
        Return the actor whose key a request carries.

        :raises Unauthenticated: if there is none, or it is unknown, expired or revoked.
        """
        scheme, _, secret = authorization.decode("latin-1").partition(" ")
        if scheme.lower() != "bearer" or not secret.strip():
            raise Unauthenticated
        secret_hash = hash_secret(secret.strip())
        found = self._find(secret_hash)
        if found is None and self._may_look_again():
            await self._look_again()
            found = self._find(secret_hash)
        if found is None:
            raise Unauthenticated
        assert found.actor.key_id is not None
        self._used.add(found.actor.key_id)
        return found.actor

    async def read(self) -> None:
        """Read all active keys, and note down which were used."""
        async with self._lock:
            await self._read()

    async def _look_again(self) -> None:
        """Read all active keys, unless somebody did while this one waited for its turn."""
        async with self._lock:
            if self._may_look_again():
                await self._read()

    async def _read(self) -> None:
        at = self._clock()
        used, self._used = self._used, set()
        self._active = await asyncio.to_thread(_read, used, at)
        self._read_at = at

    async def serve(self) -> Never:
        """Read again every few seconds, over lost connections too."""
        while True:
            await asyncio.sleep(READ_AGAIN_SECONDS)
            try:
                await self.read()
            except Error as error:
                log.warning("fastlane.keys_unread", error=str(error))

    def _find(self, secret_hash: str) -> ActiveKey | None:
        found = self._active.get(secret_hash)
        if found is None or (found.expires_at is not None and found.expires_at <= self._clock()):
            return None
        return found

    def _may_look_again(self) -> bool:
        if self._read_at is None:
            return True
        return (self._clock() - self._read_at).total_seconds() >= LOOK_AGAIN_SECONDS


def _read(used: set[int], at: datetime) -> Mapping[str, ActiveKey]:
    try:
        if used:
            keys.note_used(used, at=at)
        return keys.load_active(at=at)
    finally:
        connection.close()  # the thread is anybody's
