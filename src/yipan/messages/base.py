"""What every message has in common."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """
    One fact that already happened, told to whoever subscribed to its kind.

    `kind` is `context.past_tense_fact.v1`. `is_ordered` says that messages of one
    `partition_key` must be handled in the order they were sent (steps of one document);
    stock facts commute and are not ordered. `is_request` says that it asks for something,
    which may be refused for good; a fact never is. Fields are only ever added, with a default.
    """

    kind: ClassVar[str]
    is_ordered: ClassVar[bool] = False
    is_request: ClassVar[bool] = False

    message_id: UUID
    occurred_at: datetime

    def get_subject(self) -> str:
        """Return what the message is about: a document number, or `sku@site`."""
        return ""

    def get_partition_key(self) -> str:
        """Return the key within which order matters; the subject unless told otherwise."""
        return self.get_subject()
