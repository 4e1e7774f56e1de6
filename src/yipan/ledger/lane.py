"""The ledger for machines that ask in thousands: an asynchronous connection of its own."""

from __future__ import annotations

from collections.abc import Sequence

import psycopg

from yipan.ledger.accounts import resolve
from yipan.ledger.calls import Row, ask_on
from yipan.ledger.deciding import decide
from yipan.ledger.moves import BatchRequest, Outcome


class Lane:
    """
    Posts batches of one book on a connection of its own.

    Give `post` and `reconnect` to a `Batcher`. The connection commits by itself, so that a batch
    is one round trip and one commit. `is_pooled` says that a pooler stands between, which gives
    every transaction another connection: then nothing can be prepared.
    """

    def __init__(self, *, dsn: str, book: str, is_pooled: bool = False) -> None:
        self._dsn, self._book = dsn, book
        self._prepare_threshold = None if is_pooled else 0
        self._connection: psycopg.AsyncConnection[Row] | None = None

    async def post(self, requests: Sequence[BatchRequest]) -> list[Outcome]:
        """Decide and post the requests, in order of arrival; they are durable on return."""
        if self._connection is None:
            await self.reconnect()
        assert self._connection is not None
        moves = [move for request in requests for move in request.moves]
        resolved = await ask_on(self._connection, resolve(book=self._book, moves=moves))
        resolved.keep()  # committed: every statement of this connection is
        return await ask_on(
            self._connection, decide(directory=resolved.directory, requests=requests)
        )

    async def reconnect(self) -> None:
        """Close what is left of the connection and open another."""
        await self.close()
        self._connection = await psycopg.AsyncConnection.connect(
            self._dsn, autocommit=True, prepare_threshold=self._prepare_threshold
        )

    async def close(self) -> None:
        """Close the connection, if there is one."""
        if self._connection is not None:
            await self._connection.close()
            self._connection = None
